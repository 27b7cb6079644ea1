import type { Trace } from '../model/trace/TraceRecord.js';
import { requireInRange, requireOneOf } from '../policies/ranges.js';
import { type RunScript, runScript, type ScriptRun, scriptOf } from './export/RunScript.js';
import { marbleText, timelineText, traceText } from './export/scriptText.js';
import { modelledTrace } from './model/modelledTrace.js';
import type { RunFacts } from './model/RunFacts.js';

/** How a run is said as a test. */
export type TestForm = 'marble' | 'timeline' | 'trace';

/** Options of {@link describeTrace}. */
export interface DescribeTraceOptions {
  /** Whose part of the run it is. */
  readonly plugin: string;
  /** Only saves from this time on: as in `atMs`, or after the start when it is before that. Default: all. */
  readonly fromMs?: number;
  /** Only saves up to this time, like `fromMs`. Default: all. */
  readonly toMs?: number;
  /** Default: marbles where they can say it, a timeline where not, and else the trace itself. */
  readonly form?: TestForm;
  /** For the form `trace`: the name of the trace's file, which stands beside the test. Default `run.ndjson`. */
  readonly traceName?: string;
}

/** A test. */
export interface DescribedTrace {
  /** The text of a file for Vitest, to be pasted as it is. */
  readonly text: string;
  readonly form: TestForm;
  /** Why it is no marble test; absent when it is one, or another form was asked for. */
  readonly why?: string;
}

/** The stream has more to say than a fake target does: a state is saved in a turn that no virtual time has. */
const UNTOLD: ReadonlySet<string> = new Set(['StateSaved', 'ReloadSkipped']);

/**
 * A recorded run of one plugin as a test to paste: its saves as marbles, a `fakeTarget` that ends each reload as it ended, and a lane per kind
 * of event. What the test expects has been found by running it, so it passes as it is, and its kinds of events are the recorded ones.
 * A run in which only the lateness of the machine made a difference is a test that replays the trace, and `why` says so.
 *
 * @param trace - Of `readTrace`, from the start of its run.
 * @param options - See `DescribeTraceOptions`.
 * @returns Rejects with a `TraceError` when the trace cannot be run, with an Error that names the plugins there are for an unknown one,
 *   and with a RangeError for a range that ends before it begins.
 */
export async function describeTrace(
  trace: Trace,
  {
    plugin,
    fromMs = -Infinity,
    toMs = Infinity,
    form,
    traceName = 'run.ndjson',
  }: DescribeTraceOptions,
): Promise<DescribedTrace> {
  if (form !== undefined)
    requireOneOf('describeTrace', 'form', form, ['marble', 'timeline', 'trace']);
  // Compared with NaN, no save is in the range, and the text would be a test of nothing.
  requireInRange('describeTrace', { least: -Infinity }, { fromMs, toMs });
  const { header, facts } = await modelledTrace(trace);
  const plugins = pluginsOf(facts);
  if (!plugins.includes(plugin)) {
    throw new Error(
      `The trace has no plugin "${plugin}". It has: ${plugins.join(', ') || 'none'}.`,
    );
  }
  const after = (ms: number): number => (ms >= facts.startMs ? ms - facts.startMs : ms);
  const range = { plugin, fromMs: Math.max(0, after(fromMs)), toMs: after(toMs) };
  const afterFrom = { least: range.fromMs, leastOf: 'fromMs' };
  requireInRange('describeTrace', afterFrom, { toMs: range.toMs });
  if (form === 'trace') return { text: traceText(plugin, traceName), form };

  const script = scriptOf(header, facts, range);
  const run = runScript(script);
  const why =
    run === undefined
      ? 'its saves come too close to each other for marbles'
      : difference(run, facts, range);
  if (run === undefined || why !== undefined) {
    return { text: traceText(plugin, traceName), form: 'trace', ...(why !== undefined && { why }) };
  }
  return form === 'timeline' ? { text: timelineText(script, run), form } : inMarbles(script, run);
}

function inMarbles(script: RunScript, run: ScriptRun): DescribedTrace {
  const text = marbleText(script, run);
  if (text !== undefined) return { text, form: 'marble' };
  const why = 'events of one kind come within the width of a group of marbles';
  return { text: timelineText(script, run), form: 'timeline', why };
}

/** Why the script does not say what was recorded; undefined when it does. */
function difference(
  run: ScriptRun,
  facts: RunFacts,
  {
    plugin,
    fromMs,
    toMs,
  }: { readonly plugin: string; readonly fromMs: number; readonly toMs: number },
): string | undefined {
  const tagsOf = (events: readonly { readonly _tag: string }[]): readonly string[] =>
    events.map(({ _tag }) => _tag).filter((tag) => !UNTOLD.has(tag));
  const recorded = tagsOf(
    facts.events.filter((event) => {
      const afterMs = event.atMs - facts.startMs;
      return event.plugin === plugin && afterMs >= fromMs && afterMs <= toMs;
    }),
  );
  const replayed = tagsOf(run.events.map(({ event }) => event));
  const at = recorded.findIndex((tag, index) => tag !== replayed[index]);
  const isShort = toMs === Infinity && replayed.length > recorded.length && isEnded(facts);
  if (at < 0 && !isShort) return undefined;
  const index = at < 0 ? recorded.length : at;
  const shown = (tags: readonly string[]): string => tags[index] ?? 'no further event';
  return `with timers that are never late, event ${index + 1} is ${shown(replayed)} and not ${shown(recorded)}: only the lateness of the machine, another plugin, an order or a function of the options made the difference`;
}

/** Whether the run went on until nothing was left to do. */
function isEnded({ sourceEnd }: RunFacts): boolean {
  return sourceEnd !== undefined;
}

function pluginsOf(facts: RunFacts): readonly string[] {
  const ofEvents = facts.events.map(({ plugin }) => plugin);
  const ofSaves = facts.saves.flatMap(({ plugins }) => plugins);
  return [...new Set([...ofEvents, ...ofSaves])].filter((name) => name !== '').sort();
}
