import { codecShape } from './codecShape.js';

/** What a codec expects, for a sentence: `a string`, `"a" or "b"`, `an object`; a codec of your own by its name. */
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
