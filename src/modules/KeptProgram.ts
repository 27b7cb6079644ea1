import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import vm from 'node:vm';
import { packHead, packTail, type RecordPlace, readIndex } from './cache/packFormat.js';
import { giveLoaderWarning } from './evaluate/loaderWarning.js';
import type { PackFiles } from './files/PackFiles.js';

const SUFFIX = '.program';
/** One for each installation and version of Node of a user. Older ones are removed. */
const MAX_FILE_COUNT = 8;
const WRAP_BEGIN = '(function (exports, require, module, __filename, __dirname) { ';
const WRAP_END = '\n})';
/** A text that may call `import()`. The one of the first line does not: that is printed before Node's loader of modules is there. */
const IMPORTS = /\bimport\(/;

export interface KeptProgramPorts {
  /** Where compiled code is kept, for its user alone. */
  readonly directory: string;
  readonly files: PackFiles;
}

/**
 * A program of CommonJS files in one folder whose compiled code is kept on disk, for versions of Node that cannot do that themselves. What was
 * kept is used when it is whole, of this text, and of this version of V8 with its flags; in any other case the text is compiled. Nothing that
 * goes wrong with what is kept is told: the program runs all the same.
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
  /** By the SHA-256 of its text. */
  readonly #kept: ReadonlyMap<string, Buffer>;
  /** Whether something runs that is not kept. */
  #hasNew = false;

  constructor(folder: string, ports: KeptProgramPorts) {
    this.#folder = folder;
    this.#ports = ports;
    const { version, platform, arch } = process;
    const parts = [version, platform, arch, cachedDataVersionTag(), folder];
    this.#environment = hash('sha256', JSON.stringify(parts));
    this.#kept = this.#read();
  }

  /** What a file of the folder exports. It runs once. */
  load(name: string): unknown {
    const known = this.#modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#modules.set(name, module);
    const path = join(this.#folder, name);
    const run: unknown = this.#compiled(readFileSync(path, 'utf8'), path).runInThisContext();
    const outside = createRequire(path);
    const require = (id: string): unknown =>
      dirname(id) === '.' && id !== basename(id) ? this.load(basename(id)) : outside(id);
    if (typeof run !== 'function') throw new TypeError(`${path} is no CommonJS`);
    Reflect.apply(run, module.exports, [module.exports, require, module, path, this.#folder]);
    return module.exports;
  }

  /** Keeps the code of what has run so far, unless all of it is kept. What has run is in it compiled, and the rest is not. */
  keep(): void {
    if (!this.#hasNew) return;
    this.#hasNew = false;
    const { directory, files } = this.#ports;
    const path = join(directory, files.newName());
    try {
      const file = files.create(path);
      try {
        this.#write((bytes) => files.write(file, bytes));
      } finally {
        files.close(file);
      }
      files.rename(path, this.#path());
      this.#removeOldest();
    } catch {
      this.#removeIfPossible(path);
    }
  }

  #path(): string {
    return join(this.#ports.directory, `${this.#environment}${SUFFIX}`);
  }

  #compiled(code: string, filename: string): vm.Script {
    const text = `${WRAP_BEGIN}${code}${WRAP_END}`;
    const key = hash('sha256', text);
    const cachedData = this.#kept.get(key);
    if (IMPORTS.test(code)) giveLoaderWarning();
    const script = new vm.Script(text, {
      filename,
      columnOffset: -WRAP_BEGIN.length,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
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

  #read(): ReadonlyMap<string, Buffer> {
    const { directory, files } = this.#ports;
    const kept = new Map<string, Buffer>();
    try {
      if (files.refusal(directory) !== undefined) return kept;
      const opened = files.open(this.#path());
      if (opened === undefined) return kept;
      const { file, sizeBytes } = opened;
      try {
        const read = (offset: number, length: number): Buffer => files.read(file, offset, length);
        const places = readIndex(this.#environment, sizeBytes, read) ?? [];
        for (const [key, { offset, length, sum }] of places) {
          const data = read(offset, length);
          if (hash('sha256', data) === sum) kept.set(key, data);
        }
      } finally {
        files.close(file);
      }
    } catch {
      // It cannot be read: what it has is compiled again.
    }
    return kept;
  }

  #removeOldest(): void {
    const { directory, files } = this.#ports;
    const own = files.list(directory).filter(({ name }) => name.endsWith(SUFFIX));
    for (const { name } of own.slice(0, Math.max(0, own.length - MAX_FILE_COUNT))) {
      files.remove(join(directory, name));
    }
  }

  #removeIfPossible(path: string): void {
    try {
      this.#ports.files.remove(path);
    } catch {
      // The disk refuses everything: nothing is kept.
    }
  }
}
