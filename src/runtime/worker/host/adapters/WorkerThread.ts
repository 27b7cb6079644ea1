import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { answerQuestions } from '../../wire/questions.js';
import type { WorkerStart } from '../../wire/workerProtocol.js';
import type { PluginThread, ThreadOrder } from '../WorkerPorts.js';
import type { WorkerProgram } from '../workerProgram.js';

const BEAT_EVERY_MS = 200;
const MIB = 1024 * 1024;
/**
 * V8's own heap limit is far above `maxHeapBytes`, so that the watchdog ends the thread first: when a thread allocates a large block beyond
 * V8's limit, V8 aborts the whole process.
 *
 * @source measured: a Map that grows in a worker, `maxOldGenerationSizeMb` 256, Node 20.20 and 24.21: FATAL ERROR, process gone
 */
const HARD_LIMIT_FACTOR = 4;
const HARD_LIMIT_ROOM_MIB = 1_024;

/** A thread of Node, with the two ports and the shared memory that connect it to the host. */
export class WorkerThread implements PluginThread {
  readonly port: MessagePort;
  readonly started: Promise<void>;
  readonly pulse = new Float64Array(new SharedArrayBuffer(24));
  readonly #worker: Worker;
  /** Carries the questions that the worker blocks on. */
  readonly #questions: MessagePort;
  /** The uncaught error of the thread. Node reports it before the exit, and only the exit ends the worker. */
  #failure: string | undefined;
  #isClosed = false;

  constructor(options: ThreadOrder & { readonly program: WorkerProgram }) {
    const { program, limits, hasStackTraces, answer, onEnd } = options;
    const maxHeapMib =
      HARD_LIMIT_ROOM_MIB + Math.ceil((HARD_LIMIT_FACTOR * limits.maxHeapBytes) / MIB);
    const calls = new MessageChannel();
    const questions = new MessageChannel();
    const answered = new Int32Array(new SharedArrayBuffer(4));
    this.port = calls.port1;
    this.#questions = questions.port1;
    answerQuestions({ port: questions.port1, answered }, answer);
    this.#worker = new Worker(program.entry, {
      eval: program.isText,
      workerData: program.data,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMib },
    });
    this.started = new Promise((resolve) => {
      // Of the thread's own program, before any plugin is in it.
      this.#worker.once('message', () => resolve());
      this.#worker.once('exit', () => resolve());
    });
    this.#worker.once('error', (error: unknown) => {
      this.#failure = failureOf(error, maxHeapMib);
    });
    this.#worker.once('exit', (code) => {
      const reason = this.#failure ?? `its worker ended by process.exit(${code})`;
      this.#closePorts();
      onEnd(reason);
    });
    const start: WorkerStart = {
      port: calls.port2,
      questions: { port: questions.port2, answered },
      pulse: this.pulse,
      beatEveryMs: BEAT_EVERY_MS,
      argv: process.argv,
      hasStackTraces,
    };
    this.#worker.postMessage(start, [calls.port2, questions.port2]);
    this.holdsProcess(false);
  }

  holdsProcess(isHolding: boolean): void {
    if (isHolding) this.#worker.ref();
    else this.#worker.unref();
    this.port.unref();
  }

  async terminate(): Promise<void> {
    this.#closePorts();
    await this.#worker.terminate();
  }

  #closePorts(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.port.close();
    this.#questions.close();
  }
}

function failureOf(error: unknown, maxHeapMib: number): string {
  const isError = error instanceof Error;
  if (isError && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return `its worker ran out of memory at ${maxHeapMib} MiB (option worker.maxHeapBytes)`;
  }
  const text = isError ? (error.stack ?? error.message) : String(error);
  return `its worker died of an error that nothing in the plugin caught: ${text}`;
}
