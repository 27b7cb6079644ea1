export type { Explanation } from './Explanation.js';
export { type ExplainPluginOptions, explainPlugin } from './explainPlugin.js';
