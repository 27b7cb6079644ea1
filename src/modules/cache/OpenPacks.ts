import { join } from 'node:path';
import type { OpenFile, PackFiles } from '../files/PackFiles.js';
import { type RecordPlace, readIndex } from './packFormat.js';
import { decodeRecord, sumOf } from './recordFormat.js';
import type { StoredModule } from './StoredModule.js';

/** A pack that is open for reading. */
export interface OpenPack {
  readonly name: string;
  readonly file: OpenFile;
  readonly sizeBytes: number;
  readonly places: ReadonlyMap<string, RecordPlace>;
}

/** What is wrong with a path of the directory. */
export type TellProblem = (path: string, reason: string) => void;

/** The packs of one environment that are on disk. Nothing of a record is kept in memory but its place. */
export class OpenPacks {
  /** The oldest first. */
  readonly packs: OpenPack[] = [];
  /** By key: the pack that has it. The newest one, which was perhaps written because an older one is damaged. */
  readonly #owners = new Map<string, OpenPack>();
  /** Keys of the records that this process has read. */
  readonly #used = new Set<string>();

  constructor(
    readonly files: PackFiles,
    readonly directory: string,
    readonly environment: string,
    readonly tell: TellProblem,
  ) {}

  /** Opens a pack, unless it is damaged: then it is removed. */
  add(name: string): void {
    const path = join(this.directory, name);
    const { files } = this;
    const opened = files.open(path);
    if (opened === undefined) return;
    const { file, sizeBytes } = opened;
    const places = this.#indexOf(opened);
    if (places === undefined) {
      files.close(file);
      this.tell(path, 'is damaged, so it is not used');
      files.remove(path);
      return;
    }
    const pack: OpenPack = { name, file, sizeBytes, places };
    this.packs.push(pack);
    for (const key of places.keys()) this.#owners.set(key, pack);
  }

  get(key: string): StoredModule | undefined {
    const found = this.#read(key);
    const module = found && decodeRecord(key, found.sum, found.record);
    if (module !== undefined) this.#used.add(key);
    else if (found !== undefined) this.#drop(key);
    return module;
  }

  has(key: string): boolean {
    return this.#owners.has(key);
  }

  /** Size of all packs. */
  get sizeBytes(): number {
    return this.packs.reduce((sum, pack) => sum + pack.sizeBytes, 0);
  }

  /** Size of the records that this process has read. */
  get usedBytes(): number {
    let sum = 0;
    for (const key of this.#used) sum += this.#owners.get(key)?.places.get(key)?.length ?? 0;
    return sum;
  }

  /** The records of some packs that no other pack has in a newer form: what this process has read first, then the newest. */
  *recordsOf(packs: readonly OpenPack[]): Generator<readonly [key: string, record: Buffer]> {
    const own = [...packs].reverse().flatMap((pack) => {
      const keys = [...pack.places.keys()].filter((key) => this.#owners.get(key) === pack);
      return keys;
    });
    const order = [...own.filter((key) => this.#used.has(key)), ...own];
    for (const key of new Set(order)) {
      const found = this.#read(key);
      if (found === undefined) continue;
      const isWhole = sumOf(found.record) === found.sum;
      if (isWhole) yield [key, found.record];
    }
  }

  /** Removes packs from the disk whose records are in another one now. */
  remove(packs: readonly OpenPack[]): void {
    for (const pack of packs) {
      const at = this.packs.indexOf(pack);
      if (at >= 0) this.packs.splice(at, 1);
      for (const key of pack.places.keys()) {
        if (this.#owners.get(key) === pack) this.#owners.delete(key);
      }
      this.files.close(pack.file);
      this.files.remove(join(this.directory, pack.name));
    }
  }

  close(): void {
    for (const { file } of this.packs.splice(0)) this.files.close(file);
    this.#owners.clear();
  }

  #indexOf({
    file,
    sizeBytes,
  }: Pick<OpenPack, 'file' | 'sizeBytes'>): OpenPack['places'] | undefined {
    try {
      const read = (offset: number, length: number) => this.files.read(file, offset, length);
      return readIndex(this.environment, sizeBytes, read);
    } catch {
      return undefined;
    }
  }

  #read(key: string): { readonly sum: string; readonly record: Buffer } | undefined {
    const pack = this.#owners.get(key);
    const place = pack?.places.get(key);
    try {
      if (!pack || !place) return undefined;
      return {
        sum: place.sum,
        record: this.files.read(pack.file, place.offset, place.length),
      };
    } catch {
      this.#drop(key);
      return undefined;
    }
  }

  #drop(key: string): void {
    const pack = this.#owners.get(key);
    this.#owners.delete(key);
    if (pack !== undefined) {
      this.tell(join(this.directory, pack.name), 'is damaged, so what is damaged is compiled anew');
    }
  }
}
