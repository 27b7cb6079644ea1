import { requireOneOf } from '../../../policies/ranges.js';

/** What a worker may use, and for how long it may be silent. */
export interface WorkerLimits {
  /**
   * A worker that serves and shows no sign of life for so long is in an endless loop: it is ended, and its plugin restarted. In
   * milliseconds, from 200; default 5,000; `Infinity`: never, as for a debugger.
   */
  readonly heartbeatMs: number;
  /** V8's heap of one worker, looked at five times a second; a plugin that needs more crashes alone. From 16 MiB, default 512 MiB. */
  readonly maxHeapBytes: number;
  /** Buffers of one worker, which are outside of the heap; counted five times a second. From 16 MiB, default 512 MiB. */
  readonly maxBufferBytes: number;
  /**
   * `warm`, the default: once a plugin runs in a worker, one more is kept started, about 7 MB, with the packages of the plugin that was
   * loaded last, so that the next swap waits for no thread. `none`: each swap starts its own.
   */
  readonly spare: 'warm' | 'none';
}

const MIB = 1024 * 1024;
const LEAST_HEARTBEAT_MS = 200;
const LEAST_BYTES = 16 * MIB;

/** The limits with their defaults. Those that cannot work throw. */
export function workerLimits(given: Partial<WorkerLimits> = {}): WorkerLimits {
  const limits = {
    heartbeatMs: given.heartbeatMs ?? 5_000,
    maxHeapBytes: given.maxHeapBytes ?? 512 * MIB,
    maxBufferBytes: given.maxBufferBytes ?? 512 * MIB,
    spare: given.spare ?? ('warm' as const),
  };
  requireOneOf('PluginRuntime', 'worker.spare', limits.spare, ['warm', 'none']);
  const { heartbeatMs } = limits;
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
