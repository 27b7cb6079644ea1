import { right } from 'fp-ts/lib/Either.js';
import { none } from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { NEVER } from 'rxjs';
import type { ReloadTarget } from '../../model/reload/ReloadTarget.js';
import type { HotReloadOptions } from '../../pipeline/options/HotReloadOptions.js';
import type { TargetExtras } from '../../pipeline/record/wrapTarget.js';
import type { TraceHeader } from '../file/TraceHeader.js';

type Data = Readonly<Record<string, unknown>>;

/**
 * Options like those of the recorded run: the same data, and something that stands in for each port. None of these is ever asked, since
 * the border of a replay answers; what counts is that they are there.
 */
export function restoreOptions({ options, root }: TraceHeader): HotReloadOptions {
  const { ports } = options;
  const has = (port: string): boolean => ports.includes(port);
  const data = numbersOf(options.data);
  const debounce = {
    ...numbersOf(options.debounce),
    ...(has('debounce.window') && { window: () => 0 }),
    ...(has('debounce.busy$') && { busy$: NEVER }),
    ...(has('debounce.flush$') && { flush$: NEVER }),
    ...(has('debounce.observe') && { observe: nothing }),
    ...(has('debounce.view') && { view: nothing }),
  };
  const { initialMs, maxMs, ...ofBackoff } = numbersOf(options.backoff);
  const backoff = {
    ...ofBackoff,
    ...(has('backoff.delay') && {
      delay: Object.assign(() => 0, initialMs === undefined ? {} : { initialMs, maxMs }),
    }),
    ...(has('backoff.retryIf') && { retryIf: () => true }),
    ...(has('backoff.budget') && { budget: NO_BUDGET }),
    ...(has('backoff.retryNow$') && { retryNow$: NEVER }),
    ...(has('backoff.onRetry') && { onRetry: nothing }),
  };
  const breaker = {
    ...numbersOf(options.breaker),
    ...(has('breaker.openForMs') && { openForMs: () => 0 }),
    ...(has('breaker.classify') && { classify: () => 'success' }),
  };
  const restored: unknown = {
    ...data,
    source$: NEVER,
    target: stubTarget(options.target),
    ...(options.debounce && { debounce }),
    ...(options.backoff && { backoff }),
    ...(options.breaker && { breaker }),
    ...(has('root') && { root }),
    ...(has('store') && { store: STUB_STORE }),
    ...(has('load') && {
      load: has('load as a task') ? () => Promise.resolve(right([])) : NEVER,
    }),
    ...(has('watchStatus$') && { watchStatus$: NEVER }),
    ...(has('random') && { random: () => 0 }),
    ...(has('beforeReload') && { beforeReload: nothing }),
    ...(has('afterReload') && { afterReload: nothing }),
    ...(has('onRetry') && { onRetry: nothing }),
  };
  // Decoded from the header: `hotReload` checks each of them again.
  return restored as HotReloadOptions;
}

/** Infinity is a word in JSON. */
export function numbersOf(data: Data = {}): Data {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, numberOf(value)]));
}

function numberOf(value: unknown): unknown {
  if (value === 'Infinity' || value === '-Infinity' || value === 'NaN') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, numberOf(of)]));
}

function nothing(): void {
  // the border of a replay answers
}

const NO_BUDGET = { available: 0, deposit: nothing, withdraw: () => false };

const refused = (): never => {
  throw new Error('a replay calls nobody');
};

const STUB_STORE = {
  save: refused,
  load: () => TE.right(none),
  history: () => TE.right([]),
  remove: () => TE.right(undefined),
  close: () => Promise.resolve(),
};

function stubTarget(parts: readonly string[]): ReloadTarget & Partial<TargetExtras> {
  const has = (part: string): boolean => parts.includes(part);
  return {
    pluginsOf: refused,
    validatePlugin: refused,
    reloadPlugin: refused,
    getPluginState: refused,
    restorePluginState: refused,
    restartPlugin: refused,
    replacePlugin: refused,
    unloadPlugin: refused,
    ...(has('plugins') && { plugins: refused }),
    ...(has('loadDependencies') && { loadDependencies: refused }),
    ...(has('fingerprintOf') && { fingerprintOf: refused }),
    ...(has('reportOpenHandles') && { reportOpenHandles: refused }),
    ...(has('events$') && { events$: NEVER }),
    ...(has('requests$') && { requests$: NEVER }),
  };
}
