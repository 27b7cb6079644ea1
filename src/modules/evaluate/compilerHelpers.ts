import { decoratorHelpers } from './decoratorHelpers.js';

type Dispose = () => unknown;

interface Resource {
  readonly dispose: Dispose | undefined;
  readonly isAsync: boolean;
}

/**
 * Modules that the compiler's output imports for syntax that Node 20 lacks, by specifier. The runtime provides them, so that nobody has
 * to install them.
 */
export const compilerHelpers: ReadonlyMap<string, object> = new Map([
  ['@oxc-project/runtime/helpers/usingCtx', { default: usingContext }],
  ...decoratorHelpers,
]);

/**
 * Runs `using` and `await using`. The compiler fixes the names: `u` and `a` register a resource, `e` is set to the error that the block
 * threw, `d` disposes all resources in reverse order.
 */
function usingContext() {
  const resources: Resource[] = [];
  /** In an object, since a block may throw `undefined`. */
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown) => {
    failure = { error: failure === undefined ? error : suppressed(error, failure.error) };
  };
  const register = <A>(value: A, isAsync: boolean): A => {
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
    u: <A>(value: A) => register(value, false),
    a: <A>(value: A) => register(value, true),
    d: () => disposeFrom(resources.length - 1),
  };
}

/** Async disposal falls back to the synchronous method, as in the language. */
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
