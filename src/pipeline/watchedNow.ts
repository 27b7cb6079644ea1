import type { Unseen } from '../sources/whyUnseen.js';

/** Asks a watch about a path, as it is now. */
export type AsksWatch = (path: string) => Unseen | undefined;

/** What `watchPlugins` has returned, and how to ask it. Its object keeps the fields of `hotReload`'s options alone, since it is spread there. */
const known = new WeakMap<object, AsksWatch>();

export function noteWatch<A extends object>(watched: A, ask: AsksWatch): A {
  known.set(watched, ask);
  return watched;
}

/** How to ask what `watchPlugins` has returned; undefined for anything else. */
export function asksWatch(watched: unknown): AsksWatch | undefined {
  return typeof watched === 'object' && watched !== null ? known.get(watched) : undefined;
}
