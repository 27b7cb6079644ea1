import type { Question } from '../wire/workerProtocol.js';
import type { WorkerLimits } from './WorkerLimits.js';

/** What workers need of the machine: threads, a clock, and the memory of the process. */
export interface WorkerPorts {
  /** Resolves when threads can be started. */
  readonly threads: () => Promise<StartThread>;
  readonly clock: WorkerClock;
  /** Memory of the process in bytes without the heap and the buffers of the host's own thread. */
  readonly besideHostBytes: () => number;
}

/** Starts a thread that runs the worker's side of the protocol. Throws where the machine refuses one. */
export type StartThread = (order: ThreadOrder) => PluginThread;

/** What a thread is started with. */
export interface ThreadOrder {
  readonly limits: WorkerLimits;
  readonly hasStackTraces: boolean;
  /** Answers a question on which the thread blocks. */
  readonly answer: (question: Question) => unknown;
  /** Called with why the thread ended, also when its host has ended it. Called once. */
  readonly onEnd: (reason: string) => void;
}

/** The thread of a worker, as its host holds it. */
export interface PluginThread {
  /** Carries calls, commands and answers. Silent once the thread was told to end. */
  readonly port: ThreadPort;
  /** Resolves when the thread is ready for orders, or has ended before. On a busy machine that can take seconds. */
  readonly started: Promise<void>;
  /** [beats so far, bytes of buffers, bytes of the heap], written by the worker. */
  readonly pulse: Float64Array;
  /**
   * Whether the thread keeps the process alive. The thread of a serving plugin does, as the plugin's timers would in the host's process.
   */
  holdsProcess(isHolding: boolean): void;
  /** Resolves when the thread is gone. A native call that blocks the thread delays that. */
  terminate(): Promise<void>;
}

/** The host's end of the line to a thread. Messages are cloned, and arrive in their order. */
export interface ThreadPort {
  /** Sends a message to the other side, copied as the structured clone algorithm does. */
  postMessage(message: unknown): void;
  /** Calls the listener with each message from the other side, in their order. */
  on(event: 'message', listener: (message: unknown) => void): unknown;
  /** The port alone does not keep the process alive. */
  unref(): void;
}

/** The timers of workers. None of them keeps the process alive. */
export interface WorkerClock {
  /** Runs `work` once after `ms`. Returns a function that cancels it. */
  later(this: void, ms: number, work: () => void): () => void;
  /** Runs `work` every `ms`. Returns a function that ends it. */
  every(this: void, ms: number, work: () => void): () => void;
  /** Runs `work` at the end of this turn of the event loop, after all that is due in it. */
  atTurnEnd(this: void, work: () => void): void;
}
