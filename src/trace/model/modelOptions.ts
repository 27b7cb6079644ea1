import { none } from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { StateStore } from '../../model/reload/StateStore.js';
import type { HotReloadOptions } from '../../pipeline/options/HotReloadOptions.js';
import type { TraceHeader } from '../file/TraceHeader.js';
import { numbersOf, restoreOptions } from '../replay/restoreOptions.js';

/** Sets of options in which a model keeps the data only: a function of the user's may answer anything for what was not recorded. */
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
