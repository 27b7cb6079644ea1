import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of a folder, or why the folder cannot become a bundle. */
export type FolderEntry =
  | { readonly name: string; readonly content: Uint8Array }
  | { readonly problem: string };

/** All files of a folder, with `/` in their names. Stops at the first that is no regular file. */
export async function* filesIn(dir: string, below = ''): AsyncGenerator<FolderEntry> {
  const entries = await readdir(join(dir, below), { withFileTypes: true });
  for (const entry of entries) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      yield* filesIn(dir, name);
    } else if (entry.isFile()) {
      const content = await contentOf(join(dir, name));
      yield content === undefined
        ? { problem: `${JSON.stringify(name)} is no regular file any more` }
        : { name, content };
    } else {
      const kind = entry.isSymbolicLink() ? 'a link' : 'no regular file';
      yield { problem: `${JSON.stringify(name)} is ${kind}: a bundle has regular files only` };
    }
  }
}

/** Whether something is at a path, and is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path)).isDirectory();
}

/** Opened without following a link: between the listing and this, somebody may have put one there. */
async function contentOf(path: string): Promise<Uint8Array | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | (O_NOFOLLOW | 0) | (O_NONBLOCK | 0));
  try {
    return (await file.stat()).isFile() ? await file.readFile() : undefined;
  } finally {
    await file.close();
  }
}
