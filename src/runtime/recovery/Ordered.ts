import type { SwapOutcome } from '../../model/reload/TargetRequest.js';

/** How an order ended: what whoever gave it is told, and what is left to tell everybody. */
export interface Ordered<A> extends SwapOutcome {
  readonly value: A;
}
