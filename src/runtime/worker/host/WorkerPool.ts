import { every, later, rssBytes } from '../../adapters/machine.js';
import { PooledWorker } from './PooledWorker.js';
import { Watchdog } from './Watchdog.js';
import type { WorkerLimits } from './WorkerLimits.js';
import { workerProgram } from './workerProgram.js';
import type { PreloadOrder } from '../wire/workerProtocol.js';

/** A spare starts when the swap that took the last one is over: it would take a core from that. */
const SPARE_DELAY_MS = 20;
const LOOK_EVERY_MS = 100;
/** A native call may block a thread beyond any patience: the runtime closes without it. */
const CLOSE_LIMIT_MS = 500;

/** Where no thread can be started, the next swap tells why. */
const noSpare = () => undefined;

/** The workers of one runtime: one for each version that runs, and a warm spare. */
export class WorkerPool {
  readonly #live = new Set<PooledWorker>();
  readonly #endings = new Set<Promise<void>>();
  readonly #watchdog: Watchdog;
  #spare: PooledWorker | undefined;
  #preload: PreloadOrder = { externals: [], modules: [] };
  #callOffSpare: () => void = () => undefined;
  #stopWatching: (() => void) | undefined;
  #isClosed = false;

  constructor(
    readonly limits: WorkerLimits,
    readonly hasStackTraces: boolean,
  ) {
    this.#watchdog = new Watchdog(limits, LOOK_EVERY_MS);
  }

  /** The spare, or where there is none a new one. */
  async take(): Promise<PooledWorker> {
    this.#callOffSpare();
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined && !spare.isOver) return spare;
    return this.#start();
  }

  /** Soon, a spare that has ready what a version like this one needs. */
  prepareSpare(preload: PreloadOrder): void {
    this.#preload = preload;
    this.#callOffSpare();
    if (this.#isClosed || this.limits.spare === 'none') return;
    if (this.#spare !== undefined) this.#spare.preload(preload);
    else this.#callOffSpare = later(SPARE_DELAY_MS, () => void this.#startSpare().catch(noSpare));
  }

  isSilent(worker: PooledWorker): boolean {
    return this.#watchdog.isSilent(worker);
  }

  /** Ends every worker that is left, and waits until their threads are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#callOffSpare();
    for (const worker of this.#live) worker.terminate();
    const limit = new Promise<void>((resolve) => later(CLOSE_LIMIT_MS, resolve));
    await Promise.race([Promise.all(this.#endings), limit]);
  }

  async #startSpare(): Promise<void> {
    const spare = await this.#start();
    // Others may have started one meanwhile, or closed.
    if (this.#isClosed || this.#spare !== undefined) {
      spare.terminate();
      return;
    }
    this.#spare = spare;
    spare.preload(this.#preload);
  }

  async #start(): Promise<PooledWorker> {
    const worker = new PooledWorker({
      program: await workerProgram(),
      limits: this.limits,
      hasStackTraces: this.hasStackTraces,
      onTerminate: (ending) => {
        this.#endings.add(ending);
        void ending.finally(() => this.#endings.delete(ending));
      },
      onOver: () => this.#forget(worker),
    });
    this.#live.add(worker);
    this.#stopWatching ??= every(LOOK_EVERY_MS, () => this.#look());
    return worker;
  }

  #look(): void {
    const rss = rssBytes();
    for (const worker of this.#live) {
      const reason = this.#watchdog.look(worker, rss);
      if (reason !== undefined) worker.terminate(reason);
    }
  }

  #forget(worker: PooledWorker): void {
    this.#live.delete(worker);
    if (this.#spare === worker) this.#spare = undefined;
    if (this.#live.size > 0) return;
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }
}
