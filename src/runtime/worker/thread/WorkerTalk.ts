import type { Emitted, PluginTalk } from '../../instances/PluginTalk.js';
import { cloneToSend, notCloneable } from '../wire/cloneable.js';
import { decodeThrown, isEncodedThrown } from '../wire/thrown.js';
import { answers, type HostCommand, type WorkerNotice } from '../wire/workerProtocol.js';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** `ctx.call` and `ctx.emit` of a plugin in a thread: the host passes them on. */
export class WorkerTalk implements PluginTalk {
  /** By number of the call. */
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(readonly notify: (notice: WorkerNotice) => void) {}

  readonly call = async (
    plugin: string,
    fn: string,
    args: readonly unknown[],
  ): Promise<unknown> => {
    const sent = this.#clone({ plugin, fn, args });
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.notify({ kind: 'calls', id, plugin, fn, args: sent });
    });
  };

  readonly emit = ({ plugin, name, payload }: Emitted): void => {
    let copy: unknown;
    try {
      copy = cloneToSend(payload);
    } catch (error) {
      throw notCloneable({ plugin, fn: 'emit', what: 'its payload', value: payload, error });
    }
    this.notify({ kind: 'emitted', name, payload: copy });
  };

  /** The host's answer to a call. */
  called({ id, how, value }: Extract<HostCommand, { kind: 'called' }>): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (how === answers.returned) pending?.resolve(value);
    else pending?.reject(isEncodedThrown(value) ? decodeThrown(value) : value);
  }

  #clone(call: {
    readonly plugin: string;
    readonly fn: string;
    readonly args: readonly unknown[];
  }): readonly unknown[] {
    const { plugin, fn, args } = call;
    return args.map((value, index) => {
      try {
        return cloneToSend(value);
      } catch (error) {
        throw notCloneable({ plugin, fn, what: `argument ${index + 1}`, value, error });
      }
    });
  }
}
