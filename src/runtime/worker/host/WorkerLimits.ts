import { requireInRange, requireOneOf } from '../../../policies/ranges.js';

/** Limits of each worker. A worker that exceeds one is ended, its calls reject with `Crashed`, and its plugin is restarted. */
export interface WorkerLimits {
  /**
   * Time without a sign of life after which a worker that serves is ended: it is most likely in an endless loop. In milliseconds, at least
   * 200, which is the interval of the signs; `Infinity` turns it off, as for a debugger. Default 5,000. A smaller value throws a
   * `RangeError`.
   */
  readonly heartbeatMs: number;
  /**
   * Size of the worker's V8 heap in bytes, checked five times per second. At least 16 MiB, default 512 MiB. A smaller value throws a
   * `RangeError`.
   */
  readonly maxHeapBytes: number;
  /**
   * Size of the worker's buffers in bytes, which are not part of the heap; checked five times per second. At least 16 MiB, default
   * 512 MiB. A smaller value throws a `RangeError`.
   */
  readonly maxBufferBytes: number;
  /**
   * `warm`, the default: once a plugin runs in a worker, one spare worker is kept ready, so that the next swap does not wait for a thread
   * to start. It costs about 7 MB, and holds the packages of the plugin that was loaded last. `none`: each swap starts its own thread.
   * Any other value throws a `RangeError`.
   */
  readonly spare: 'warm' | 'none';
  /**
   * How many threads may start at the same time, the spare among them: a whole number from 1 (`RangeError` otherwise). Default 8. When a
   * thousand plugins are loaded at once, the others wait for their turn; that time counts for none of their deadlines. How many run is not
   * limited: each version that serves has a thread of its own.
   */
  readonly maxStartingCount: number;
}

const MIB = 1024 * 1024;
const LEAST_HEARTBEAT_MS = 200;
const LEAST_BYTES = 16 * MIB;
/** As many as a pipeline reloads at a time. */
const DEFAULT_STARTING_COUNT = 8;

/** The limits, with defaults for those that are not given. Throws when one is out of range. */
export function workerLimits(given: Partial<WorkerLimits> = {}): WorkerLimits {
  const limits = {
    heartbeatMs: given.heartbeatMs ?? 5_000,
    maxHeapBytes: given.maxHeapBytes ?? 512 * MIB,
    maxBufferBytes: given.maxBufferBytes ?? 512 * MIB,
    spare: given.spare ?? ('warm' as const),
    maxStartingCount: given.maxStartingCount ?? DEFAULT_STARTING_COUNT,
  };
  requireOneOf('PluginRuntime', 'worker.spare', limits.spare, ['warm', 'none']);
  const { heartbeatMs, maxStartingCount } = limits;
  requireInRange(
    'PluginRuntime',
    { least: 1, isWhole: true },
    { 'worker.maxStartingCount': maxStartingCount },
  );
  if (!(heartbeatMs >= LEAST_HEARTBEAT_MS)) {
    throw new RangeError(
      `PluginRuntime: worker.heartbeatMs (${heartbeatMs}) is less than ${LEAST_HEARTBEAT_MS}`,
    );
  }
  for (const key of ['maxHeapBytes', 'maxBufferBytes'] as const) {
    const bytes = limits[key];
    if (!(bytes >= LEAST_BYTES)) {
      throw new RangeError(`PluginRuntime: worker.${key} (${bytes}) is less than ${LEAST_BYTES}`);
    }
  }
  return limits;
}
