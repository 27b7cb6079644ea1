import { none } from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { StateStore } from '../../model/reload/StateStore.js';
import type { HotReloadOptions } from '../../pipeline/options/HotReloadOptions.js';
import type { Crossing } from '../../pipeline/record/Boundary.js';
import { anyNumber, numberOrNone, verdict, yesOrNo } from '../../pipeline/record/crossings.js';
import type { TraceHeader } from '../file/TraceHeader.js';
import { numbersOf, restoreOptions } from '../replay/restoreOptions.js';
import type { RecordedAnswers } from './RecordedAnswers.js';
import type { ModelSignal } from './Signals.js';

const SETS = ['debounce', 'backoff', 'breaker'] as const;

/** The recorded options, as far as they are data. */
export function modelOptions(header: TraceHeader): Partial<HotReloadOptions> {
  const { options } = header;
  const restored = restoreOptions(header);
  const sets = SETS.flatMap((name) => {
    const data = options[name];
    return data === undefined ? [] : [[name, dataOf(name, numbersOf(data))] as const];
  });
  const { waits } = options;
  const data: Readonly<Record<string, unknown>> = {
    ...numbersOf(options.data),
    ...Object.fromEntries(sets),
    ...(waits && {
      backoff: { ...dataOf('backoff', numbersOf(options.backoff)), delay: curveOf(waits, header) },
    }),
    ...(restored.root !== undefined && { root: restored.root }),
    ...(options.ports.includes('store') && { store: KEEPS_NOTHING }),
  };
  // Decoded from the header: `hotReload` checks each of them again.
  return data;
}

/** A set without the bounds that a header adds to `backoff`: they are those of its curve, and no options of their own. */
function dataOf(
  set: (typeof SETS)[number],
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (set !== 'backoff') return data;
  return Object.fromEntries(
    Object.entries(data).filter(([name]) => name !== 'initialMs' && name !== 'maxMs'),
  );
}

/** What stands in for the functions and streams of the recorded sets: it answers and gives what was recorded. */
export interface ModelPorts {
  readonly answers: RecordedAnswers;
  readonly busy: ModelSignal<boolean>;
  readonly flush: ModelSignal<unknown>;
  readonly retryNow: ModelSignal<unknown>;
}

type Sets = Readonly<Record<(typeof SETS)[number], Readonly<Record<string, unknown>>>>;

/** The functions and streams of each recorded set. */
function portsOf({ options }: TraceHeader, { answers, busy, flush, retryNow }: ModelPorts): Sets {
  const has = (port: string): boolean => options.ports.includes(port);
  const hasDelay = has('backoff.delay') && options.waits === undefined;
  const ask =
    <A>(name: string, { decode }: Crossing<A>, otherwise: A) =>
    (): A =>
      answers.ask(name, decode, otherwise);
  const budget = {
    available: 0,
    deposit: () => undefined,
    withdraw: ask('backoff.budget', yesOrNo, true),
  };
  return {
    debounce: {
      ...(has('debounce.window') && { window: ask('debounce.window', anyNumber, NaN) }),
      ...(has('debounce.busy$') && { busy$: busy.stream$ }),
      ...(has('debounce.flush$') && { flush$: flush.stream$ }),
    },
    backoff: {
      ...(hasDelay && { delay: ask('backoff.delay', numberOrNone, undefined) }),
      ...(has('backoff.retryIf') && { retryIf: ask('backoff.retryIf', yesOrNo, true) }),
      ...(has('backoff.budget') && { budget }),
      ...(has('backoff.retryNow$') && { retryNow$: retryNow.stream$ }),
    },
    breaker: {
      ...(has('breaker.openForMs') && { openForMs: ask('breaker.openForMs', anyNumber, 60_000) }),
      ...(has('breaker.classify') && { classify: ask('breaker.classify', verdict, 'failure') }),
    },
  };
}

/**
 * The recorded options with some replaced, and what stands in for the recorded functions and streams.
 *
 * @param changes.keepsPorts - A set that is replaced keeps them where it has none of its own. Default: it is replaced as a whole.
 */
export function modelledOptions(
  header: TraceHeader,
  ports: ModelPorts,
  { options = {}, keepsPorts = false }: OptionChanges,
): Partial<HotReloadOptions> {
  const recorded = modelOptions(header);
  const portsOfSets = portsOf(header, ports);
  const sets = SETS.flatMap((name) => {
    const [own, before] = [options[name], recorded[name]];
    if (own !== undefined && !keepsPorts) return [[name, own] as const];
    const data = own ?? before;
    return data === undefined ? [] : [[name, { ...portsOfSets[name], ...data }] as const];
  });
  return { ...recorded, ...options, ...Object.fromEntries(sets) };
}

/** Options that replace recorded ones. */
export interface OptionChanges {
  readonly options?: Partial<HotReloadOptions>;
  readonly keepsPorts?: boolean;
}

/** The waits of a curve that was recorded; later ones are like the last. */
function curveOf(waits: readonly number[], { options }: TraceHeader): (attempt: number) => number {
  const { initialMs, maxMs } = numbersOf(options.backoff);
  const wait = (attempt: number): number => waits[attempt - 1] ?? waits.at(-1) ?? 0;
  return Object.assign(wait, { initialMs, maxMs });
}

const KEEPS_NOTHING: StateStore = {
  save: (record) => TE.right({ ...record, seq: 1 }),
  load: () => TE.right(none),
  history: () => TE.right([]),
  remove: () => TE.right(undefined),
  close: () => Promise.resolve(),
};
