import type { ReloadEvent } from '../model/reload/ReloadEvent.js';

/** What an event measured, in seconds. The clock may be set back between two events: a difference is at least 0. */
export type Measured =
  /** From the start of an attempt to the moment at which its version serves. */
  | { readonly what: 'reload'; readonly seconds: number }
  /** From the first event of a change to the moment at which a version with it serves. */
  | { readonly what: 'changeToLive'; readonly seconds: number }
  /** A wait for a turn under `concurrency`. */
  | { readonly what: 'queue'; readonly seconds: number }
  | { readonly what: 'stage'; readonly stage: string; readonly seconds: number };

/** Remembers per plugin when its attempt and its changes began, and tells what each event measured. */
export class Durations {
  readonly #attemptAtMs = new Map<string, number>();
  /** When the changes that have not ended yet began, by number, per plugin. */
  readonly #changeAtMs = new Map<string, Map<number, number>>();

  of(event: ReloadEvent): readonly Measured[] {
    switch (event._tag) {
      case 'ChangeDetected': {
        if (event.change !== undefined) {
          const open = this.#changeAtMs.get(event.plugin) ?? new Map<number, number>();
          open.set(event.change, event.firstAtMs ?? event.atMs);
          this.#changeAtMs.set(event.plugin, open);
        }
        return [];
      }
      case 'ReloadStarted':
        this.#attemptAtMs.set(event.plugin, event.atMs);
        return event.queuedMs === undefined
          ? []
          : [{ what: 'queue', seconds: event.queuedMs / 1_000 }];
      case 'Loaded':
      case 'Reloaded':
        return [...this.#live(event), ...stagesOf(event)];
      case 'ReloadFailed':
        if (!event.willRetry) this.#end(event.plugin, event.changes ?? []);
        return [];
      case 'Unchanged':
      case 'Superseded':
        this.#end(event.plugin, event.changes ?? []);
        return [];
      case 'Removed':
        this.#attemptAtMs.delete(event.plugin);
        this.#changeAtMs.delete(event.plugin);
        return [];
      default:
        return [];
    }
  }

  #live({ plugin, atMs, changes = [] }: ReloadEvent & { readonly changes?: readonly number[] }) {
    const measured: Measured[] = [];
    const startedAtMs = this.#attemptAtMs.get(plugin);
    if (startedAtMs !== undefined) {
      measured.push({ what: 'reload', seconds: secondsBetween(startedAtMs, atMs) });
    }
    const begun = this.#end(plugin, changes);
    if (begun.length > 0) {
      measured.push({ what: 'changeToLive', seconds: secondsBetween(Math.min(...begun), atMs) });
    }
    this.#attemptAtMs.delete(plugin);
    return measured;
  }

  /** Forgets changes that have ended; when they began. */
  #end(plugin: string, changes: readonly number[]): readonly number[] {
    const open = this.#changeAtMs.get(plugin);
    return changes.flatMap((change) => {
      const atMs = open?.get(change);
      open?.delete(change);
      return atMs === undefined ? [] : [atMs];
    });
  }
}

function stagesOf(event: ReloadEvent): readonly Measured[] {
  if (event._tag !== 'Reloaded') return [];
  return Object.entries(event.stageMs).map(([stage, ms]) => ({
    what: 'stage',
    stage,
    seconds: ms / 1_000,
  }));
}

function secondsBetween(fromMs: number, toMs: number): number {
  return Math.max(0, toMs - fromMs) / 1_000;
}
