import { PluginCallError } from '../../calls/PluginCallError.js';
import { BatchedPort } from '../wire/BatchedPort.js';
import { cloneToSend, isPrimitive, notCloneable } from '../wire/cloneable.js';
import { type FoundSignal, findSignals, withoutSignals } from '../wire/findSignals.js';
import { decodeThrown, encodeThrown, isEncodedThrown } from '../wire/thrown.js';
import { answers, type HostCommand } from '../wire/workerProtocol.js';
import type { PluginThread, WorkerClock } from './WorkerPorts.js';

/** A call or a command that was sent and not answered. */
interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A command that the worker answers, without its number. */
type Request =
  | Omit<Extract<HostCommand, { kind: 'load' }>, 'id'>
  | Omit<Extract<HostCommand, { kind: 'lifecycle' }>, 'id'>
  | Omit<Extract<HostCommand, { kind: 'dispose' }>, 'id'>;

/** The host's end of the connection to one worker. Sends calls in batches, and settles the promise that an answer belongs to. */
export class WorkerLink {
  /** Number of commands without an answer, calls not counted. A plugin that hangs in one will not answer `dispose` either. */
  openRequestsCount = 0;
  readonly #out: BatchedPort;
  /** By number of the call or command. */
  readonly #pending = new Map<number, Pending>();
  /** Number of the newest call or command. */
  #lastId = 0;
  /** Number of the newest signal that was sent with a call. */
  #lastSignalId = 0;
  /** The error that all calls reject with once the worker has ended. Undefined while the worker lives. */
  #over: PluginCallError | undefined;

  constructor(
    readonly thread: PluginThread,
    readonly plugin: string,
    /** Called with each message of the worker that is not an answer. */
    readonly onNotice: (notice: object) => void,
    { atTurnEnd }: WorkerClock,
  ) {
    this.#out = new BatchedPort(thread.port, atTurnEnd);
    thread.port.on('message', (message: unknown) => this.#receive(message));
    thread.port.unref();
  }

  get isOver(): boolean {
    return this.#over !== undefined;
  }

  call(name: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    if (args.every(isPrimitive)) return this.#call(name, args);
    const signals = findSignals(args);
    // Cloned at once: the batch goes out later in this turn, and the caller may change its objects until then.
    try {
      if (signals.length === 0) return this.#call(name, cloneToSend(args));
      const sent: readonly unknown[] = cloneToSend(withoutSignals(args, signals));
      return this.#callWithSignals(name, sent, signals);
    } catch (error) {
      const index = args.findIndex((arg) => !canBeSent(arg));
      const what = `argument ${index + 1}`;
      const { plugin } = this;
      return Promise.reject(notCloneable({ plugin, fn: name, what, value: args[index], error }));
    }
  }

  /** Sends a command and waits for its answer. */
  async request(request: Request): Promise<unknown> {
    if (this.#over !== undefined) throw this.#over;
    this.openRequestsCount += 1;
    try {
      return await new Promise((resolve, reject) => {
        this.send({ ...request, id: this.#expect({ resolve, reject }) });
      });
    } finally {
      this.openRequestsCount -= 1;
    }
  }

  /** Sends a command, unless the worker is over. */
  send(command: HostCommand): void {
    if (this.#over === undefined) this.#out.post(command);
  }

  /** The worker is over: rejects all that is pending, and all that is asked later, with `why`. */
  end(why: PluginCallError): void {
    if (this.#over !== undefined) return;
    this.#over = why;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of waiting) reject(why);
  }

  #call(name: string, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#out.call(this.#expect({ resolve, reject }), name, args);
    });
  }

  async #callWithSignals(
    name: string,
    args: readonly unknown[],
    found: readonly FoundSignal[],
  ): Promise<unknown> {
    const listening = found.map(({ signal, index, key }) => {
      this.#lastSignalId += 1;
      const id = this.#lastSignalId;
      const reasonNow = () => encodeThrown(signal.reason);
      const onAbort = () => this.send({ kind: 'abort', signalId: id, reason: reasonNow() });
      signal.addEventListener('abort', onAbort, { once: true });
      const reason = signal.aborted ? reasonNow() : undefined;
      const stop = () => signal.removeEventListener('abort', onAbort);
      return { sent: { id, index, key, reason }, stop };
    });
    const signals = listening.map(({ sent }) => sent);
    try {
      return await new Promise((resolve, reject) => {
        const id = this.#expect({ resolve, reject });
        this.send({ kind: 'call', id, call: { name, args, signals } });
      });
    } finally {
      for (const { stop } of listening) stop();
      this.send({ kind: 'forget', signalIds: signals.map(({ id }) => id) });
    }
  }

  /** The number under which the answer will come. */
  #expect(pending: Pending): number {
    this.#lastId += 1;
    this.#pending.set(this.#lastId, pending);
    return this.#lastId;
  }

  #receive(message: unknown): void {
    if (Array.isArray(message)) {
      const batch: readonly unknown[] = message;
      for (let i = 0; i < batch.length; i += 3) this.#settle(batch[i], batch[i + 1], batch[i + 2]);
    } else if (typeof message === 'object' && message !== null) {
      this.onNotice(message);
    }
  }

  #settle(id: unknown, how: unknown, value: unknown): void {
    if (typeof id !== 'number') return;
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    if (how === answers.returned) pending.resolve(value);
    else pending.reject(isEncodedThrown(value) ? decodeThrown(value) : value);
  }
}

function canBeSent(arg: unknown): boolean {
  try {
    cloneToSend(withoutSignals([arg], findSignals([arg])));
    return true;
  } catch {
    return false;
  }
}
