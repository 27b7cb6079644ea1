import { PluginCallError } from './calls/PluginCallError.js';
import { type LifecycleName, lifecycleNames } from './instances/PluginInstance.js';

/**
 * The functions of a plugin, as `runtime.plugin(name)` gives them: each takes what the plugin's function takes, and resolves with what it
 * returns. The functions of its lifecycle are not among them: the runtime calls those.
 *
 * @typeParam M - The plugin's module, such as `typeof import('./plugins/counter/index.ts')`.
 */
export type PluginHandle<M> = {
  readonly [K in keyof M as K extends LifecycleName
    ? never
    : M[K] extends (...args: never[]) => unknown
      ? K
      : never]: M[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
};

/** Calls a function of a plugin. */
export type CallPlugin = (
  plugin: string,
  fn: string,
  ...args: readonly unknown[]
) => Promise<unknown>;

const LIFECYCLE: ReadonlySet<string> = new Set<LifecycleName>(lifecycleNames);

/**
 * What `await` and `JSON.stringify` ask of any value, and call where it is a function. A handle is no promise, so that an async function
 * can return one. A call that nobody awaits must not be made either: its rejection would end a host that only logs a handle.
 */
const ASKED_BY_THE_LANGUAGE: ReadonlySet<string> = new Set(['then', 'toJSON']);

/** A handle calls by name, in whatever version serves then: it holds nothing of the plugin, and is good for ever. */
export function pluginHandle<M>(plugin: string, call: CallPlugin): PluginHandle<M> {
  const functions = new Map<string, (...args: readonly unknown[]) => Promise<unknown>>();
  const handle = new Proxy(Object.freeze({}), {
    get(_target, name) {
      if (name === Symbol.toPrimitive) return () => `the plugin ${plugin}`;
      if (typeof name === 'symbol' || ASKED_BY_THE_LANGUAGE.has(name)) return undefined;
      const known = functions.get(name);
      if (known !== undefined) return known;
      const made = LIFECYCLE.has(name)
        ? () => Promise.reject(refused(plugin, name))
        : (...args: readonly unknown[]) => call(plugin, name, ...args);
      functions.set(name, made);
      return made;
    },
  });
  return toHandle<M>(handle);
}

/** Which functions a plugin has is known only when they are called: the module's type stands for them. */
function toHandle<M>(handle: object): PluginHandle<M>;
function toHandle(handle: object): object {
  return handle;
}

function refused(plugin: string, name: string): PluginCallError {
  const message = `${plugin}.${name}() is part of the plugin's lifecycle: the runtime calls it, and no handle does. Export a function of another name.`;
  return new PluginCallError('ExportMissing', plugin, message);
}
