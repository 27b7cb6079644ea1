/** A resource that a plugin gives to its context, which ends it together with the version: a function, or an object with one of these methods. */
export type Owned =
  | (() => unknown)
  | {
      /** Such as an RxJS `Subscription`. */
      unsubscribe(): unknown;
    }
  | {
      /** Any object with a `dispose` method. */
      dispose(): unknown;
    }
  | {
      /** What `using` takes. */
      [Symbol.dispose](): unknown;
    }
  | {
      /** What `await using` takes. The disposal of the version waits for it. */
      [Symbol.asyncDispose](): PromiseLike<unknown>;
    };

/** An object that listeners can be added to: an emitter of Node's, or an event target of the DOM. */
export type ListenerHost =
  | {
      /** Adds a listener, such as `EventEmitter.on`. */
      on(event: string | symbol, listener: (...args: unknown[]) => void): unknown;
      /** Removes the listener that `on` added. */
      off(event: string | symbol, listener: (...args: unknown[]) => void): unknown;
    }
  | {
      /** Adds a listener, such as `EventTarget.addEventListener`. Used where an object has this and `on`. */
      addEventListener(event: string, listener: (event: unknown) => void): unknown;
      /** Removes the listener that `addEventListener` added. */
      removeEventListener(event: string, listener: (event: unknown) => void): unknown;
    };

/**
 * What `init`, `start` and `stop` of a plugin receive. All that is started through it ends with this version. What its timers and
 * listeners throw is reported to the runtime's `onError` and does not end the process.
 */
export interface PluginContext {
  /** The plugin's name, from its manifest. */
  readonly plugin: string;
  /** Number of this version, from 1: the newer the higher. */
  readonly version: number;
  /**
   * What the host gives its plugins, by name: `provide` of the runtime's options, such as a database. The very objects, never copied and never
   * reloaded. Empty when the host provides nothing. In a worker, reading a name of it throws: nothing can be shared with a thread.
   */
  readonly host: Readonly<Record<string, unknown>>;
  /** Aborted when this version is disposed of, before any resource is ended. */
  readonly signal: AbortSignal;
  /** Calls `work` every `everyMs` milliseconds, from 0, until the version ends. Returns a function that cancels the timer. */
  setInterval(work: () => unknown, everyMs: number): () => void;
  /** Calls `work` once after `afterMs` milliseconds, from 0, unless the version ends before. Returns a function that cancels the timer. */
  setTimeout(work: () => unknown, afterMs: number): () => void;
  /** Adds a listener, which is removed when the version ends. Returns a function that removes it at once. */
  on(emitter: ListenerHost, event: string, listener: (...args: unknown[]) => unknown): () => void;
  /**
   * Ends the resource when the version ends: calls `unsubscribe`, `dispose`, `Symbol.dispose` or `Symbol.asyncDispose`, the first that
   * it has, or the resource itself when it is a function. Resources end one after the other, the newest first. Returns the resource.
   */
  own<A extends Owned>(resource: A): A;
  /**
   * Calls a function of another plugin, by the rules of `runtime.call`: the version that serves answers, and a swap makes the call wait. From and
   * to a worker, arguments and result are copies; what cannot be copied, such as a function or an emitter, is refused with `NotCloneable`.
   * Do not wait in `start` for a plugin that waits for this one: the deadline of `start` ends that.
   */
  call(plugin: string, fn: string, ...args: readonly unknown[]): Promise<unknown>;
  /**
   * Tells something to the host and to whoever else listens: `runtime.emitted$`. In process the payload is passed as it is; from a worker it
   * is a copy, and throws when it cannot be copied. Does nothing after the version has ended.
   */
  emit(name: string, payload?: unknown): void;
}
