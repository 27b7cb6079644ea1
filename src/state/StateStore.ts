export type { StateStore } from '../model/StateStore.js';
