type Dispose = () => unknown;
interface Resource {
  readonly dispose: Dispose | undefined;
  readonly isAsync: boolean;
}

/**
 * What the compiler's output calls for `using` and `await using`, which Node 20 lacks. The names are the compiler's: `u` and `a` take a
 * resource, `e` is set to what the block threw, `d` disposes in reverse order.
 */
export function usingContext() {
  const resources: Resource[] = [];
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown) => {
    failure = { error: failure === undefined ? error : suppressed(error, failure.error) };
  };
  const take = <A>(value: A, isAsync: boolean): A => {
    if (value !== null && value !== undefined) {
      resources.push({ dispose: disposerOf(value, isAsync), isAsync });
    } else if (isAsync) {
      resources.push({ dispose: undefined, isAsync });
    }
    return value;
  };
  const disposeFrom = (index: number): unknown => {
    for (let at = index; at >= 0; at -= 1) {
      const resource = resources[at];
      try {
        const done = resource?.dispose?.();
        if (resource?.isAsync === true) {
          return Promise.resolve(done)
            .catch(fail)
            .then(() => disposeFrom(at - 1));
        }
      } catch (error) {
        fail(error);
      }
    }
    if (failure !== undefined) throw failure.error;
    return undefined;
  };
  return {
    set e(error: unknown) {
      fail(error);
    },
    u: <A>(value: A) => take(value, false),
    a: <A>(value: A) => take(value, true),
    d: () => disposeFrom(resources.length - 1),
  };
}

/** The well-known symbols of the proposal; Node 20 has them, as `Symbol.for` in older ones. */
function disposerOf(value: unknown, isAsync: boolean): Dispose {
  if (typeof value !== 'object' && typeof value !== 'function') {
    throw new TypeError('using: the value is not an object');
  }
  if (value === null) return () => undefined;
  const method: unknown =
    (isAsync ? Reflect.get(value, Symbol.asyncDispose) : undefined) ??
    Reflect.get(value, Symbol.dispose);
  if (typeof method !== 'function') throw new TypeError('using: the value has no Symbol.dispose');
  return (): unknown => Reflect.apply(method, value, []);
}

function suppressed(error: unknown, earlier: unknown): Error {
  return Object.assign(new Error('An error was suppressed during disposal', { cause: error }), {
    name: 'SuppressedError',
    error,
    suppressed: earlier,
  });
}

/** Modules that the compiler's output imports for syntax that Node 20 lacks. The runtime brings them; nobody installs them. */
export const compilerHelpers: ReadonlyMap<string, object> = new Map([
  ['@oxc-project/runtime/helpers/usingCtx', { default: usingContext }],
]);
