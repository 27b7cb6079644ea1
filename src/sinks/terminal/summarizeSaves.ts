import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { Colors } from './colors.js';
import { escapeText } from './escapeText.js';
import { fitFrame, wrapWords } from './fitText.js';
import { readableMs, sentence } from './phrases.js';

/** No line is longer, however wide the terminal is. */
const MAX_COLUMNS = 100;
const FRAME_INDENT = '    ';
const TIME_WIDTH = '00:00:00 '.length;

type Tone = 'good' | 'bad' | 'notice' | 'faint';
type Failure = Extract<ReloadEvent, { readonly _tag: 'ReloadFailed' }>;

/** What is remembered of a plugin from one event to the next. */
interface PluginNotes {
  /** Whether a state was restored since the last attempt began: the next version that serves has it. */
  isStateKept: boolean;
  /** The text of the failure that was shown last; undefined: the last outcome was none. */
  failure: string | undefined;
  /** How often that failure came in a row. */
  failureCount: number;
  /** Whether the last failure was said to be retried. */
  isToBeRetried: boolean;
  /** The attempt under way or ended last, from 1: above 1 it is a retry, and nobody has saved anew. */
  attempt: number;
}

/** Events to lines for a person who saves files: what a save did, in one line where that is possible. */
export interface SaveSummary {
  /** The lines to print for an event; none for what is only a step of a save. */
  next(event: ReloadEvent): readonly string[];
  /** The line to print when the first load has ended: how many plugins serve. Before it, no `Loaded` has a line. */
  firstLoadEnded(atMs: number): readonly string[];
}

/**
 * Makes the short form of what a host does. Failures have their code frame below; one that repeats itself without a new
 * save has no line, and one that a new save repeats, or that is not retried any more, has a short one.
 *
 * @param options.columns - The width of the terminal now, in characters. Lines are broken between words.
 */
export function summarizeSaves({
  colors,
  columns,
}: {
  readonly colors: Colors;
  readonly columns: () => number;
}): SaveSummary {
  const width = () => Math.max(1, Math.min(columns(), MAX_COLUMNS));
  const notes = new Map<string, PluginNotes>();
  /** Undefined: the first load has ended. */
  let firstLoad: { loaded: Set<string>; failed: Set<string> } | undefined = {
    loaded: new Set(),
    failed: new Set(),
  };

  const notesOf = (plugin: string): PluginNotes => {
    const known = notes.get(plugin);
    if (known !== undefined) return known;
    const made: PluginNotes = {
      isStateKept: false,
      failure: undefined,
      failureCount: 0,
      isToBeRetried: false,
      attempt: 1,
    };
    notes.set(plugin, made);
    return made;
  };

  const lines = ({ atMs, plugin }: ReloadEvent, tone: Tone, text: string): readonly string[] => {
    const name = escapeText(plugin);
    const [first = '', ...rest] = wrapWords(
      name === '' ? text : `${name} ${text}`,
      width() - TIME_WIDTH,
    );
    const time = colors.faint(new Date(atMs).toTimeString().slice(0, 8));
    const said = first.slice(name.length);
    const indent = ' '.repeat(TIME_WIDTH);
    return [
      `${time} ${name === '' ? '' : colors.strong(name)}${colors[tone](said)}`,
      ...rest.map((line) => indent + colors[tone](line)),
    ];
  };

  /** Ends a row of failures. What it adds to the line of the success says how long the row was. */
  const afterFailures = (note: PluginNotes): string => {
    const count = note.failureCount;
    note.failure = undefined;
    note.failureCount = 0;
    return count > 1 ? ` (after ${count} failures)` : '';
  };

  const failed = (event: Failure): readonly string[] => {
    const note = notesOf(event.plugin);
    firstLoad?.failed.add(event.plugin);
    const what = `${sentence(escapeText(event.error.message))} ${servesText(event)}`;
    const isGivenUp = note.isToBeRetried && !event.willRetry;
    note.isToBeRetried = event.willRetry;
    note.failureCount += 1;
    if (note.failure === what) {
      if (note.attempt > 1 && !isGivenUp) return [];
      const end = isGivenUp ? `. ${servesText(event)}.` : '';
      return lines(event, 'bad', `fails as before (${note.failureCount} times)${end}`);
    }
    note.failure = what;
    note.failureCount = 1;
    const frame = frameOf(event.error, width() - FRAME_INDENT.length);
    const text = `failed: ${what}${event.willRetry ? ', it will be retried.' : '.'}`;
    return [...lines(event, 'bad', text), ...frame.map((line) => FRAME_INDENT + line)];
  };

  return {
    next: (event) => {
      const note = notesOf(event.plugin);
      switch (event._tag) {
        case 'ReloadStarted':
          note.isStateKept = false;
          note.attempt = event.attempt;
          return [];
        case 'StateRestored':
          note.isStateKept = true;
          return [];
        case 'Loaded':
          if (firstLoad !== undefined) {
            firstLoad.loaded.add(event.plugin);
            firstLoad.failed.delete(event.plugin);
            return [];
          }
          return lines(event, 'good', `v${event.version} serves${afterFailures(note)}`);
        case 'Reloaded': {
          const ms = Object.values(event.stageMs).reduce((sum, stageMs) => sum + stageMs, 0);
          const state = note.isStateKept ? ', state kept' : '';
          const way = event.from === 0 ? `v${event.to} serves` : `v${event.from} → v${event.to}`;
          return lines(event, 'good', `${way} in ${readableMs(ms)}${state}${afterFailures(note)}`);
        }
        case 'ReloadFailed':
          return failed(event);
        case 'Unchanged':
          return note.failure === undefined
            ? lines(event, 'faint', 'the same bytes, nothing to do')
            : lines(event, 'good', `mended: what is on disk serves${afterFailures(note)}`);
        case 'Removed':
          return lines(event, 'notice', 'removed, its state is saved');
        case 'RolledBack':
          return lines(
            event,
            'notice',
            `v${event.from} → v${event.to}, rolled back: ${escapeText(event.reason)}`,
          );
        case 'Restarted':
          return lines(event, 'good', `v${event.version} restarted`);
        case 'StateLost':
          return lines(event, 'bad', `state left behind: ${escapeText(event.reason)}`);
        case 'BreakerChanged': {
          if (event.to !== 'open') return [];
          const until =
            event.retryAtMs === null
              ? ''
              : ` until ${new Date(event.retryAtMs).toTimeString().slice(0, 8)}`;
          return lines(event, 'notice', `waits${until}: ${escapeText(event.reason)}`);
        }
        case 'ReloadSkipped':
          return lines(event, 'notice', `skipped: ${escapeText(event.reason)}`);
        case 'WatchFailed':
          return lines(event, 'bad', `watching failed: ${escapeText(event.message)}`);
        case 'WatchRecovered':
          return lines(event, 'good', `watching again: ${escapeText(event.message)}`);
        case 'RestartNeeded':
          return lines(event, 'notice', `restart the host: ${escapeText(event.reason)}`);
        case 'Proven':
        case 'ChangeDetected':
        case 'StateSaved':
        case 'RetryScheduled':
        case 'Superseded':
          return [];
      }
    },
    firstLoadEnded: (atMs) => {
      if (firstLoad === undefined) return [];
      const { loaded, failed: notLoaded } = firstLoad;
      firstLoad = undefined;
      const time = colors.faint(new Date(atMs).toTimeString().slice(0, 8));
      const serve = `${loaded.size} plugin${loaded.size === 1 ? ' serves' : 's serve'}`;
      const fail = notLoaded.size === 0 ? '' : colors.bad(`, ${notLoaded.size} failed`);
      return [`${time} ${colors.good(serve)}${fail}`];
    },
  };
}

function servesText({ stillServing }: Failure): string {
  return stillServing === null ? 'Nothing serves' : `v${stillServing} still serves`;
}

function frameOf(error: ReloadError, columns: number): readonly string[] {
  if (!('frame' in error) || typeof error.frame !== 'string' || error.frame === '') return [];
  return fitFrame(escapeText(error.frame, { isFrame: true }).trimEnd(), columns);
}
