import type { PreloadOrder, Question, SentModule } from '../wire/workerProtocol.js';
import type { WorkerSigns } from './Watchdog.js';
import type { WorkerLimits } from './WorkerLimits.js';
import type { PluginThread, StartThread } from './WorkerPorts.js';

/** The version that a worker runs. */
export interface WorkerUser {
  /** Answers a question on which the worker blocks. */
  readonly answer: (question: Question) => unknown;
  /** Called once when the worker ends. `reason` is undefined when its user ended it. */
  readonly onOver: (reason: string | undefined) => void;
}

/**
 * - `timed`: a spare, or a worker whose plugin is being loaded or disposed of. A deadline of the swap ends it when it hangs.
 * - `serving`: from COMMIT to disposal. Only the watchdog notices when it hangs.
 * - `over`: ended, or told to end. Nothing leaves this state.
 */
type WorkerState = 'timed' | 'serving' | 'over';

/** A worker, from its start as a spare to its end. */
export class PooledWorker implements WorkerSigns {
  readonly thread: PluginThread;
  #state: WorkerState = 'timed';
  /** Keys of the modules that were sent ahead: their code need not be sent again. */
  #preloaded: ReadonlySet<string> = new Set();
  /** Undefined while the worker is a spare. */
  #user: WorkerUser | undefined;

  constructor(
    readonly options: {
      readonly startThread: StartThread;
      readonly limits: WorkerLimits;
      readonly hasStackTraces: boolean;
      /** Called when the thread is told to end, with what resolves when it is gone. */
      readonly onTerminate: (ending: Promise<void>) => void;
      /** Called once, before the user is told of the end. */
      readonly onOver: () => void;
    },
  ) {
    const { startThread, limits, hasStackTraces } = options;
    this.thread = startThread({
      limits,
      hasStackTraces,
      answer: (question) => this.#user?.answer(question),
      onEnd: (reason) => this.#end(reason),
    });
  }

  get pulse(): Float64Array {
    return this.thread.pulse;
  }

  get isServing(): boolean {
    return this.#state === 'serving';
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** Call it at COMMIT: from then on the watchdog ends the worker when it is silent. */
  startServing(): void {
    if (this.#state !== 'over') this.#state = 'serving';
  }

  /** Call it when the disposal begins: from then on the deadlines of the disposal apply. */
  stopServing(): void {
    if (this.#state !== 'over') this.#state = 'timed';
  }

  /** Gives the worker to a version, which it keeps to its end. */
  use(user: WorkerUser): void {
    this.#user = user;
  }

  /** Sends what the next version will need, while nobody waits for the worker. */
  preload(order: PreloadOrder): void {
    this.#preloaded = new Set([...this.#preloaded, ...order.modules.map(keyOf)]);
    this.thread.port.postMessage({ kind: 'preload', order });
  }

  /** A module as it is sent to this worker: without its code when that was preloaded. */
  withoutPreloaded(module: SentModule): SentModule {
    return this.#preloaded.has(keyOf(module)) ? { ...module, made: undefined } : module;
  }

  /** Ends the worker. When the user of the worker calls this, it passes no reason, since it knows why. */
  terminate(reason?: string): void {
    if (this.isOver) return;
    this.options.onTerminate(this.thread.terminate());
    this.#end(reason);
  }

  #end(reason: string | undefined): void {
    if (this.isOver) return;
    this.#state = 'over';
    this.options.onOver();
    this.#user?.onOver(reason);
  }
}

function keyOf({ hash, path }: SentModule): string {
  return `${hash} ${path}`;
}
