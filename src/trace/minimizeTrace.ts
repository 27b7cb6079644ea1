import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import type { Trace, TraceRecord } from '../model/trace/TraceRecord.js';
import { requireInRange } from '../policies/ranges.js';
import { sealed } from './file/traceSeal.js';
import { modelledTrace } from './model/modelledTrace.js';
import type { RunFacts } from './model/RunFacts.js';
import { runModel } from './model/runModel.js';

const DEFAULT_MAX_RUNS = 100;

/** Options of {@link minimizeTrace}. */
export interface MinimizeTraceOptions {
  /** The most model runs: a whole number from 1. Default 100. */
  readonly maxRuns?: number;
}

/** What is left of a run. */
type Part = Pick<RunFacts, 'saves' | 'loads' | 'statuses' | 'foreign' | 'requests'>;

/**
 * The smallest run that still shows something: the fewest saves, and nothing else that came in unless it is needed. It runs a model of the
 * recorded run, in which the outcome of an attempt goes by the content that it saw.
 *
 * @param trace - Of `readTrace`, from the start of its run.
 * @param holds - Whether a run with these events still shows it. Compare the tag of an error too: with the tag of the event alone, the
 *   result may show another failure.
 * @returns A trace of the smaller run, which replays; undefined when the model of the whole run does not show it, as with something that
 *   only the lateness of a busy machine shows. Rejects with a `TraceError` when the trace cannot be run.
 */
export async function minimizeTrace(
  trace: Trace,
  holds: (events: readonly ReloadEvent[]) => boolean,
  { maxRuns = DEFAULT_MAX_RUNS }: MinimizeTraceOptions = {},
): Promise<Trace | undefined> {
  requireInRange('minimizeTrace', { least: 1, isWhole: true }, { maxRuns });
  const { header, facts } = await modelledTrace(trace);
  let runCount = 0;
  const run = (part: Partial<Part>, records?: TraceRecord[]) => {
    runCount += 1;
    return runModel(
      header,
      { ...facts, ...part },
      {
        ...(records && {
          trace: {
            recording: { redact: header.redact, seed: header.seed },
            next: (record) => records.push(record),
            error: () => undefined,
            complete: () => undefined,
          },
        }),
      },
    ).events;
  };
  const shows = (part: Partial<Part>): boolean => runCount < maxRuns && holds(run(part));
  if (!holds(run({}))) return undefined;

  const kept: Partial<Part> = keepNeeded(shows);
  const saves = fewest(facts.saves, (few) => shows({ ...kept, saves: few }));
  const records: TraceRecord[] = [];
  run({ ...kept, saves }, records);
  // As they would come back from a file: the hash is over what JSON makes of them.
  const [head = { k: '' }, ...rest] = records.map(
    (record) => JSON.parse(JSON.stringify(record)) as TraceRecord,
  );
  return sealed(head, rest);
}

/** What came in beside saves is left out, each kind as a whole, where nothing is missing without it. */
function keepNeeded(shows: (part: Partial<Part>) => boolean): Partial<Part> {
  let kept: Partial<Part> = {};
  for (const kind of ['statuses', 'foreign', 'requests', 'loads'] as const) {
    const without = { ...kept, [kind]: [] };
    if (shows(without)) kept = without;
  }
  return kept;
}

/**
 * The fewest items that still do: tries parts, and what is left without a part, smaller ones each time (delta debugging).
 *
 * @source https://www.st.cs.uni-saarland.de/papers/tse2002/tse2002.pdf
 */
function fewest<A>(items: readonly A[], holds: (items: readonly A[]) => boolean): readonly A[] {
  let kept = items;
  let partCount = 2;
  while (kept.length > 1) {
    const size = Math.ceil(kept.length / partCount);
    const parts = Array.from({ length: Math.ceil(kept.length / size) }, (_, at) =>
      kept.slice(at * size, (at + 1) * size),
    );
    const alone = parts.find((part) => part.length < kept.length && holds(part));
    if (alone !== undefined) {
      kept = alone;
      partCount = 2;
      continue;
    }
    const others = parts.findIndex(
      (_, at) => parts.length > 2 && holds(parts.toSpliced(at, 1).flat()),
    );
    if (others >= 0) {
      kept = parts.toSpliced(others, 1).flat();
      partCount = Math.max(2, partCount - 1);
    } else if (size === 1) break;
    else partCount = Math.min(kept.length, partCount * 2);
  }
  return kept;
}
