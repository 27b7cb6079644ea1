import type { WorkerLimits } from './WorkerLimits.js';

const MIB = 1024 * 1024;
/** A beat and a half. Longer silence means that the worker runs without a pause, and that the process may grow because of it. */
const SILENT_MS = 300;

/** A worker, as the watchdog sees it. */
export interface WorkerSigns {
  /** [beats so far, bytes of buffers, bytes of the heap], written by the worker. */
  readonly pulse: Float64Array;
  /** Whether silence ends the worker. Before COMMIT and during disposal the deadlines of the stages do that. */
  readonly isServing: boolean;
}

/** What the watchdog remembers of a worker between two checks. */
interface LastSigns {
  /** Beats at the last check. Unequal to the pulse: the worker is alive. */
  beats: number;
  /** Time without a new beat. Grows by the interval of the checks, so that a host that slept or was blocked adds only one interval. */
  silentMs: number;
  /** Memory of the process beside the host's own, at the last beat. Growth since then is blamed on a worker that is silent. */
  besideHostBytes: number;
}

/** Finds the workers that must be ended: those that are silent for too long, and those that use more memory than they may. */
export class Watchdog {
  readonly #lastSigns = new WeakMap<WorkerSigns, LastSigns>();

  constructor(
    readonly limits: WorkerLimits,
    /** Time between two checks of a worker. */
    readonly checkEveryMs: number,
  ) {}

  /** Whether a worker had shown no sign of life for a while at the last check. */
  isSilent(worker: WorkerSigns): boolean {
    return (this.#lastSigns.get(worker)?.silentMs ?? 0) > SILENT_MS;
  }

  /**
   * Checks a worker. Returns why it must be ended, if it must. `besideHostBytes` is the memory of the process without the heap and
   * the buffers of the host's own thread: what the host keeps, such as calls that wait for their answers, is no worker's fault.
   */
  check(worker: WorkerSigns, besideHostBytes: number): string | undefined {
    const { heartbeatMs, maxBufferBytes, maxHeapBytes } = this.limits;
    const [beats = 0, bufferBytes = 0, heapBytes = 0] = worker.pulse;
    const last = this.#lastSigns.get(worker) ?? { beats: -1, silentMs: 0, besideHostBytes };
    this.#lastSigns.set(worker, last);
    // A worker without any beat is still starting: that is not silence.
    if (beats !== last.beats || beats === 0) {
      last.beats = beats;
      last.silentMs = 0;
      last.besideHostBytes = besideHostBytes;
    } else {
      last.silentMs += this.checkEveryMs;
    }
    if (bufferBytes > maxBufferBytes) {
      return `its worker holds ${mib(bufferBytes)} MiB of buffers, and may have ${mib(maxBufferBytes)} (option worker.maxBufferBytes)`;
    }
    if (heapBytes > maxHeapBytes) {
      return `its worker has a heap of ${mib(heapBytes)} MiB, and may have ${mib(maxHeapBytes)} (option worker.maxHeapBytes)`;
    }
    const grownBytes = besideHostBytes - last.besideHostBytes;
    // What a silent worker has of each kind cannot be known: as much as it may have of both together is within its limits.
    if (last.silentMs > SILENT_MS && grownBytes > maxBufferBytes + maxHeapBytes) {
      return `the process grew by ${mib(grownBytes)} MiB while its worker ran without a pause, most likely because of it (options worker.maxHeapBytes and worker.maxBufferBytes)`;
    }
    if (worker.isServing && last.silentMs >= heartbeatMs) {
      return `its worker showed no sign of life for ${last.silentMs} ms: an endless loop, or work that should pause now and then (option worker.heartbeatMs)`;
    }
    return undefined;
  }
}

function mib(bytes: number): number {
  return Math.round(bytes / MIB);
}
