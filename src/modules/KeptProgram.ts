import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import vm from 'node:vm';
import { packHead, packTail, type RecordPlace, readIndex } from './cache/packFormat.js';
import type { PackFiles } from './files/PackFiles.js';

const SUFFIX = '.program';
/** Of a file that is being written. */
const UNFINISHED = '.program-new';
/** A file that nobody has finished after so long is left from a process that was killed. */
const UNFINISHED_FOR_MS = 60_000;
/** One for each installation and version of Node of a user. Older ones are removed. */
const MAX_FILE_COUNT = 8;
const WRAP_BEGIN = '(function (exports, require, module, __filename, __dirname) { ';
const WRAP_END = '\n})';

export interface KeptProgramPorts {
  /** Where compiled code is kept, for its user alone. Undefined: nowhere. */
  readonly directory: string | undefined;
  readonly files: PackFiles;
  /**
   * `import()` of a file that Node itself has loaded, next to the program's. Each of its files has it as `require.importModule`: on Node 20 a script
   * of kept code cannot import anything.
   */
  readonly importModule: (specifier: string, options?: object) => Promise<unknown>;
}

type Read = (offset: number, length: number) => Buffer;

/**
 * A program of CommonJS files in one folder whose compiled code is kept on disk. What was kept is used when it is whole, of this text, and of
 * this version of V8 with its flags; in any other case the text is compiled. Nothing that goes wrong with what is kept is told: the program runs
 * all the same. Its files are not in `require.cache`, which a plugin may empty: each of them is there once.
 *
 * @source measured: bench/startup/run.ts
 */
export class KeptProgram {
  readonly #ports: KeptProgramPorts;
  readonly #folder: string;
  /** SHA-256 in hex: of what else than its text decides whether compiled code fits. */
  readonly #environment: string;
  readonly #modules = new Map<string, { exports: unknown }>();
  /** SHA-256 of a text that was run, in hex → its script. */
  readonly #scripts = new Map<string, vm.Script>();
  /** Where compiled code is, by the SHA-256 of its text. */
  readonly #kept: ReadonlyMap<string, RecordPlace>;
  /** Whether something runs that is not kept. */
  #hasNew = false;

  constructor(folder: string, ports: KeptProgramPorts) {
    this.#folder = folder;
    this.#ports = ports;
    const { version, platform, arch } = process;
    const parts = [version, platform, arch, cachedDataVersionTag(), folder, WRAP_BEGIN, WRAP_END];
    this.#environment = hash('sha256', JSON.stringify(parts));
    this.#kept =
      this.#reading((read, sizeBytes) => readIndex(this.#environment, sizeBytes, read)) ??
      new Map();
  }

  /** What a file of the folder exports. It runs once. */
  load(name: string): unknown {
    const known = this.#modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#modules.set(name, module);
    const path = join(this.#folder, name);
    const run: unknown = this.#compiled(readFileSync(path), path).runInThisContext();
    const outside = createRequire(path);
    const requireOne = (id: string): unknown =>
      dirname(id) === '.' && id !== basename(id) ? this.load(basename(id)) : outside(id);
    const require = Object.assign(requireOne, { importModule: this.#ports.importModule });
    if (typeof run !== 'function') throw new TypeError(`${path} is no CommonJS`);
    Reflect.apply(run, module.exports, [module.exports, require, module, path, this.#folder]);
    return module.exports;
  }

  /** Keeps the code of what has run so far, unless all of it is kept. What has run is in it compiled, and the rest is not. */
  keep(): void {
    if (!this.#hasNew) return;
    this.#hasNew = false;
    const { directory, files } = this.#ports;
    if (directory === undefined) return;
    const path = join(directory, `${files.newName()}${UNFINISHED}`);
    try {
      const file = files.create(path);
      try {
        this.#write((bytes) => files.write(file, bytes));
      } finally {
        files.close(file);
      }
      files.rename(path, this.#pathIn(directory));
      this.#removeOldest(directory);
    } catch {
      this.#removeIfPossible(path);
    }
  }

  #pathIn(directory: string): string {
    return join(directory, `${this.#environment}${SUFFIX}`);
  }

  #compiled(code: Buffer, filename: string): vm.Script {
    const key = hash('sha256', code);
    const cachedData = this.#dataOf(key);
    const script = new vm.Script(`${WRAP_BEGIN}${code.toString()}${WRAP_END}`, {
      filename,
      columnOffset: -WRAP_BEGIN.length,
      ...(cachedData && { cachedData }),
    });
    if (cachedData === undefined || script.cachedDataRejected === true) this.#hasNew = true;
    this.#scripts.set(key, script);
    return script;
  }

  #write(write: (bytes: Buffer) => void): void {
    const head = packHead(this.#environment);
    const places = new Map<string, RecordPlace>();
    let offset = head.length;
    write(head);
    for (const [key, script] of this.#scripts) {
      const data = script.createCachedData();
      places.set(key, { offset, length: data.length, sum: hash('sha256', data) });
      offset += data.length;
      write(data);
    }
    write(packTail(this.#environment, places, offset));
  }

  #dataOf(key: string): Buffer | undefined {
    const place = this.#kept.get(key);
    if (place === undefined) return undefined;
    // Another host may have written the file anew since.
    const data = this.#reading((read) => read(place.offset, place.length));
    return data !== undefined && hash('sha256', data) === place.sum ? data : undefined;
  }

  /** Undefined where nothing is kept. What cannot be read is compiled again. */
  #reading<A>(work: (read: Read, sizeBytes: number) => A | undefined): A | undefined {
    const { directory, files } = this.#ports;
    if (directory === undefined) return undefined;
    try {
      if (files.refusal(directory) !== undefined) return undefined;
      const opened = files.open(this.#pathIn(directory));
      if (opened === undefined) return undefined;
      try {
        return work((offset, length) => files.read(opened.file, offset, length), opened.sizeBytes);
      } finally {
        files.close(opened.file);
      }
    } catch {
      return undefined;
    }
  }

  #removeOldest(directory: string): void {
    const { files } = this.#ports;
    const all = files.list(directory);
    const own = all.filter(({ name }) => name.endsWith(SUFFIX));
    const left = all.filter(
      ({ name, ageMs }) => name.endsWith(UNFINISHED) && ageMs > UNFINISHED_FOR_MS,
    );
    const oldest = own.slice(0, Math.max(0, own.length - MAX_FILE_COUNT));
    for (const { name } of [...oldest, ...left]) files.remove(join(directory, name));
  }

  #removeIfPossible(path: string): void {
    try {
      this.#ports.files.remove(path);
    } catch {
      // The disk refuses everything: nothing is kept.
    }
  }
}
