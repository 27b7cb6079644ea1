import type { WorkerLimits } from './WorkerLimits.js';

const MIB = 1024 * 1024;
/** Silent for longer than a beat and a half: then what the process grows by may be this worker's. */
const SILENT_MS = 300;

/** What the watchdog knows of one worker. */
export interface Watched {
  /** [beats so far, bytes of buffers, bytes of the heap], written by the worker. */
  readonly pulse: Float64Array;
  /** Whether its silence counts. Before, the deadlines of the swap hold. */
  readonly isServing: boolean;
}

interface Signs {
  beats: number;
  silentMs: number;
  rssBytes: number;
}

/**
 * Finds workers that are to be ended: silent for too long, or with more memory than they may have. Silence is counted in looks, so
 * that a host that slept, or was held up itself, blames nobody for that.
 */
export class Watchdog {
  readonly #signs = new WeakMap<Watched, Signs>();

  constructor(
    readonly limits: WorkerLimits,
    readonly lookEveryMs: number,
  ) {}

  /** How long a worker has not shown itself, as of the last look. */
  silentMs(watched: Watched): number {
    return this.#signs.get(watched)?.silentMs ?? 0;
  }

  isSilent(watched: Watched): boolean {
    return this.silentMs(watched) > SILENT_MS;
  }

  /** One look at a worker: why it is to be ended, if it is. `rssBytes` is the memory of the process. */
  look(watched: Watched, rssBytes: number): string | undefined {
    const { heartbeatMs, maxBufferBytes, maxHeapBytes } = this.limits;
    const [beats = 0, bufferBytes = 0, heapBytes = 0] = watched.pulse;
    const signs = this.#signs.get(watched) ?? { beats: -1, silentMs: 0, rssBytes };
    this.#signs.set(watched, signs);
    if (beats !== signs.beats || beats === 0) {
      Object.assign(signs, { beats, silentMs: 0, rssBytes });
    } else {
      signs.silentMs += this.lookEveryMs;
    }
    if (bufferBytes > maxBufferBytes) {
      return `its worker holds ${mib(bufferBytes)} MiB of buffers, and may have ${mib(maxBufferBytes)} (option worker.maxBufferBytes)`;
    }
    if (heapBytes > maxHeapBytes) {
      return `its worker has a heap of ${mib(heapBytes)} MiB, and may have ${mib(maxHeapBytes)} (option worker.maxHeapBytes)`;
    }
    const grownBytes = rssBytes - signs.rssBytes;
    if (signs.silentMs > SILENT_MS && grownBytes > Math.max(maxBufferBytes, maxHeapBytes)) {
      return `the process grew by ${mib(grownBytes)} MiB while its worker ran without a pause: by what that holds, most likely (options worker.maxHeapBytes and worker.maxBufferBytes)`;
    }
    if (watched.isServing && signs.silentMs >= heartbeatMs) {
      return `its worker showed no sign of life for ${signs.silentMs} ms: an endless loop, or work that should pause now and then (option worker.heartbeatMs)`;
    }
    return undefined;
  }
}

function mib(bytes: number): number {
  return Math.round(bytes / MIB);
}
