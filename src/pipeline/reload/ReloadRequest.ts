import type { Change } from '../../model/reload/Change.js';
import type { ReloadCause } from '../../model/reload/ReloadEvent.js';
import type { TargetRequest } from '../../model/reload/TargetRequest.js';

/** What a plugin is to be reloaded for. */
export interface ReloadRequest {
  /** Without events when no change of files is part of it. */
  readonly change: Change;
  /** The numbers of the changes that end with it; empty when no change caused it. */
  readonly changes: readonly number[];
  /** What its first attempt is started for. */
  readonly cause: ReloadCause;
  /** What the target asked for: the end of its first attempt is the answer. */
  readonly asked: readonly TargetRequest[];
}

/** A request for a version that is known already. */
export type SwapRequest = TargetRequest & Required<Pick<TargetRequest, 'swap'>>;

/** What is to be done with one plugin. */
export type LaneWork = ReloadRequest | SwapRequest;

export function isSwap(work: LaneWork): work is SwapRequest {
  return 'swap' in work;
}

export function isReload(work: LaneWork): work is ReloadRequest {
  return !isSwap(work);
}

/** The work that a request of the target is. */
export function workOf(request: TargetRequest, nowMs: number): LaneWork {
  const { swap } = request;
  return swap === undefined ? askedReload(request, nowMs) : { ...request, swap };
}

/** A change of no file, for work that none started. */
export function noChange(plugin: string, nowMs: number): Change {
  return { plugin, events: [], firstAtMs: nowMs, lastAtMs: nowMs, eventCount: 0 };
}

function askedReload(request: TargetRequest, nowMs: number): ReloadRequest {
  const { plugin, cause } = request;
  return { change: noChange(plugin, nowMs), changes: [], cause, asked: [request] };
}

/** Whether somebody called for it, and no change of files is part of it. */
export function isOrderAlone({ change, asked }: ReloadRequest): boolean {
  return change.events.length === 0 && hasOrder(asked);
}

export function hasOrder(asked: readonly TargetRequest[]): boolean {
  return asked.some(({ cause }) => cause === 'order');
}
