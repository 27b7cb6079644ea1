import type { Context } from 'io-ts';

/**
 * The facts about a codec that `reportErrors` needs. io-ts tags its own codecs; for any other codec only the name is
 * known.
 */
export type CodecShape =
  | { readonly _tag: 'literals'; readonly values: readonly unknown[] }
  | { readonly _tag: 'union' | 'intersection'; readonly parts: readonly unknown[] }
  | {
      readonly _tag: 'object';
      readonly name: string | undefined;
      readonly props: ReadonlyMap<string, unknown>;
    }
  | { readonly _tag: 'unknown key'; readonly known: readonly string[] }
  | { readonly _tag: 'other'; readonly name: string };

const names: ReadonlyMap<string, string> = new Map([
  ['StringType', 'a string'],
  ['NumberType', 'a number'],
  ['BooleanType', 'true or false'],
  ['UndefinedType', 'nothing'],
  ['VoidType', 'nothing'],
  ['ArrayType', 'an array'],
  ['ReadonlyArrayType', 'an array'],
  ['TupleType', 'an array'],
  ['AnyArrayType', 'an array'],
]);

/** Reads the shape of a codec from its tag. `instanceof` would fail for a user's codec from another copy of io-ts. */
export function codecShape(codec: unknown): CodecShape {
  const tag = read(codec, '_tag');
  switch (tag) {
    case 'LiteralType':
      return { _tag: 'literals', values: [read(codec, 'value')] };
    case 'NullType':
      return { _tag: 'literals', values: [null] };
    case 'KeyofType':
      return { _tag: 'literals', values: [...entriesOf(codec, 'keys').keys()] };
    case 'UnionType':
    case 'IntersectionType':
      return {
        _tag: tag === 'UnionType' ? 'union' : 'intersection',
        parts: listOf(codec, 'types'),
      };
    case 'StrictObject':
      return { _tag: 'object', name: nameOf(codec), props: entriesOf(codec, 'props') };
    case 'InterfaceType':
    case 'PartialType':
    case 'StrictType':
    case 'DictionaryType':
    case 'AnyDictionaryType':
      return { _tag: 'object', name: undefined, props: entriesOf(codec, 'props') };
    case 'UnknownKey':
      return { _tag: 'unknown key', known: listOf(codec, 'known').map(String) };
    case 'ExactType':
    case 'ReadonlyType':
    case 'RecursiveType':
    case 'JsonCodec':
      return codecShape(read(codec, 'type'));
    default:
      return { _tag: 'other', name: names.get(String(tag)) ?? nameOf(codec) };
  }
}

function read(codec: unknown, field: string): unknown {
  return typeof codec === 'object' && codec !== null ? Reflect.get(codec, field) : undefined;
}

function listOf(codec: unknown, field: string): readonly unknown[] {
  const list = read(codec, field);
  return Array.isArray(list) ? list : [];
}

const nameOf = (codec: unknown): string => String(read(codec, 'name'));

function entriesOf(codec: unknown, field: string): ReadonlyMap<string, unknown> {
  const of = read(codec, field);
  return new Map(typeof of === 'object' && of !== null ? Object.entries(of) : []);
}

/**
 * Describes the values that a codec accepts, for use in a sentence: `a string`, `"a" or "b"`, `an object`. A user's own
 * codec is described by its name.
 */
export function describeCodec(codec: unknown): string {
  return listed(alternatives(codec));
}

function alternatives(codec: unknown): readonly string[] {
  const shape = codecShape(codec);
  switch (shape._tag) {
    case 'literals':
      return shape.values.map((value) => JSON.stringify(value));
    case 'union':
      return [...new Set(shape.parts.flatMap(alternatives))];
    case 'intersection':
      return ['an object'];
    case 'object':
      return [shape.name ?? 'an object'];
    case 'unknown key':
      return ['no such key'];
    case 'other':
      return [shape.name];
  }
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;

/**
 * Whether an entry of the io-ts context is a key of the value. Below a union or an intersection, the entry is the index
 * of a part instead.
 */
export function isKeyStep(context: Context, index: number): boolean {
  const step = context[index];
  const above = codecShape(context[index - 1]?.type);
  const isPart =
    (above._tag === 'union' || above._tag === 'intersection') && above.parts.includes(step?.type);
  return step !== undefined && step.key !== '' && !isPart;
}
