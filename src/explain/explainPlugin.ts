import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import { readableMs } from '../sinks/terminal/phrases.js';
import type { Explanation } from './Explanation.js';
import { type Story, storiesOf } from './Story.js';
import { sentencesOf } from './sentencesOf.js';

/** How much of a plugin's past is told. */
export interface ExplainPluginOptions {
  /** How many explanations, the newest. A whole number, at least 1. Default: all. */
  readonly last?: number;
}

/**
 * Why a plugin was reloaded, or was not: one explanation for each of its changes, and for each order, rollback, restart and other thing that
 * happened to it. The newest comes first. Only from what the events say, so that it works on a running pipeline, on an audit log and on a
 * trace.
 *
 * @param events - Of one pipeline, in order; those of other plugins are left out.
 * @param plugin - Its name.
 *
 * @throws RangeError when `last` is no whole number from 1.
 *
 * @example
 * ```ts
 * const at = { v: 1, plugin: 'counter' } as const;
 * const [newest] = explainPlugin(
 *   [
 *     { ...at, i: 0, atMs: 5, _tag: 'ChangeDetected', paths: ['counter/a.ts'], windowMs: 25, change: 0 },
 *     { ...at, i: 1, atMs: 6, _tag: 'Unchanged', reason: 'alreadyGone', changes: [0] },
 *   ],
 *   'counter',
 * );
 *
 * newest?.because[0]; // => 'counter/a.ts changed (change 0).'
 * newest?.because[1]; // => 'Nothing was to be done: it was unloaded already.'
 * ```
 */
export function explainPlugin(
  events: readonly ReloadEvent[],
  plugin: string,
  { last = Infinity }: ExplainPluginOptions = {},
): readonly Explanation[] {
  if (last !== Infinity && !(Number.isInteger(last) && last >= 1)) {
    throw new RangeError(`explainPlugin: last (${String(last)}) is no whole number from 1`);
  }
  const own = events.filter((event) => event.plugin === plugin);
  const lastAtMs = events.at(-1)?.atMs ?? 0;
  return storiesOf(own)
    .map((story) => explanationOf(story, plugin, lastAtMs))
    .filter(({ because }) => because.length > 0)
    .reverse()
    .slice(0, last);
}

function explanationOf({ change, events }: Story, plugin: string, lastAtMs: number): Explanation {
  const [first] = events;
  const because = [
    ...events.flatMap(sentencesOf),
    ...foldedWith(change, events),
    ...pendingOf(change, events, lastAtMs),
  ];
  return { plugin, atMs: first?.atMs ?? 0, because, text: `${plugin}: ${because.join(' ')}` };
}

/** Changes that came while another waited are reloaded in one go. */
function foldedWith(change: number | undefined, events: readonly ReloadEvent[]): readonly string[] {
  const last = events.at(-1);
  if (change === undefined || last === undefined || !('changes' in last)) return [];
  if (last._tag === 'Superseded') return [];
  const others = (last.changes ?? []).filter((other) => other !== change);
  if (others.length === 0) return [];
  const names = others.map((other) => `change ${other}`).join(', ');
  return [`One reload did for it and ${names}.`];
}

/** A change that has not ended says what it waits for. */
function pendingOf(
  change: number | undefined,
  events: readonly ReloadEvent[],
  lastAtMs: number,
): readonly string[] {
  const last = events.at(-1);
  if (change === undefined || last === undefined) return [];
  switch (last._tag) {
    case 'ChangeDetected':
      return [
        'Its reload has not begun: others have their turn before it, or a reload of the plugin is under way.',
      ];
    case 'ReloadStarted':
    case 'StateSaved':
    case 'StateRestored':
      return [`Its attempt has been under way for ${readableMs(lastAtMs - last.atMs)}.`];
    case 'RetryScheduled': {
      const leftMs = last.atMs + last.delayMs - lastAtMs;
      return leftMs > 0
        ? [`Its next attempt is due in ${readableMs(leftMs)}.`]
        : ['Its next attempt is due.'];
    }
    default:
      return [];
  }
}
