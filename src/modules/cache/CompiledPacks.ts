import { join } from 'node:path';
import type { PackFiles } from '../files/PackFiles.js';
import { OpenPacks } from './OpenPacks.js';
import { PackWriter } from './PackWriter.js';
import type { ModuleStore, StoredModule } from './StoredModule.js';

/** Writing waits until nothing was compiled for this long: a start, and the reload after a save, come first. */
const IDLE_MS = 1_000;
/** Between two packs, so that a day of saves makes few. */
const BETWEEN_PACKS_MS = 30_000;
/** Compiled again with the data of V8 in one go, which takes about 4 ms; then other work has its turn. */
const SLICE_COUNT = 8;
const REST_MS = 4;
/** Such modules are held until they are written. A plugin has at most 8,192. */
const MAX_PENDING_COUNT = 50_000;
/** Half-written packs of a process that was killed are removed at this age. */
const ABANDONED_AFTER_MS = 3_600_000;
const WRITING = '.writing-';
const SUFFIX = '.pack';

/** What a cache of compiled modules works with. */
export interface PackSettings {
  readonly directory: string;
  /** Of all packs. While they are written anew there may be twice as much. */
  readonly maxBytes: number;
  /** SHA-256, in hex, of what a compilation depends on beside text, path and settings. */
  readonly environment: string;
  readonly files: PackFiles;
  /** Called at most once per process for what cannot be read, and once for what cannot be written. */
  readonly report: (path: string, reason: string) => void;
}

/** How many texts were compiled, and how many were restored from packs. */
export interface CompileCounts {
  readonly compiled: number;
  readonly restored: number;
}

/**
 * Keeps compiled modules in packs on disk. Reading happens with each text that is not in memory; writing when the host has time. No failure
 * of it is a failure of its caller: what cannot be read is compiled, and what cannot be written is compiled again at the next start.
 */
export class CompiledPacks implements ModuleStore {
  /** Undefined until the first text, and after a refusal. */
  #open: OpenPacks | undefined;
  #state: 'new' | 'open' | 'off' = 'new';
  /** By key: what is to be written. */
  readonly #pending = new Map<string, () => StoredModule | undefined>();
  /** Whether something was compiled since the last look. */
  #isBusy = false;
  #waiting: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #canWrite = true;
  readonly #told = new Set<'read' | 'write'>();
  readonly #counts = { compiled: 0, restored: 0 };

  constructor(readonly settings: PackSettings) {}

  get counts(): CompileCounts {
    return { ...this.#counts };
  }

  get(key: string): StoredModule | undefined {
    return this.#packs()?.get(key);
  }

  put(key: string, make: () => StoredModule | undefined): void {
    const packs = this.#packs();
    this.#isBusy = true;
    if (!this.#canWrite || packs === undefined || packs.has(key)) return;
    if (this.#pending.size >= MAX_PENDING_COUNT) return;
    this.#pending.set(key, make);
    this.#waiting ??= this.#writeWhenIdle().finally(() => {
      this.#waiting = undefined;
    });
  }

  note(how: 'compiled' | 'restored'): void {
    this.#counts[how] += 1;
  }

  /** Writes what is pending now, and resolves when that is done or cannot be. */
  flush(): Promise<void> {
    return this.#write(() => this.settings.files.nextTurn());
  }

  /** What was not written is compiled again at the next start. */
  close(): void {
    this.#state = 'off';
    this.#canWrite = false;
    this.#pending.clear();
    this.#open?.close();
    this.#open = undefined;
  }

  async #writeWhenIdle(): Promise<void> {
    const { files } = this.settings;
    const rest = () => files.rest(REST_MS);
    while (this.#pending.size > 0 && this.#canWrite) {
      await this.#idle();
      await this.#write(rest);
      await files.rest(BETWEEN_PACKS_MS);
    }
  }

  async #idle(): Promise<void> {
    let wasBusy = true;
    while (wasBusy) {
      this.#isBusy = false;
      await this.settings.files.rest(IDLE_MS);
      wasBusy = this.#isBusy;
    }
  }

  /** One pack at a time. */
  #write(rest: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writePack(rest));
    return this.#writing;
  }

  async #writePack(rest: () => Promise<void>): Promise<void> {
    const packs = this.#packs();
    if (packs === undefined || this.#pending.size === 0 || !this.#canWrite) return;
    const { directory, environment, files, maxBytes } = this.settings;
    const mayGoOn = () => this.#canWrite;
    let writer: PackWriter | undefined;
    try {
      const isOthers = ({ name }: { readonly name: string }) => !this.#isOwn(name);
      writer = new PackWriter({ directory, environment, files, maxBytes }, packs, isOthers);
      for (let count = 1; this.#pending.size > 0; count += 1) {
        const [next] = this.#pending;
        if (next === undefined) break;
        const [key, make] = next;
        this.#pending.delete(key);
        writer.add(key, make());
        if (count % SLICE_COUNT === 0) await rest();
        if (!mayGoOn()) break;
      }
      if (mayGoOn()) await writer.merge(rest, mayGoOn);
      if (mayGoOn()) writer.finish(this.#newName());
      else writer.abandon();
    } catch (error) {
      // Whatever it is: a full disk, a directory that was removed, a module that cannot be kept.
      writer?.abandon();
      this.#stopWriting(directory, error);
    }
  }

  #stopWriting(path: string, error: unknown): void {
    if (!this.#canWrite) return;
    this.#canWrite = false;
    this.#pending.clear();
    this.#tell('write', path, `cannot be written: ${reasonOf(error)}`);
  }

  #packs(): OpenPacks | undefined {
    if (this.#state === 'new') {
      this.#state = 'off';
      try {
        this.#openAll();
      } catch (error) {
        this.#tell('read', this.settings.directory, `cannot be read: ${reasonOf(error)}`);
      }
    }
    return this.#open;
  }

  #openAll(): void {
    const { directory, environment, files } = this.settings;
    const refusal = files.refusal(directory);
    if (refusal !== undefined) {
      this.#tell('read', directory, refusal);
      return;
    }
    const tell = (path: string, reason: string) => this.#tell('read', path, reason);
    const packs = new OpenPacks(files, directory, environment, tell);
    for (const { name, ageMs } of files.list(directory)) {
      if (name.startsWith(WRITING) && ageMs > ABANDONED_AFTER_MS)
        files.remove(join(directory, name));
      if (this.#isOwn(name)) packs.add(name);
    }
    this.#open = packs;
    this.#state = 'open';
  }

  #isOwn(name: string): boolean {
    return name.startsWith(this.#prefix) && name.endsWith(SUFFIX);
  }

  get #prefix(): string {
    return `${this.settings.environment.slice(0, 16)}-`;
  }

  #newName(): string {
    return `${this.#prefix}${this.settings.files.newName()}${SUFFIX}`;
  }

  #tell(what: 'read' | 'write', path: string, reason: string): void {
    if (this.#told.has(what)) return;
    this.#told.add(what);
    this.settings.report(path, reason);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
