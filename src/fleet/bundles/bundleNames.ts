// Which names a bundle may have. A name is checked before anything is written: it has to mean the same file on every machine, and one that
// is inside of the plugin's folder.

/** Control characters, and marks that change the direction or cannot be seen: a name with them reads as another one. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/** Names that Windows gives to devices, with any ending. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/iu;

/** Why a file may not be called so; undefined when it may. */
export function nameProblem(name: string): string | undefined {
  const shown = JSON.stringify(name);
  if (name === '') return 'a file has no name';
  if (UNSEEN.test(name)) return `the name ${shown} has characters that cannot be seen`;
  if (name.includes('\\')) return `the name ${shown} has a backslash`;
  if (name.includes(':')) return `the name ${shown} has a colon, which names a drive on Windows`;
  if (name.startsWith('/')) return `the name ${shown} is absolute`;
  for (const part of name.split('/')) {
    if (part === '') return `the name ${shown} has an empty part`;
    if (part === '.' || part === '..') return `the name ${shown} leaves its folder`;
    if (/[. ]$/u.test(part)) return `the name ${shown} ends in a dot or a space`;
    if (DEVICE.test(part)) return `the name ${shown} is a device on Windows`;
  }
  return undefined;
}

/** Finds names that are one file on a disk that ignores case, or that stores accents in another way. */
export class NamesOfOneFolder {
  /** The exact spelling of each file and folder, by how such a disk would see it. */
  readonly #spelling = new Map<string, { readonly name: string; readonly isFile: boolean }>();

  /** Why the name cannot stand beside those before; undefined, and it is remembered, when it can. */
  add(name: string): string | undefined {
    const parts = name.split('/');
    for (let count = 1; count <= parts.length; count += 1) {
      const path = parts.slice(0, count).join('/');
      const isFile = count === parts.length;
      const known = this.#spelling.get(folded(path));
      if (known === undefined) {
        this.#spelling.set(folded(path), { name: path, isFile });
      } else if (known.name !== path || known.isFile || isFile) {
        return `${JSON.stringify(path)} and ${JSON.stringify(known.name)} are one file on some disks`;
      }
    }
    return undefined;
  }
}

/** Upper case first: some letters have several lower ones, such as both forms of sigma. */
function folded(name: string): string {
  return name.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');
}
