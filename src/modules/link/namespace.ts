/** Reads an export. Throws a ReferenceError while it has no value yet. */
export type ReadExport = () => unknown;

/**
 * The namespace object of a module. It behaves as the language says: exports in the order of their names, each a property that looks
 * writable and that nobody can write, no prototype, and nothing can be added. Reading an export that has no value yet throws.
 *
 * Tools that look behind a proxy, such as `console.log`, see the target: `show` gives it the values that there are.
 *
 * @source https://tc39.es/ecma262/#sec-module-namespace-exotic-objects
 */
export function createNamespace(exports: ReadonlyMap<string, ReadExport>): {
  readonly namespace: object;
  readonly show: () => void;
} {
  const names = [...exports.keys()].sort((a, b) => (a < b ? -1 : 1));
  const target = {};
  Object.setPrototypeOf(target, null);
  for (const name of names) {
    Object.defineProperty(target, name, { writable: true, enumerable: true, value: undefined });
  }
  Object.defineProperty(target, Symbol.toStringTag, { value: 'Module' });
  Object.preventExtensions(target);
  const namespace: object = new Proxy(target, {
    get(_target, key): unknown {
      return typeof key === 'string' ? exports.get(key)?.() : Reflect.get(target, key);
    },
    getOwnPropertyDescriptor(_target, key) {
      const read = typeof key === 'string' ? exports.get(key) : undefined;
      if (read === undefined) return Reflect.getOwnPropertyDescriptor(target, key);
      return { value: read(), writable: true, enumerable: true, configurable: false };
    },
    set: () => false,
    defineProperty: (_target, key, wanted) => isAlready(namespace, key, wanted),
  });
  const show = () => {
    for (const [name, read] of exports) {
      try {
        Reflect.set(target, name, read());
      } catch {
        // It has no value yet, and shows none.
      }
    }
  };
  return { namespace, show };
}

/** A definition that changes nothing succeeds. */
function isAlready(namespace: object, key: string | symbol, wanted: PropertyDescriptor): boolean {
  const present = Reflect.getOwnPropertyDescriptor(namespace, key);
  if (present === undefined || wanted.get !== undefined || wanted.set !== undefined) return false;
  const isOther = (field: 'configurable' | 'enumerable' | 'writable') =>
    wanted[field] !== undefined && wanted[field] !== present[field];
  if (isOther('configurable') || isOther('enumerable') || isOther('writable')) return false;
  return !('value' in wanted) || Object.is(wanted.value, present.value);
}

/**
 * Defines the imports of a module, by their local names. They are accessors, so that a read sees the latest value, and an assignment fails
 * as that to a constant.
 */
export function defineImports<B>(
  object: object,
  imports: readonly { readonly local: string; readonly binding: B }[],
  readerOf: (binding: B) => ReadExport,
): void {
  Object.setPrototypeOf(object, null);
  for (const { local, binding } of imports) {
    Object.defineProperty(object, local, { get: readerOf(binding), set: refuse });
  }
}

function refuse(): never {
  throw new TypeError('Assignment to constant variable.');
}
