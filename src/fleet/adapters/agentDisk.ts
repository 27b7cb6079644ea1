import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

// What an agent does to its directory:
//
//   agent.json                     what it remembers
//   versions/<plugin>/<digest>/    bundles, unpacked; never changed, each complete or not there
//   plugins/<plugin>               a link to one of them
//
// Each step is one rename of something complete and flushed, so that a process that is killed, or a machine that loses power, between any
// two of them leaves what was there before or what is there after.

const TEMPORARY = '.tmp-';

/** Makes the directory, and gives its real path. Removes what an earlier process left half done, where the disk can be written. */
export function openAgentDirectory(dir: string): string {
  for (const name of ['versions', 'plugins']) mkdirSync(join(dir, name), { recursive: true });
  const root = realpathSync(dir);
  const versions = join(root, 'versions');
  for (const folder of [root, join(root, 'plugins'), versions, ...foldersIn(versions)]) {
    for (const name of readdirSync(folder)) {
      if (name.startsWith(TEMPORARY)) removeLeftover(join(folder, name));
    }
  }
  return root;
}

function removeLeftover(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // It is in nobody's way: the next start tries again.
  }
}

/** The text of a file; undefined when there is none. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Replaces a file as a state store writes one: a new file, flushed, then renamed, and the directory flushed. */
export function replaceDurably(path: string, text: string): void {
  const temporary = join(dirname(path), `${TEMPORARY}${randomUUID()}`);
  try {
    writeFlushed(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    removeLeftover(temporary);
    throw error;
  }
  flushDirectory(dirname(path));
}

/** Puts the files of a version into a new folder, all or none. A folder that is there already is complete. */
export function unpackVersion(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  if (isThere(folder)) return;
  const parent = dirname(folder);
  const temporary = join(parent, `${TEMPORARY}${randomUUID()}`);
  try {
    mkdirSync(temporary, { recursive: true });
    const folders = new Set([temporary]);
    for (const [name, content] of files) {
      const path = join(temporary, ...name.split('/'));
      mkdirSync(dirname(path), { recursive: true });
      for (let at = dirname(path); at !== temporary; at = dirname(at)) folders.add(at);
      writeFlushed(path, content);
    }
    for (const made of folders) flushDirectory(made);
    renameSync(temporary, folder);
  } catch (error) {
    removeLeftover(temporary);
    if (!isThere(folder)) throw error;
  }
  flushDirectory(parent);
  flushDirectory(dirname(parent));
}

/** The digest that a plugin's link leads to; undefined when there is no link. */
export function linkedDigest(link: string): string | undefined {
  try {
    return basename(readlinkSync(link));
  } catch {
    return undefined;
  }
}

/** Makes a link lead elsewhere, in one step: there is no moment without it. `undefined`: there is none from now on. */
export function switchLink(link: string, target: string | undefined): void {
  if (target === undefined) {
    rmSync(link, { force: true });
  } else {
    const temporary = join(dirname(link), `${TEMPORARY}${randomUUID()}`);
    try {
      // A junction needs an absolute target, and needs no right that Windows gives to administrators only.
      symlinkSync(target, temporary, 'junction');
      renameSync(temporary, link);
    } catch (error) {
      removeLeftover(temporary);
      throw error;
    }
  }
  flushDirectory(dirname(link));
}

/** The names in a folder that are not half done; none when there is no such folder. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith(TEMPORARY));
  } catch {
    return [];
  }
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** A name that no other installation has. */
export function newInstallation(): string {
  return randomUUID();
}

function foldersIn(dir: string): readonly string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(dir, name));
}

function writeFlushed(path: string, content: string | Uint8Array): void {
  const file = openSync(path, 'wx', 0o644);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Windows cannot flush directories. */
function flushDirectory(dir: string): void {
  if (process.platform === 'win32') return;
  const file = openSync(dir, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
