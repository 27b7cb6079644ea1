/** A version of a plugin that calls another one, or tells something. */
interface Talker {
  readonly plugin: string;
  readonly version: number;
}

/** What a plugin told by `ctx.emit`. */
export interface Emitted extends Talker {
  readonly name: string;
  /** In process, the very value; from a worker, a copy. undefined when the plugin gave none. */
  readonly payload: unknown;
}

/** How plugins reach each other and their host: what is behind `ctx.call` and `ctx.emit`. */
export interface PluginTalk {
  readonly call: (plugin: string, fn: string, args: readonly unknown[]) => Promise<unknown>;
  readonly emit: (emitted: Emitted) => void;
}

/** Where nobody listens, as in a test of a plugin's context alone. */
export const noTalk: PluginTalk = {
  call: (plugin) => Promise.reject(new Error(`ctx.call: no runtime knows the plugin "${plugin}"`)),
  emit: () => undefined,
};
