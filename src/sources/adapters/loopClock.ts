import type { Clock } from '../disk/Clock.js';

/** The clock of the machine. Its shortest wait is one turn of the event loop. */
export const loopClock: Clock = {
  nowMs: () => performance.now(),
  stampMs: () => Date.now(),
  nextTurn(run) {
    const handle = setImmediate(run);
    return () => clearImmediate(handle);
  },
  soon(run) {
    const handle = setImmediate(run);
    return () => clearImmediate(handle);
  },
  after(delayMs, run) {
    const handle = setTimeout(run, delayMs);
    return () => clearTimeout(handle);
  },
};
