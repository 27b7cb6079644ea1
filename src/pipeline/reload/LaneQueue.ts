import { type FoldedEvents, foldEvents } from '../../model/events/foldEvents.js';
import type { Change } from '../../model/reload/Change.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadRequest } from './ReloadRequest.js';

/**
 * What waits for a reload of one plugin. All changes, and all that other plugins ask for, are one reload; each order is one of its own,
 * because it has its own answer.
 *
 * - `#queued`: what waits. Its orders are in the order in which they were given.
 * - `#current`: what the reload under way was started for; undefined when none is.
 */
export class LaneQueue {
  #queued: ReloadRequest | undefined;
  #current: ReloadRequest | undefined;

  /** Adds a request. Returns the one that it replaces, if both are for changes of files. */
  add(request: ReloadRequest): ReloadRequest | undefined {
    const waiting = this.#queued;
    const isReplaced =
      waiting !== undefined && waiting.changes.length > 0 && request.changes.length > 0;
    this.#queued = joined(waiting, request, isReplaced ? request.changes : undefined);
    return isReplaced ? waiting : undefined;
  }

  /** Whether anything is to be done. What is not needed any more is answered and dropped. */
  get hasWork(): boolean {
    const queued = this.#queued;
    if (queued === undefined) return false;
    const needed = queued.asked.filter((request) => request.isNeeded());
    for (const request of queued.asked) if (!needed.includes(request)) request.settle();
    this.#queued =
      queued.changes.length > 0 || needed.length > 0 ? { ...queued, asked: needed } : undefined;
    return this.#queued !== undefined;
  }

  /** Takes what the next reload is for; undefined when there is nothing to do. */
  take(): ReloadRequest | undefined {
    this.#current = undefined;
    const queued = this.hasWork ? this.#queued : undefined;
    if (queued === undefined) return undefined;
    const [order, ...laterOrders] = queued.asked.filter(({ cause }) => cause === 'order');
    const asked = queued.asked.filter((request) => !laterOrders.includes(request));
    const cause = queued.changes.length > 0 ? 'change' : (order ?? asked[0])?.cause;
    this.#queued =
      laterOrders.length === 0 ? undefined : { ...withoutFiles(queued), asked: laterOrders };
    this.#current = { ...queued, asked, cause: cause ?? queued.cause };
    return this.#current;
  }

  /** Whether something waits that a wait for a retry must end for. */
  get hasUrgent(): boolean {
    return this.#queued?.asked.some((request) => isPressing(request)) ?? false;
  }

  /**
   * The reload under way has stopped without an end: its changes end with the next one. Their events are not put back, since every reload
   * gets those that do not serve yet.
   */
  putBack(): void {
    const current = this.#current;
    const queued = this.#queued;
    if (current === undefined) return;
    const { changes } = current;
    const back = { ...withoutFiles(current), changes, asked: [] };
    this.#queued = queued === undefined ? back : joined(back, queued, undefined);
  }

  /** Answers what only asks whether the plugin can serve now: it waits for a retry. */
  answerWaiting(error: ReloadError): void {
    for (const request of this.#queued?.asked ?? []) {
      if (!request.isUrgent) request.settle({ _tag: 'Left', left: error });
    }
  }
}

/** Whether a request must be done although the plugin waits for a retry. */
export function isPressing(request: ReloadRequest['asked'][number]): boolean {
  return request.isUrgent && request.isNeeded();
}

function withoutFiles(request: ReloadRequest): ReloadRequest {
  return { ...request, change: { ...request.change, events: [], eventCount: 0 }, changes: [] };
}

/** `changes`: those of the result. Default: those of both. */
function joined(
  earlier: ReloadRequest | undefined,
  later: ReloadRequest,
  changes: readonly number[] | undefined,
): ReloadRequest {
  if (earlier === undefined) return later;
  return {
    change: mergeChanges(earlier.change, later.change),
    changes: changes ?? [...earlier.changes, ...later.changes],
    cause: later.cause,
    asked: [...earlier.asked, ...later.asked],
  };
}

/** The net effect of an earlier change and a later one. */
export function mergeChanges(earlier: Change | undefined, later: Change): Change {
  if (earlier === undefined || earlier.eventCount === 0) return later;
  if (later.eventCount === 0) return earlier;
  return {
    plugin: later.plugin,
    events: later.events.reduce<FoldedEvents>(foldEvents, earlier.events),
    firstAtMs: earlier.firstAtMs,
    lastAtMs: later.lastAtMs,
    eventCount: earlier.eventCount + later.eventCount,
  };
}
