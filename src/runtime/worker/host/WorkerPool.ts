import { createSemaphore, type OnWait, type Semaphore } from '../../../model/concurrency.js';
import type { PreloadOrder } from '../wire/workerProtocol.js';
import { PooledWorker } from './PooledWorker.js';
import { Watchdog } from './Watchdog.js';
import type { WorkerLimits } from './WorkerLimits.js';
import type { WorkerPorts } from './WorkerPorts.js';

/** The start of a spare takes a core, so it waits until the swap that used the last spare is over. */
const SPARE_DELAY_MS = 20;
const CHECK_EVERY_MS = 100;
/** A native call may block a thread for any time. Closing waits for it no longer than this. */
const CLOSE_LIMIT_MS = 500;

/**
 * - `none`: no spare is wanted yet. A spare that was still starting when `take` was called may become ready later.
 * - `planned`: a spare starts soon, and `cancel` prevents that; or it is starting, and cannot be stopped.
 * - `ready`: a started worker that no plugin uses.
 */
type Spare =
  | { readonly state: 'none' }
  | { readonly state: 'planned'; readonly cancel: () => void }
  | { readonly state: 'ready'; readonly worker: PooledWorker };

/** The workers of one runtime: one per version that runs, and a spare. */
export class WorkerPool {
  /** All workers that are not over. While there are any, the watchdog checks them. */
  readonly #live = new Set<PooledWorker>();
  /** Threads that were told to end and may still run. Closing waits for them. */
  readonly #endings = new Set<Promise<void>>();
  readonly #watchdog: Watchdog;
  #spare: Spare = { state: 'none' };
  /** What the spare preloads: the modules and packages of the version that was loaded last. */
  #preload: PreloadOrder = { externals: [], modules: [] };
  /** Ends the watchdog's checks. Undefined while there are none. */
  #stopChecks: (() => void) | undefined;
  #isClosed = false;
  /** The turns to start a thread. */
  readonly #inStartTurn: Semaphore;
  /** Another spare would be one too many. */
  #isSpareStarting = false;

  constructor(
    readonly limits: WorkerLimits,
    readonly hasStackTraces: boolean,
    readonly ports: WorkerPorts,
  ) {
    this.#watchdog = new Watchdog(limits, CHECK_EVERY_MS);
    const nextTurn = () => new Promise<void>((resolve) => ports.clock.atTurnEnd(resolve));
    this.#inStartTurn = createSemaphore(limits.maxStartingCount, nextTurn);
  }

  /** Whether `take` would start no thread. */
  get hasSpare(): boolean {
    return this.#spare.state === 'ready';
  }

  /** Resolves when a thread may start, which has the turn until `started` resolves. */
  startTurn(started: Promise<void>, onWait?: OnWait): Promise<void> {
    return new Promise((resolve) => {
      void this.#inStartTurn(() => {
        resolve();
        return started;
      }, onWait);
    });
  }

  /** The spare, or a new worker when there is none. */
  async take(): Promise<PooledWorker> {
    const spare = this.#spare;
    this.#replaceSpare({ state: 'none' });
    return spare.state === 'ready' ? spare.worker : this.#start();
  }

  /** Gives the spare what a version like this one needs; starts a spare soon when there is none. */
  prepareSpare(preload: PreloadOrder): void {
    this.#preload = preload;
    if (this.#isClosed || this.limits.spare === 'none') return;
    if (this.#spare.state === 'ready') {
      this.#spare.worker.preload(preload);
      return;
    }
    const { later } = this.ports.clock;
    const cancel = later(SPARE_DELAY_MS, () => void this.#startSpare());
    this.#replaceSpare({ state: 'planned', cancel });
  }

  isSilent(worker: PooledWorker): boolean {
    return this.#watchdog.isSilent(worker);
  }

  /** Ends all workers, and waits until their threads are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#spare.state === 'planned') this.#replaceSpare({ state: 'none' });
    for (const worker of this.#live) worker.terminate();
    let cancel = (): void => undefined;
    const limit = new Promise<void>((resolve) => {
      cancel = this.ports.clock.later(CLOSE_LIMIT_MS, resolve);
    });
    await Promise.race([Promise.all(this.#endings), limit]);
    cancel();
  }

  #replaceSpare(next: Spare): void {
    if (this.#spare.state === 'planned') this.#spare.cancel();
    this.#spare = next;
  }

  async #startSpare(): Promise<void> {
    if (this.#isSpareStarting) return;
    this.#isSpareStarting = true;
    try {
      const isUnwanted = () => this.#isClosed || this.hasSpare;
      await this.#inStartTurn(() => (isUnwanted() ? Promise.resolve() : this.#startSpareNow()));
    } catch {
      // One that cannot start is not reported here: the next swap starts its own thread, and reports why that fails.
    } finally {
      this.#isSpareStarting = false;
    }
  }

  async #startSpareNow(): Promise<void> {
    const worker = await this.#start();
    // Meanwhile the pool may have been closed.
    if (this.#isClosed) {
      worker.terminate();
      return;
    }
    this.#replaceSpare({ state: 'ready', worker });
    worker.preload(this.#preload);
    await worker.thread.started;
  }

  async #start(): Promise<PooledWorker> {
    const worker = new PooledWorker({
      startThread: await this.ports.threads(),
      limits: this.limits,
      hasStackTraces: this.hasStackTraces,
      onTerminate: (ending) => {
        this.#endings.add(ending);
        void ending.finally(() => this.#endings.delete(ending));
      },
      onOver: () => this.#forget(worker),
    });
    this.#live.add(worker);
    const { every } = this.ports.clock;
    this.#stopChecks ??= every(CHECK_EVERY_MS, () => this.#checkAll());
    return worker;
  }

  #checkAll(): void {
    const besideHostBytes = this.ports.besideHostBytes();
    for (const worker of this.#live) {
      const reason = this.#watchdog.check(worker, besideHostBytes);
      if (reason !== undefined) worker.terminate(reason);
    }
  }

  #forget(worker: PooledWorker): void {
    this.#live.delete(worker);
    if (this.#spare.state === 'ready' && this.#spare.worker === worker) {
      this.#spare = { state: 'none' };
    }
    if (this.#live.size > 0) return;
    this.#stopChecks?.();
    this.#stopChecks = undefined;
  }
}
