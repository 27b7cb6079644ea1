import type { Either } from 'fp-ts/lib/Either.js';
import type { PluginRuntime, ReloadError } from '../../../src/runtime/index.js';

const functions = (version: string) => `
export const next = () => ++n;
export const count = () => n;
export const version = () => '${version}';
export const fail = () => { throw new Error('${version} is broken'); };`;

/** Counts calls, and keeps the count as `{ n }`, in version 1 of its state. */
export const counter = (version: string) => `let n = 0;${functions(version)}
export const saveState = () => ({ n });
export const restoreState = (state) => {
  if (typeof state?.n !== 'number') throw new Error('no number n');
  n = state.n;
};`;

/** Keeps the count as `{ count }`, in version 2 of its state; `ways` is its `migrate`. */
export const recounter = (version: string, ways: string) => `let n = 0;${functions(version)}
export const saveState = () => ({ count: n });
export const restoreState = (state) => {
  if (typeof state?.count !== 'number') throw new Error('no number count');
  n = state.count;
};
${ways}`;

/** Of version 2 of the state, from 1 and back. */
export const UP_AND_DOWN = `export const migrate = (state, from, to) =>
  from < to ? { count: state.n } : { n: state.count };`;
/** There is no way back to version 1. */
export const ONLY_UP = `export const migrate = (state, from, to) => {
  if (from > to) throw new Error('there is no way down');
  return { count: state.n };
};`;

export async function callTimes(
  runtime: PluginRuntime,
  plugin: string,
  fn: string,
  times: number,
): Promise<void> {
  for (let done = 0; done < times; done += 1) await runtime.call(plugin, fn);
}

interface RollsBack {
  rollBackPlugin(
    plugin: string,
    options: { readonly to?: number; readonly reason: string },
  ): () => Promise<Either<ReloadError, { readonly version: number; readonly stateLost: boolean }>>;
}

/** The way back that a person orders, which keeps what happened since. */
export function orderBack(
  runtime: PluginRuntime,
  plugin: string,
  options: { readonly to?: number; readonly reason: string },
) {
  if (!canRollBack(runtime)) throw new Error('PluginRuntime has no rollBackPlugin');
  return runtime.rollBackPlugin(plugin, options)();
}

function canRollBack(runtime: object): runtime is RollsBack {
  return 'rollBackPlugin' in runtime;
}
