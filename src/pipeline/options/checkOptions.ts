import { isObservable } from 'rxjs';
import { requireOneOf } from '../../policies/ranges.js';
import type { HotReloadOptions } from './HotReloadOptions.js';

/** Throws for what can never work, with the option and its value: what a compiler never saw is told here, not at the first save. */
export function checkOptions(options: HotReloadOptions): void {
  const { source$, target, store, watchStatus$, load } = options;
  const { reloadTimeoutMs = Infinity, concurrency = Infinity, probeOn = 'change' } = options;
  if (!isObservable(source$)) throw wrong('source$', source$, 'an Observable');
  requireMethods('target', target, ['pluginsOf', 'reloadPlugin']); // what every change asks
  if (store !== undefined) requireMethods('store', store, ['save']);
  if (watchStatus$ !== undefined && !isObservable(watchStatus$)) {
    throw wrong('watchStatus$', watchStatus$, 'an Observable');
  }
  if (load !== undefined && !isObservable(load) && typeof load !== 'function') {
    throw wrong('load', load, 'an Observable or a TaskEither');
  }
  if (!(reloadTimeoutMs > 0)) {
    throw new RangeError(`hotReload: reloadTimeoutMs (${reloadTimeoutMs}) is not above 0`);
  }
  if (!(concurrency >= 1)) {
    throw new RangeError(`hotReload: concurrency (${concurrency}) is less than 1`);
  }
  if (concurrency !== Infinity && !Number.isInteger(concurrency)) {
    throw new RangeError(`hotReload: concurrency (${concurrency}) is not a whole number`);
  }
  requireOneOf('hotReload', 'probeOn', probeOn, ['timer', 'change']);
}

function requireMethods(option: string, value: unknown, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null) throw wrong(option, value, 'an object');
  const missing = names.find((name) => typeof Reflect.get(value, name) !== 'function');
  if (missing !== undefined) throw new TypeError(`hotReload: ${option} has no method ${missing}`);
}

function wrong(option: string, value: unknown, due: string): TypeError {
  const shown = typeof value === 'object' && value !== null ? 'an object' : String(value);
  return new TypeError(`hotReload: ${option} (${shown}) is not ${due}`);
}
