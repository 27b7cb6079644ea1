type AnyFunction = (...values: readonly unknown[]) => unknown;

/**
 * Decorates a class or a member of one, as TypeScript's older decorators have it: the last one in the list first. `descriptor` is `null` for
 * what has one, and undefined for a field.
 *
 * @source https://www.typescriptlang.org/docs/handbook/decorators.html#decorator-composition
 */
function decorate(
  decorators: readonly unknown[],
  target: object,
  key?: PropertyKey,
  descriptor?: PropertyDescriptor | null,
): unknown {
  const isMember = key !== undefined;
  const own =
    isMember && descriptor === null ? Object.getOwnPropertyDescriptor(target, key) : descriptor;
  const byPackage: unknown = Reflect.get(Reflect, 'decorate');
  const result = isFunction(byPackage)
    ? Reflect.apply(byPackage, Reflect, [decorators, target, key, own])
    : applied(decorators, isMember ? own : target, (value) =>
        isMember ? [target, key, value] : [value],
      );
  // Anything but a descriptor is the engine's error, as in TypeScript's output.
  if (isMember && Boolean(result)) {
    Reflect.apply(Object.defineProperty, Object, [target, key, result]);
  }
  return result;
}

/** Calls the decorators, the last one first. Each may replace what the next one gets. */
function applied(
  decorators: readonly unknown[],
  first: unknown,
  argumentsFor: (value: unknown) => readonly unknown[],
): unknown {
  let value = first;
  for (const decorator of [...decorators].reverse()) {
    // Metadata that nobody takes is undefined, and is left out.
    if (decorator === undefined || decorator === null) continue;
    if (!isFunction(decorator)) throw new TypeError('a decorator is not a function');
    const replaced: unknown = Reflect.apply(decorator, undefined, argumentsFor(value));
    if (Boolean(replaced)) value = replaced;
  }
  return value;
}

/** A decorator of a parameter as one of its method or class. */
function decorateParam(index: number, decorator: unknown) {
  return (target: object, key: PropertyKey | undefined): void => {
    if (!isFunction(decorator)) throw new TypeError('a decorator is not a function');
    Reflect.apply(decorator, undefined, [target, key, index]);
  };
}

/** What a type of the source was, for `reflect-metadata` and its like. Without such a package nothing is noted. */
function decorateMetadata(key: string, value: unknown): unknown {
  const metadata: unknown = Reflect.get(Reflect, 'metadata');
  return isFunction(metadata) ? Reflect.apply(metadata, Reflect, [key, value]) : undefined;
}

/**
 * The value that stands for a type. A class that does not exist yet, or a name that is no class, is `Object`, as in TypeScript's output. An
 * enum is what its values are: a type checker knows that, and a transpiler that sees one file does not.
 */
function typeOf(read: () => unknown): unknown {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    if (!(error instanceof ReferenceError) && !(error instanceof TypeError)) throw error;
  }
  if (typeof value === 'function') return value;
  if (typeof value === 'string') return String;
  if (typeof value === 'number') return Number;
  if (typeof value === 'object' && value !== null) return enumType(value) ?? Object;
  return Object;
}

/** `Number` or `String` for an enum with values of one kind. A number's member also maps back to its name. */
function enumType(value: object): unknown {
  const entries = Object.entries(value).filter(([name]) => !/^-?\d+(?:\.\d+)?$/.test(name));
  if (entries.length === 0) return undefined;
  if (entries.every(([, member]) => typeof member === 'string')) return String;
  const isNumber = entries.every(
    ([, member]) => typeof member === 'number' && typeof Reflect.get(value, member) === 'string',
  );
  return isNumber ? Number : undefined;
}

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function';
}

/** Modules that the compiler's output imports for TypeScript's older decorators, by specifier. */
export const decoratorHelpers: readonly (readonly [string, object])[] = [
  ['@oxc-project/runtime/helpers/decorate', { default: decorate }],
  ['@oxc-project/runtime/helpers/decorateParam', { default: decorateParam }],
  [
    '@oxc-project/runtime/helpers/decorateMetadata',
    { default: Object.assign(decorateMetadata, { type: typeOf }) },
  ],
];
