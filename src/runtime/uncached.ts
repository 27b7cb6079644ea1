import { setFlagsFromString } from 'node:v8';

/**
 * A compilation without V8's compilation cache: on Node 24 that cache keeps the source of every version for ever (21 KB per reload of
 * a 20 KB file, until the process runs out of memory). The flags are the process's, so they change for one synchronous call only.
 *
 * @source measured: bench/reload, heap kept per reload
 */
export function uncached<A>(compile: () => A): A {
  setFlagsFromString('--no-compilation-cache');
  try {
    return compile();
  } finally {
    setFlagsFromString('--compilation-cache');
  }
}
