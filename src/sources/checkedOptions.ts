import { isObservable, type Observable } from 'rxjs';
import type { WatchBackend } from './backends/WatchBackend.js';
import type { WatchOptions } from './WatchOptions.js';

/** The longest wait that a timer of Node can have. */
const longestMs = 2 ** 31 - 1;
/**
 * A batch stays open for at least 1.5 polls, and at most 3: a file that one poll misses because it is being renamed is
 * found by the next one.
 */
const settlePolls = 1.5;
const settleMaxPolls = 3;

/** The options that are on or off. */
const switches = [
  'recursive',
  'followSymlinks',
  'expandDirectories',
  'gitignore',
  'initial',
] as const;

/** Waits and depth, with their defaults. */
export interface CheckedOptions {
  readonly settleMs: number;
  readonly settleMaxMs: number;
  readonly depth: number;
  readonly pollEveryMs: number;
}

/**
 * Checks switches, waits and depth. `intervalMs`: time between two polls, for a backend that polls; 0: it does not.
 *
 * @throws RangeError or TypeError that names the option and its value.
 */
export function checkedOptions(options: WatchOptions, intervalMs = 0): CheckedOptions {
  const { recursive = true, depth, settleMs = 10, settleMaxMs = Math.max(50, settleMs) } = options;
  for (const name of switches) {
    const value: unknown = options[name];
    if (value === undefined || typeof value === 'boolean') continue;
    throw new TypeError(`watch: ${name} (${JSON.stringify(value)}) is not true or false`);
  }
  for (const [name, value] of Object.entries({ settleMs, settleMaxMs })) {
    if (!(value >= 0 && value <= longestMs)) {
      throw new RangeError(`watch: ${name} (${value}) is not between 0 and ${longestMs}`);
    }
  }
  if (settleMaxMs < settleMs) {
    throw new RangeError(`watch: settleMaxMs (${settleMaxMs}) is less than settleMs (${settleMs})`);
  }
  if (depth !== undefined && !(depth >= 0 && (depth === Infinity || Number.isInteger(depth)))) {
    throw new RangeError(`watch: depth (${depth}) is not a whole number from 0`);
  }
  return {
    settleMs: Math.max(settleMs, intervalMs * settlePolls),
    settleMaxMs: Math.max(settleMaxMs, intervalMs * settleMaxPolls),
    depth: recursive ? (depth ?? Infinity) : 0,
    pollEveryMs: intervalMs,
  };
}

/** @throws TypeError for a list with an item that cannot be a path. */
export function checkedPaths(paths: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(paths) ? paths : [paths];
  return list.map((path, index) => {
    if (typeof path === 'string' && path !== '' && !path.includes('\0')) return path;
    throw new TypeError(`watch: paths[${index}] (${JSON.stringify(path)}) is not a path`);
  });
}

/**
 * @throws TypeError as `checkedPaths`, and for an empty list. The items of an Observable are checked when they come.
 */
export function checkedPathsOrStream(
  paths: string | readonly string[] | Observable<readonly string[]>,
): readonly string[] | Observable<readonly string[]> {
  if (isObservable(paths)) return paths;
  const list = checkedPaths(paths);
  if (list.length === 0) throw new TypeError('watch: no path was given');
  return list;
}

/** @throws TypeError for a value that is neither a backend nor the name of one. */
export function checkedBackend(backend: WatchBackend): WatchBackend {
  const given: unknown = backend;
  if (typeof given === 'object' && given !== null && 'watch' in given) return backend;
  const names = 'chokidar, nodeFs, polling';
  throw new TypeError(
    `watch: backend (${JSON.stringify(given)}) is not one of ${names}, nor an object with a function watch`,
  );
}
