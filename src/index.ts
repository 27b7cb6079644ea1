export type { Change } from './model/Change.js';
export { foldEvents, type FoldedEvents } from './model/foldEvents.js';
