import { isObservable } from 'rxjs';
import type { HotReloadOptions } from '../options/HotReloadOptions.js';
import {
  backoffClasses,
  breakerClasses,
  dataOf,
  debounceClasses,
  optionClasses,
} from './optionClasses.js';
import { partsOf } from './wrapTarget.js';

/** The header has so many waits of a curve: enough for what-if, since most curves have reached their longest wait by then. */
const WAIT_COUNT = 32;

/** The options of a run, as JSON: data as it is, and which ports there are. A replay is made of it. */
export interface DescribedOptions {
  readonly data: Readonly<Record<string, unknown>>;
  readonly debounce?: Readonly<Record<string, unknown>>;
  readonly backoff?: Readonly<Record<string, unknown>>;
  readonly breaker?: Readonly<Record<string, unknown>>;
  /** Names of the ports that were given, such as `debounce.window`. */
  readonly ports: readonly string[];
  /** The optional parts of the target that it has. */
  readonly target: readonly string[];
  /** The first waits of `backoff.delay`, when it is a curve. */
  readonly waits?: readonly number[];
}

export function describeOptions(options: HotReloadOptions): DescribedOptions {
  const { target, debounce, backoff, breaker, load } = options;
  const waits = curveOf(backoff?.delay);
  const openForMs = breaker?.openForMs;
  const ports = [
    ...portsOf('', options, optionClasses),
    ...portsOf('debounce.', debounce ?? {}, debounceClasses),
    ...portsOf('backoff.', backoff ?? {}, backoffClasses),
    ...portsOf('breaker.', breaker ?? {}, breakerClasses),
    ...(typeof load === 'function' && !isObservable(load) ? ['load as a task'] : []),
  ];
  return {
    data: dataOf(options, optionClasses),
    ...(debounce && { debounce: dataOf(debounce, debounceClasses) }),
    ...(backoff && { backoff: { ...dataOf(backoff, backoffClasses), ...boundsOf(backoff.delay) } }),
    ...(breaker && {
      breaker: {
        ...dataOf(breaker, breakerClasses),
        ...(typeof openForMs === 'number' && { openForMs }),
      },
    }),
    ports: ports.filter((port) => port !== 'breaker.openForMs' || typeof openForMs !== 'number'),
    target: partsOf(target),
    ...(waits && { waits }),
  };
}

function portsOf(
  prefix: string,
  options: object,
  classes: Readonly<Record<string, string>>,
): readonly string[] {
  const given = Object.entries(options).filter(
    ([name, value]) => classes[name] === 'port' && value !== undefined,
  );
  return given.map(([name]) => `${prefix}${name}`);
}

type Delay = NonNullable<HotReloadOptions['backoff']>['delay'];

/** The bounds of a curve: jitter needs them. */
function boundsOf(delay: Delay): Readonly<Record<string, unknown>> {
  if (delay === undefined || !('initialMs' in delay) || !('maxMs' in delay)) return {};
  return { initialMs: delay.initialMs, maxMs: delay.maxMs };
}

function curveOf(delay: Delay): readonly number[] | undefined {
  if (delay === undefined || !('initialMs' in delay)) return undefined;
  const waits: number[] = [];
  for (let attempt = 1; attempt <= WAIT_COUNT; attempt += 1) {
    const wait = delay(attempt, undefined, waits.at(-1) ?? 0);
    if (typeof wait !== 'number') return undefined;
    waits.push(wait);
  }
  return waits;
}
