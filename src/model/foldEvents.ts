import type { WatchEvent } from './WatchEvent.js';

/** Net effect of events, one per path, in order of application. */
export type FoldedEvents = readonly WatchEvent[];
