import { setFlagsFromString } from 'node:v8';

/**
 * Whether V8's compilation cache keeps what `vm.compileFunction` is given: from V8 12 on, which is Node 22, the source of every version
 * for ever (150 KB per reload of a 20 KB file, until the process runs out of memory). Before it asks that cache for nothing.
 *
 * @source measured on Node 20, 21, 22 and 24: bench/reload, heap kept per reload
 */
const isKept = Number.parseInt(process.versions.v8) >= 12;

/**
 * A compilation without V8's compilation cache. The flags are the process's, so they change for one synchronous call only, and only where
 * it matters: with V8 11 the change costs as much again as the compilation of a small file.
 */
export function uncached<A>(compile: () => A): A {
  if (!isKept) return compile();
  setFlagsFromString('--no-compilation-cache');
  try {
    return compile();
  } finally {
    setFlagsFromString('--compilation-cache');
  }
}
