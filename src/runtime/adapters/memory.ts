import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';

/** V8's `gc`, once it is known. */
let collect: (() => void) | undefined;

/** Collects all garbage at once. V8 defines `gc` in contexts that are made while its flag is set. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    const gc: unknown = vm.runInNewContext('gc');
    if (typeof gc !== 'function') throw new Error('this engine has no gc');
    collect = () => void Reflect.apply(gc, undefined, []);
  }
  collect();
}

/**
 * Memory of the process in bytes without what this thread's engine holds: the heap and the buffers of the caller's own code.
 * What grows here grows because of other threads, or natively.
 */
export function memoryBesideThisThreadBytes(): number {
  const { rss, heapTotal, external } = process.memoryUsage();
  return rss - heapTotal - external;
}
