import type { Watched } from './Watchdog.js';
import type { WorkerLimits } from './WorkerLimits.js';
import { WorkerThread } from './WorkerThread.js';
import type { WorkerProgram } from './workerProgram.js';
import type { PreloadOrder, Question, SentModule } from '../wire/workerProtocol.js';

/** What uses a worker. */
export interface WorkerUser {
  readonly answer: (question: Question) => unknown;
  /** Told when the worker ends; `reason` when it was not its user who ended it. */
  readonly onOver: (reason: string | undefined) => void;
}

/** A worker from its start as a spare to its end. */
export class PooledWorker implements Watched {
  isServing = false;
  isOver = false;
  readonly thread: WorkerThread;
  #ready: ReadonlySet<string> = new Set();
  #user: WorkerUser | undefined;

  constructor(
    readonly options: {
      readonly program: WorkerProgram;
      readonly limits: WorkerLimits;
      readonly hasStackTraces: boolean;
      readonly onTerminate: (ending: Promise<void>) => void;
      readonly onOver: () => void;
    },
  ) {
    const { program, limits, hasStackTraces } = options;
    this.thread = new WorkerThread({
      program,
      limits,
      hasStackTraces,
      answer: (question) => this.#user?.answer(question),
      onEnd: (reason) => this.#end(reason),
    });
  }

  get pulse(): Float64Array {
    return this.thread.pulse;
  }

  use(user: WorkerUser): void {
    this.#user = user;
  }

  /** Loads what the next version will need, while nobody waits for it. */
  preload(order: PreloadOrder): void {
    this.#ready = new Set([...this.#ready, ...order.modules.map(keyOf)]);
    this.thread.port.postMessage({ kind: 'preload', order });
  }

  /** A module as it goes to this worker: without its code, when that is there. */
  lean(module: SentModule): SentModule {
    return this.#ready.has(keyOf(module)) ? { ...module, made: undefined } : module;
  }

  /** Without a reason its user ends it, and knows why. */
  terminate(reason?: string): void {
    if (this.isOver) return;
    this.options.onTerminate(this.thread.terminate());
    this.#end(reason);
  }

  #end(reason: string | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    this.options.onOver();
    this.#user?.onOver(reason);
  }
}

function keyOf({ hash, path }: SentModule): string {
  return `${hash} ${path}`;
}
