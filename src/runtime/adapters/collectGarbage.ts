import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';

let collect: (() => void) | undefined;

/** A full collection, now. V8 offers it to a context that is made while the flag is set. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    const gc: unknown = vm.runInNewContext('gc');
    if (typeof gc !== 'function') throw new Error('this engine has no gc');
    collect = () => void Reflect.apply(gc, undefined, []);
  }
  collect();
}
