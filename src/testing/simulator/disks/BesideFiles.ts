import type { RunObserver } from '../observe/RunObserver.js';
import { NEARER_FILE } from '../plugin/PluginProgram.js';
import { ROOT } from '../setup/Setup.js';
import type { PluginDisk } from './PluginDisk.js';

/** Files that no program imports, by their names in a plugin's folder. */
export const UNUSED_FILES = [
  'run.log',
  'data.db',
  'notes.md',
  'logs/out.log',
  '.index.js.swp',
  'scratch.js',
  'build/bundle.js',
] as const;

/** What a log is called when a new one takes its place. */
const ROTATED = '.1.log';
const UNUSED = new Set<string>(
  UNUSED_FILES.flatMap((file) => [file, `${file}${ROTATED}`]).concat('logs', 'build'),
);

/**
 * The files of a plugin that no program uses, and one that is looked for before another one: both look the same to whoever sees only that
 * a file was written.
 */
export class BesideFiles {
  readonly #disk: PluginDisk;
  readonly #observer: Required<Pick<RunObserver, 'nearerWritten'>>;

  constructor(disk: PluginDisk, observer: Required<Pick<RunObserver, 'nearerWritten'>>) {
    this.#disk = disk;
    this.#observer = observer;
  }

  /** Appends a line to a file that nothing uses, and makes it where it is not there. */
  append(plugin: string, file: string): void {
    const folder = `${ROOT}/${plugin}`;
    if (!this.#disk.has(folder)) return;
    const [directory, name] = file.split('/');
    if (name !== undefined) this.#disk.makeDirectory(`${folder}/${directory}`);
    const path = `${folder}/${file}`;
    this.#disk.write(path, `${this.#disk.read(path) ?? ''}1\n`);
  }

  /** Renames such a file, as one does with a log that is full. */
  rotate(plugin: string, file: string): void {
    const path = `${ROOT}/${plugin}/${file}`;
    this.#disk.renameFile(path, `${path}${ROTATED}`);
  }

  remove(plugin: string, file: string): void {
    this.#disk.remove(`${ROOT}/${plugin}/${file}`);
  }

  /** Writes the file that an import without an extension means before the part. */
  writeNearer(plugin: string, part: number): void {
    if (!this.#disk.has(`${ROOT}/${plugin}`)) return;
    this.#disk.write(nearerFile(plugin), String(part));
    this.tell(plugin);
  }

  removeNearer(plugin: string): void {
    this.#disk.remove(nearerFile(plugin));
    this.tell(plugin);
  }

  /** Tells what that file holds now. */
  tell(plugin: string): void {
    const text = this.#disk.read(nearerFile(plugin));
    this.#observer.nearerWritten(plugin, text === undefined ? undefined : Number(text));
  }
}

/** The plugin in whose folder a path is a file that nothing uses, or a directory of such files. `isSource`: a source could have that name. */
export function unusedFile(
  path: string,
): { readonly plugin: string; readonly isSource: boolean } | undefined {
  const [, plugin = '', file = ''] = /^\/plugins\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (!UNUSED.has(file)) return undefined;
  return { plugin, isSource: /(?:\.js|^logs|^build)$/.test(file) };
}

const nearerFile = (plugin: string) => `${ROOT}/${plugin}/${NEARER_FILE}`;
