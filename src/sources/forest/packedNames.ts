/** Names per text. A name is searched for in one text, at the cost of a tenth of a look at the disk. */
const namesPerText = 32;
/** Stands before, between and after names: no name has one. */
const separator = '/';

/**
 * Names of a directory as a text, or as several where there are many: a `Map` with a text per name takes ten times as much, for a hundred
 * thousand names.
 */
export type PackedNames = string | readonly string[];

/** Packs names. Each has its place among them, from 0, which may be another than before. */
export function packNames(names: readonly string[]): PackedNames {
  if (names.length <= namesPerText) return textOf(names);
  // Of several texts, the one that may have a name is found by its first name.
  const sorted = [...names].sort();
  return Array.from({ length: Math.ceil(names.length / namesPerText) }, (_, part) =>
    textOf(sorted.slice(part * namesPerText, (part + 1) * namesPerText)),
  );
}

/** The names, each in its place. */
export function unpackNames(packed: PackedNames): readonly string[] {
  return typeof packed === 'string' ? namesIn(packed) : packed.flatMap(namesIn);
}

/** The place of a name; -1: it is not among the names. */
export function placeOf(name: string, packed: PackedNames): number {
  if (typeof packed === 'string') return placeIn(packed, name);
  const part = partOf(name, packed);
  const place = placeIn(packed[part] ?? '', name);
  return place < 0 ? place : part * namesPerText + place;
}

/** The text that has a name, if any has it: the last one that does not begin with a later name. */
function partOf(name: string, texts: readonly string[]): number {
  let [first, end] = [0, texts.length];
  while (end - first > 1) {
    const middle = (first + end) >> 1;
    const text = texts[middle] ?? '';
    if (text.slice(1, text.indexOf(separator, 1)) > name) end = middle;
    else first = middle;
  }
  return first;
}

function placeIn(text: string, name: string): number {
  const end = text.indexOf(separator + name + separator);
  if (end < 0) return -1;
  let place = 0;
  for (let at = 0; at < end; at = text.indexOf(separator, at + 1)) place += 1;
  return place;
}

function textOf(names: readonly string[]): string {
  return separator + names.join(separator) + separator;
}

function namesIn(text: string): readonly string[] {
  return text.slice(1, -1).split(separator);
}
