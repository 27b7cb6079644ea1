import { JUST_MISSED_MS } from '../../explain/sentencesOf.js';
import type { BreakerStateName, ReloadEvent } from '../../model/reload/ReloadEvent.js';

/** Something in a plugin's lane, from a moment to a moment; for a moment alone, the two are equal. */
export interface Mark {
  readonly kind: 'save' | 'window' | 'wait' | 'attempt' | 'live' | 'failure' | 'rollback' | 'note';
  readonly fromMs: number;
  /** `Infinity` while it lasts. */
  toMs: number;
  /** A word or two, as text. */
  label: string;
  tone: 'quiet' | 'busy' | 'good' | 'bad' | 'notice';
  /** The number of its change, for a window and a save. */
  readonly change?: number;
  /** The save came just after a window had closed: by how much, in milliseconds. */
  readonly missedByMs?: number;
}

/** A time in which a breaker was not closed. */
interface BreakerSpan {
  readonly state: BreakerStateName;
  readonly fromMs: number;
  /** `Infinity` while it lasts. */
  toMs: number;
}

/** What happened to one plugin. Marks are in the order in which they were told. */
export interface Lane {
  readonly plugin: string;
  readonly marks: Mark[];
  readonly breaker: BreakerSpan[];
  /** The marks that may still change, by kind. */
  readonly lasting: Map<Mark['kind'], Mark>;
  /** How many marks it had before those. */
  droppedCount: number;
}

/**
 * Lays the events of a pipeline out in lanes, one per plugin: saves and their window, waits, attempts, what went live, what failed, and when
 * the breaker was open. Pure but for what it holds: the same events give the same lanes.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #maxMarks: number;
  #firstMs = Infinity;
  #lastMs = -Infinity;

  /** @param maxMarks - The most marks of a lane; the oldest are dropped. */
  constructor(maxMarks = 20_000) {
    this.#maxMarks = maxMarks;
  }

  /** In the order of their first events. */
  all(): readonly Lane[] {
    return [...this.#lanes.values()];
  }

  /** When the first and the last event were, in milliseconds; undefined before the first. */
  range(): { readonly fromMs: number; readonly toMs: number } | undefined {
    return this.#firstMs === Infinity
      ? undefined
      : { fromMs: this.#firstMs, toMs: Math.max(this.#firstMs, this.#lastMs) };
  }

  add(event: ReloadEvent): void {
    this.#firstMs = Math.min(this.#firstMs, startOf(event));
    this.#lastMs = Math.max(this.#lastMs, event.atMs);
    const lane = this.#laneOf(event.plugin);
    const { atMs } = event;
    switch (event._tag) {
      case 'ChangeDetected':
        this.#change(lane, event);
        break;
      case 'ReloadStarted':
        close(lane, 'wait', atMs);
        close(lane, 'attempt', atMs);
        push(lane, {
          ...{ kind: 'attempt', fromMs: atMs, toMs: Infinity, tone: 'busy' },
          label: event.attempt === 1 ? 'attempt' : `attempt ${event.attempt}`,
        });
        break;
      case 'Loaded':
        this.#live(lane, atMs, event.version);
        break;
      case 'Reloaded':
        this.#live(lane, atMs, event.to);
        break;
      case 'ReloadFailed':
        close(lane, 'attempt', atMs, 'bad');
        push(lane, momentOf('failure', atMs, event.error._tag, 'bad'));
        break;
      case 'RetryScheduled':
        close(lane, 'wait', atMs);
        push(lane, {
          ...{
            kind: 'wait',
            fromMs: atMs,
            toMs: atMs + Math.max(0, event.delayMs),
            tone: 'notice',
          },
          label: event.why === 'circuitOpen' ? 'breaker' : 'retry',
        });
        break;
      case 'BreakerChanged':
        breakerOf(lane, event.to, atMs);
        break;
      case 'Unchanged':
      case 'Superseded':
        if (event._tag === 'Unchanged') close(lane, 'attempt', atMs, 'quiet');
        push(
          lane,
          momentOf('note', atMs, event._tag === 'Unchanged' ? 'unchanged' : 'superseded', 'quiet'),
        );
        break;
      case 'Removed':
        close(lane, 'attempt', atMs, 'quiet');
        close(lane, 'wait', atMs);
        push(lane, momentOf('note', atMs, 'removed', 'notice'));
        break;
      case 'RolledBack':
        close(lane, 'attempt', atMs, 'quiet');
        push(lane, momentOf('rollback', atMs, `back to v${event.to}`, 'bad'));
        break;
      case 'StateLost':
        push(lane, momentOf('note', atMs, 'state left behind', 'bad'));
        break;
      case 'Proven':
        push(lane, momentOf('note', atMs, `v${event.version} proven`, 'good'));
        break;
      case 'Restarted':
        close(lane, 'attempt', atMs, 'good');
        close(lane, 'wait', atMs);
        push(lane, momentOf('note', atMs, `v${event.version} restarted`, 'notice'));
        break;
      case 'RestartNeeded':
        push(lane, momentOf('note', atMs, 'host must restart', 'bad'));
        break;
      case 'ReloadSkipped':
        push(lane, momentOf('note', atMs, 'skipped', 'notice'));
        break;
      case 'WatchFailed':
      case 'WatchRecovered':
        push(
          lane,
          momentOf('note', atMs, event.code, event._tag === 'WatchFailed' ? 'bad' : 'good'),
        );
        break;
      case 'StateSaved':
      case 'StateRestored':
        push(lane, momentOf('note', atMs, `${event.bytes} B`, 'quiet'));
        break;
    }
    // In blocks: moving 20,000 entries for each event would cost more than the event.
    if (lane.marks.length > this.#maxMarks * 1.25) {
      lane.droppedCount += lane.marks.splice(0, lane.marks.length - this.#maxMarks).length;
    }
  }

  #change(lane: Lane, event: Extract<ReloadEvent, { readonly _tag: 'ChangeDetected' }>): void {
    const { atMs, windowMs, change, afterFlushMs, count = 1 } = event;
    const fromMs = startOf(event);
    const numbered = change === undefined ? {} : { change };
    push(lane, {
      ...{ kind: 'window', fromMs, toMs: atMs, tone: 'quiet', ...numbered },
      label: `window ${Math.round(windowMs)} ms`,
    });
    push(lane, {
      ...{
        kind: 'save',
        fromMs,
        toMs: Math.max(fromMs, event.lastAtMs ?? fromMs),
        tone: 'notice',
        ...numbered,
      },
      ...(afterFlushMs !== undefined && afterFlushMs <= JUST_MISSED_MS
        ? { missedByMs: afterFlushMs }
        : {}),
      label: count === 1 ? 'save' : `${count} events`,
    });
  }

  #live(lane: Lane, atMs: number, version: number): void {
    close(lane, 'attempt', atMs, 'good');
    close(lane, 'wait', atMs);
    push(lane, momentOf('live', atMs, `v${version}`, 'good'));
  }

  #laneOf(plugin: string): Lane {
    const lane = this.#lanes.get(plugin) ?? {
      ...{ plugin, marks: [], breaker: [], lasting: new Map<Mark['kind'], Mark>() },
      droppedCount: 0,
    };
    this.#lanes.set(plugin, lane);
    return lane;
  }
}

function startOf(event: ReloadEvent): number {
  if (event._tag !== 'ChangeDetected') return event.atMs;
  return Math.min(event.firstAtMs ?? event.atMs - event.windowMs, event.atMs);
}

function momentOf(kind: Mark['kind'], atMs: number, label: string, tone: Mark['tone']): Mark {
  return { kind, fromMs: atMs, toMs: atMs, label, tone };
}

function push(lane: Lane, mark: Mark): void {
  lane.marks.push(mark);
  if (mark.kind === 'attempt' || mark.kind === 'wait') lane.lasting.set(mark.kind, mark);
}

/** Ends the newest mark of a kind, if it lasts beyond the moment. */
function close(lane: Lane, kind: Mark['kind'], atMs: number, tone?: Mark['tone']): void {
  const mark = lane.lasting.get(kind);
  lane.lasting.delete(kind);
  if (mark === undefined || mark.toMs <= atMs) return;
  mark.toMs = Math.max(mark.fromMs, atMs);
  if (tone !== undefined) mark.tone = tone;
}

function breakerOf(lane: Lane, state: BreakerStateName, atMs: number): void {
  const last = lane.breaker.at(-1);
  if (last?.toMs === Infinity) last.toMs = Math.max(last.fromMs, atMs);
  if (state !== 'closed') lane.breaker.push({ state, fromMs: atMs, toMs: Infinity });
}
