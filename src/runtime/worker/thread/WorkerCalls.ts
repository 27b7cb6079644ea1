import { AsyncResource } from 'node:async_hooks';
import { findJsonLoss } from '../../../model/codecs/findJsonLoss.js';
import { findJsonProblem, type JsonProblem } from '../../../model/codecs/findJsonProblem.js';
import { formatPath } from '../../../model/codecs/formatPath.js';
import { isThenable } from '../../../model/unknownValue.js';
import { PluginCallError } from '../../calls/PluginCallError.js';
import type { LifecycleName } from '../../instances/PluginInstance.js';
import type { BatchedPort } from '../wire/BatchedPort.js';
import { cloneToSend, isPrimitive, notCloneable } from '../wire/cloneable.js';
import { decodeThrown, type EncodedThrown, encodeThrown } from '../wire/thrown.js';
import {
  answers,
  type Batch,
  type CallWithSignals,
  type LoadOrder,
  type SentState,
} from '../wire/workerProtocol.js';
import type { WorkerPlugin } from './WorkerPlugin.js';

/**
 * Runs what the host calls, and answers. Functions start in the order of their calls, as they would in the host's process, each in an
 * async context of its own: what one enters with `AsyncLocalStorage.enterWith` stays out of the next one.
 */
export class WorkerCalls {
  /** The plugin's name, for messages. Empty until `load`. */
  #name = '';
  /** The signals of calls that have not ended, by number: the host may abort them. */
  readonly #signals = new Map<number, AbortController>();
  /** Aborted when the disposal is past its deadline. */
  readonly #overdue = new AbortController();

  constructor(
    readonly plugin: WorkerPlugin,
    readonly out: BatchedPort,
  ) {}

  /** Starts all calls of a batch. */
  callAll(batch: Batch): void {
    for (let i = 0; i + 2 < batch.length; ) {
      const [id, name, count] = [batch[i], batch[i + 1], batch[i + 2]];
      // For the types only: the host sends no other batch.
      if (typeof id !== 'number' || typeof name !== 'string' || typeof count !== 'number') return;
      const args = batch.slice(i + 3, i + 3 + count);
      new AsyncResource('PluginCall').runInAsyncScope(this.#call, this, id, name, args);
      i += 3 + count;
    }
  }

  /** Starts a call, with signals of this thread in the place of the host's. */
  callWithSignals(id: number, { name, args, signals }: CallWithSignals): void {
    const whole = [...args];
    for (const { id: signalId, index, key, reason } of signals) {
      const controller = new AbortController();
      this.#signals.set(signalId, controller);
      if (reason !== undefined) controller.abort(decodeThrown(reason));
      const holder = whole[index];
      if (key === undefined) whole[index] = controller.signal;
      else if (typeof holder === 'object' && holder !== null)
        Reflect.set(holder, key, controller.signal);
    }
    this.#call(id, name, whole);
  }

  abort(signalId: number, reason: EncodedThrown): void {
    this.#signals.get(signalId)?.abort(decodeThrown(reason));
  }

  /** Forgets these signals, because their call has ended. */
  forget(signalIds: readonly number[]): void {
    for (const id of signalIds) this.#signals.delete(id);
  }

  load(id: number, order: LoadOrder): Promise<void> {
    this.#name = order.plugin;
    return this.#answer(id, 'load', async () => {
      const { exportNames, namespace } = await this.plugin.load(order);
      const isFunction = (key: string) => typeof Reflect.get(namespace, key) === 'function';
      return { exportNames, functionNames: exportNames.filter(isFunction) };
    });
  }

  lifecycle(id: number, name: LifecycleName, args: readonly unknown[]): Promise<void> {
    const run = this.plugin.instance?.lifecycle(name);
    return this.#answer(id, name, async () => answerOf(name, await run?.(...args)));
  }

  dispose(id: number): Promise<void> {
    return this.#answer(id, 'dispose', async () =>
      (await this.plugin.dispose(this.#overdue.signal)).map((problem) => encodeThrown(problem)),
    );
  }

  /** Makes the disposal go on without waiting for any resource, because the thread will be ended soon. */
  hurry(): void {
    this.#overdue.abort();
  }

  #call(id: number, name: string, args: readonly unknown[]): void {
    const run = this.plugin.instance?.callable(name);
    if (run !== undefined) {
      this.#run(id, name, () => run(...args));
      return;
    }
    const message = `The plugin "${this.#name}" offers no function "${name}" any more.`;
    this.#threw(id, new PluginCallError('ExportMissing', this.#name, message));
  }

  /** Runs a command. */
  async #answer(id: number, name: string, work: () => Promise<unknown>): Promise<void> {
    try {
      this.#returned(id, name, await work());
    } catch (error) {
      this.#threw(id, error);
    }
  }

  /** Runs a call. An answer that is not a promise is sent in this turn: waiting for it would cost a microtask per call. */
  #run(id: number, name: string, work: () => unknown): void {
    try {
      const result = work();
      if (isThenable(result)) {
        result.then(
          (value) => this.#returned(id, name, value),
          (error: unknown) => this.#threw(id, error),
        );
      } else {
        this.#returned(id, name, result);
      }
    } catch (error) {
      this.#threw(id, error);
    }
  }

  #returned(id: number, fn: string, value: unknown): void {
    // Cloned at once: the batch goes out later in this turn, and the plugin may change the object until then.
    try {
      this.out.answer(id, answers.returned, isPrimitive(value) ? value : cloneToSend(value));
    } catch (error) {
      this.#threw(id, notCloneable({ plugin: this.#name, fn, what: 'its result', value, error }));
    }
  }

  #threw(id: number, error: unknown): void {
    this.out.answer(id, answers.threw, encodeThrown(error));
  }
}

/**
 * What a lifecycle function returned, as far as the host uses it: a state as JSON text, which a clone does not change, and for `health`
 * only whether it returned `false`.
 */
function answerOf(name: LifecycleName, result: unknown): unknown {
  if (name === 'health') return result !== false;
  if ((name !== 'saveState' && name !== 'migrate') || result === undefined) return undefined;
  const problem = findJsonProblem(result);
  if (problem !== undefined) throw new Error(describe(problem));
  // The types say string, but a toJSON() that is inherited may have returned nothing.
  const text: unknown = JSON.stringify(result);
  if (typeof text !== 'string') throw new Error('toJSON() of the state returned nothing');
  const loss = name === 'saveState' ? findJsonLoss(result) : undefined;
  if (loss === undefined) return text;
  const sent: SentState = { text, leftOut: describe(loss) };
  return sent;
}

function describe({ path, reason }: JsonProblem): string {
  return `${formatPath(['state', ...path])} ${reason}`;
}
