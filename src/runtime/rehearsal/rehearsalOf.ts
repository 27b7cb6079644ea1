import { asyncScheduler } from 'rxjs';
import type { Rehearsal } from '../../model/reload/ReloadTarget.js';
import { clockOf } from '../../modules/adapters/clock.js';
import { readsMaps } from '../../modules/adapters/tools.js';
import { later } from '../adapters/eventLoop.js';
import type { RuntimeOptions } from '../environment/RuntimeOptions.js';
import type { RehearsingRuntime } from './beginRehearsal.js';

/**
 * How reloads of a runtime are rehearsed. Undefined where a rehearsal would be seen, or would be of other code than that of the runtime: with a
 * clock, threads, turns or a compiler of the host's, and while a debugger or coverage lists each script.
 *
 * @param make - Makes the runtime that rehearses. It shares nothing with the one that serves but the process.
 */
export function rehearsalOf(
  { scheduler = asyncScheduler, ...options }: RuntimeOptions,
  make: (options: RuntimeOptions) => RehearsingRuntime,
): Rehearsal | undefined {
  const { nextTurn, threads, compiler, stackTraces, compilationCache } = options;
  const isOther = [nextTurn, threads, compiler].some((given) => given !== undefined);
  if (scheduler !== asyncScheduler || isOther || readsMaps()) return undefined;
  return {
    nowMs: clockOf(scheduler),
    later,
    begin: async () => {
      const { beginRehearsal } = await import('./beginRehearsal.js');
      return beginRehearsal((files) =>
        make({
          files,
          ...(stackTraces && { stackTraces }),
          ...(compilationCache && { compilationCache }),
        }),
      );
    },
  };
}
