/**
 * `ctx.host` in a worker. Each read of a name throws: an empty object would give `undefined`, and the plugin would fail later with an error
 * that says nothing of the thread.
 */
export function noHost(plugin: string): Readonly<Record<string, unknown>> {
  return new Proxy<Record<string, unknown>>(Object.freeze({}), {
    get(target, name) {
      // What prints or compares a value looks for symbols, and for `then` and `toJSON`.
      if (typeof name === 'symbol' || name in Object.prototype || name === 'then') {
        return Reflect.get(target, name);
      }
      throw new Error(
        `ctx.host.${name}: ${plugin} runs in a worker, and what the host provides cannot be shared with a thread. Run the plugin with mode = "in-process", open a ${name} of its own in start(ctx), or pass what it needs as arguments of its functions.`,
      );
    },
  });
}
