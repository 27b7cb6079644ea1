import { PluginCallError } from '../../calls/PluginCallError.js';
import { BatchedPort } from '../wire/BatchedPort.js';
import { decodeThrown, encodeThrown, isEncodedThrown } from '../wire/thrown.js';
import { findSignals, withoutSignals, type FoundSignal } from '../wire/findSignals.js';
import { isPrimitive, notCloneable } from '../wire/cloneable.js';
import type { WorkerThread } from './WorkerThread.js';
import { answers, type HostCommand } from '../wire/workerProtocol.js';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A command that is answered, but for its number. */
type Request =
  | Omit<Extract<HostCommand, { kind: 'load' }>, 'id'>
  | Omit<Extract<HostCommand, { kind: 'lifecycle' }>, 'id'>
  | Omit<Extract<HostCommand, { kind: 'dispose' }>, 'id'>;

/** The host's side of one worker: calls go out in batches, answers come back to whom they belong. */
export class WorkerLink {
  /** Commands that were not answered yet: nothing of a plugin that hangs in one is worth waiting for. */
  openRequestsCount = 0;
  readonly #out: BatchedPort;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #lastSignal = 0;
  #over: PluginCallError | undefined;

  constructor(
    readonly thread: WorkerThread,
    readonly plugin: string,
    readonly onNotice: (notice: object) => void,
  ) {
    this.#out = new BatchedPort(thread.port);
    thread.port.on('message', (message: unknown) => this.#receive(message));
    thread.port.unref();
  }

  get isOver(): boolean {
    return this.#over !== undefined;
  }

  call(name: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    if (args.every(isPrimitive)) return this.#send(name, args);
    const signals = findSignals(args);
    // Cloned now: what the caller does to it later in this turn is not what it sent.
    try {
      if (signals.length === 0) return this.#send(name, structuredClone(args));
      const sent: readonly unknown[] = structuredClone(withoutSignals(args, signals));
      return this.#callWithSignals(name, sent, signals);
    } catch (error) {
      const index = args.findIndex((arg) => !canBeSent(arg));
      const what = `argument ${index + 1}`;
      const { plugin } = this;
      return Promise.reject(notCloneable({ plugin, fn: name, what, value: args[index], error }));
    }
  }

  /** Does something beside calls, and waits for the answer. */
  async request(request: Request): Promise<unknown> {
    if (this.#over !== undefined) throw this.#over;
    this.openRequestsCount += 1;
    try {
      return await new Promise((resolve, reject) => {
        this.tell({ ...request, id: this.#expect({ resolve, reject }) });
      });
    } finally {
      this.openRequestsCount -= 1;
    }
  }

  tell(command: HostCommand): void {
    if (this.#over === undefined) this.#out.post(command);
  }

  /** Nothing comes back any more: who waits is told why. */
  end(why: PluginCallError): void {
    if (this.#over !== undefined) return;
    this.#over = why;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of waiting) reject(why);
  }

  #send(name: string, args: readonly unknown[]): Promise<unknown> {
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
      this.#lastSignal += 1;
      const id = this.#lastSignal;
      const reasonNow = () => encodeThrown(signal.reason);
      const onAbort = () => this.tell({ kind: 'abort', signal: id, reason: reasonNow() });
      signal.addEventListener('abort', onAbort, { once: true });
      const reason = signal.aborted ? reasonNow() : undefined;
      const stop = () => signal.removeEventListener('abort', onAbort);
      return { sent: { id, index, key, reason }, stop };
    });
    const signals = listening.map(({ sent }) => sent);
    try {
      return await new Promise((resolve, reject) => {
        const id = this.#expect({ resolve, reject });
        this.tell({ kind: 'call', id, call: { name, args, signals } });
      });
    } finally {
      for (const { stop } of listening) stop();
      this.tell({ kind: 'forget', signals: signals.map(({ id }) => id) });
    }
  }

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
    structuredClone(withoutSignals([arg], findSignals([arg])));
    return true;
  } catch {
    return false;
  }
}
