import { placeAt, type TextPlace } from './textPlace.js';

/** Where a specifier, or an imported name, is written: behind `from`, `import` or `import(`; failing that, its first mention. */
export function locateImport(source: string, written: string): TextPlace {
  const quoted = [JSON.stringify(written), `'${written}'`, `\`${written}\``];
  const offsets = quoted.flatMap((text) => mentions(source, text));
  const imported = offsets.find((offset) =>
    /(?:\bfrom|\bimport|\bimport\s*\()\s*$/.test(source.slice(Math.max(0, offset - 40), offset)),
  );
  const name = new RegExp(`(?<![\\w$])${written.replace(/[^\w]/g, '\\$&')}(?![\\w$])`);
  return placeAt(source, imported ?? offsets[0] ?? source.search(name));
}

function mentions(source: string, text: string): number[] {
  const offsets: number[] = [];
  for (let at = source.indexOf(text); at >= 0; at = source.indexOf(text, at + 1)) offsets.push(at);
  return offsets;
}
