/** Something that a plugin gives to its context to be ended with it. */
export type Owned =
  | (() => unknown)
  | { unsubscribe(): unknown }
  | { dispose(): unknown }
  | { [Symbol.dispose](): unknown }
  | { [Symbol.asyncDispose](): PromiseLike<unknown> };

/** Where listeners can be added: Node's emitters and DOM targets. */
export type ListenerHost =
  | {
      on(event: string | symbol, listener: (...args: unknown[]) => void): unknown;
      off(event: string | symbol, listener: (...args: unknown[]) => void): unknown;
    }
  | {
      addEventListener(event: string, listener: (event: unknown) => void): unknown;
      removeEventListener(event: string, listener: (event: unknown) => void): unknown;
    };

/** What `init`, `start` and `stop` of a plugin receive. All that it starts ends with the version that started it. */
export interface PluginContext {
  readonly plugin: string;
  readonly version: number;
  /** Aborted when this version is disposed of. */
  readonly signal: AbortSignal;
  /** Both return a function that cancels the timer. Times are in milliseconds. */
  setInterval(work: () => unknown, everyMs: number): () => void;
  setTimeout(work: () => unknown, afterMs: number): () => void;
  /** Returns a function that removes the listener. */
  on(emitter: ListenerHost, event: string, listener: (...args: unknown[]) => unknown): () => void;
  /** Ends the resource with this version: by `unsubscribe`, `dispose`, `Symbol.dispose`, or by calling it. Returns it. */
  own<A extends Owned>(resource: A): A;
}
