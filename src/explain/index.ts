export type { Explanation } from './Explanation.js';
export { type ExplainPathHost, explainPath, type PathExplanation } from './explainPath.js';
export { type ExplainPluginOptions, explainPlugin } from './explainPlugin.js';
