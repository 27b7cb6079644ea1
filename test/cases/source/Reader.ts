import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';

/** A reader that reads a file when an event names it, and knows nothing else. */
export class Reader {
  readonly contents = new Map<string, string>();

  apply(event: WatchEvent): void {
    if (event._tag === 'Renamed' && event.kind === 'directory') {
      for (const [path, content] of [...this.contents]) {
        if (!path.startsWith(`${event.from}/`)) continue;
        this.contents.delete(path);
        this.contents.set(event.to + path.slice(event.from.length), content);
      }
      return;
    }
    if (event._tag === 'Renamed') this.contents.delete(event.from);
    this.#read(event.path, event._tag === 'Deleted');
  }

  #read(path: string, isDeleted: boolean): void {
    try {
      if (isDeleted) this.contents.delete(path);
      else this.contents.set(path, readFileSync(path, 'utf8'));
    } catch {
      this.contents.delete(path);
    }
  }

  /** Reads what was there before the first event. */
  readAll(dir: string): void {
    for (const [path, content] of onDisk(dir)) this.contents.set(path, content);
  }

  /** Paths whose content on disk is not what the reader knows. */
  wrong(dir: string): string[] {
    const found = onDisk(dir);
    const paths = new Set([...found.keys(), ...this.contents.keys()]);
    return [...paths].filter((path) => found.get(path) !== this.contents.get(path));
  }
}

/** Every file but git's own, with its content. */
function onDisk(dir: string): ReadonlyMap<string, string> {
  const paths = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(dir, '.git', sep)));
  return new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]));
}
