import { join } from 'node:path';
import type { OpenFile, PackFiles } from '../files/PackFiles.js';
import type { OpenPack, OpenPacks } from './OpenPacks.js';
import {
  PACK_EXTRA_LENGTH,
  PACK_HEAD_LENGTH,
  packHead,
  packTail,
  RECORD_EXTRA_LENGTH,
  type RecordPlace,
} from './packFormat.js';
import { encodeRecord, sumOf } from './recordFormat.js';
import type { StoredModule } from './StoredModule.js';

/** With as many packs, the small ones become one. */
const MAX_PACK_COUNT = 8;
/** A pack is merged while it is at most so many times as large as what is merged with it: then each record is copied a few times in all. */
const MERGED_RATIO = 2;
/** What is left of the bound after packs were written anew because of it, so that the next pack finds room. */
const KEPT_RATIO = 0.75;
const WRITE_BYTES = 1024 * 1024;
const SLICE_COUNT = 64;

/** What a pack is written with. */
export interface WriterSettings {
  readonly directory: string;
  readonly environment: string;
  readonly files: PackFiles;
  readonly maxBytes: number;
}

/** One pack while it is written. It gets its name at its end: nobody opens a half of it. */
export class PackWriter {
  readonly #path: string;
  readonly #file: OpenFile;
  readonly #places = new Map<string, RecordPlace>();
  /** What is not written yet. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #offset = PACK_HEAD_LENGTH;
  #merged: readonly OpenPack[] = [];
  #isDone = false;

  /** @param isOthers - Whether a file of the directory belongs to another environment. */
  constructor(
    readonly settings: WriterSettings,
    readonly packs: OpenPacks,
    readonly isOthers: (file: { readonly name: string }) => boolean,
  ) {
    const { directory, environment, files } = settings;
    this.#path = join(directory, `.writing-${files.newName()}`);
    this.#file = files.create(this.#path);
    this.#append(packHead(environment));
  }

  /** Adds a module, unless there is no room for it: what this process uses of the other packs goes before. */
  add(key: string, module: StoredModule | undefined): void {
    const record = module && encodeRecord(key, module);
    if (record === undefined) return;
    this.#addRecord(key, record, this.settings.maxBytes - this.packs.usedBytes);
  }

  /** Takes over what is worth it of packs that are too many, or too large together. */
  async merge(rest: () => Promise<void>, mayGoOn: () => boolean): Promise<void> {
    const { maxBytes } = this.settings;
    if (this.#places.size === 0) return;
    this.#makeRoom();
    const isTooLarge = this.packs.sizeBytes + this.#sizeBytes > maxBytes;
    if (!isTooLarge && this.packs.packs.length < MAX_PACK_COUNT) return;
    this.#merged = isTooLarge
      ? [...this.packs.packs]
      : smallOnes(this.packs.packs, this.#sizeBytes);
    const bound = isTooLarge ? maxBytes * KEPT_RATIO : maxBytes;
    let count = 0;
    for (const [key, record] of this.packs.recordsOf(this.#merged)) {
      if (!mayGoOn()) return;
      if (!this.#places.has(key)) this.#addRecord(key, record, bound);
      count += 1;
      if (count % SLICE_COUNT === 0) await rest();
    }
  }

  /** Names the pack, and removes those that it replaces. */
  finish(name: string): void {
    const { directory, environment, files } = this.settings;
    if (this.#places.size === 0) {
      this.abandon();
      return;
    }
    this.#append(packTail(environment, this.#places, this.#offset));
    this.#writeOut();
    files.close(this.#file);
    this.#isDone = true;
    files.rename(this.#path, join(directory, name));
    this.packs.remove(this.#merged);
    this.packs.add(name);
  }

  abandon(): void {
    const { files } = this.settings;
    try {
      if (!this.#isDone) files.close(this.#file);
      this.#isDone = true;
      files.remove(this.#path);
    } catch {
      // A later process removes it.
    }
  }

  get #sizeBytes(): number {
    const recordBytes = this.#offset - PACK_HEAD_LENGTH;
    return PACK_EXTRA_LENGTH + recordBytes + this.#places.size * RECORD_EXTRA_LENGTH;
  }

  /** Removes packs of other environments, the oldest first, while all together are too large. */
  #makeRoom(): void {
    const { directory, files, maxBytes } = this.settings;
    const others = files.list(directory).filter((file) => this.isOthers(file) && isPack(file.name));
    let sum = others.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
    for (const { name, sizeBytes } of others) {
      if (this.packs.sizeBytes + this.#sizeBytes + sum <= maxBytes) return;
      files.remove(join(directory, name));
      sum -= sizeBytes;
    }
  }

  #addRecord(key: string, record: Buffer, boundBytes: number): void {
    if (this.#sizeBytes + record.length + RECORD_EXTRA_LENGTH > boundBytes) return;
    const place = { offset: this.#offset, length: record.length, sum: sumOf(record) };
    this.#places.set(key, place);
    this.#offset += record.length;
    this.#append(record);
  }

  #append(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= WRITE_BYTES) this.#writeOut();
  }

  #writeOut(): void {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.settings.files.write(this.#file, bytes);
  }
}

function isPack(name: string): boolean {
  return name.endsWith('.pack');
}

/** The packs that are merged with a new one: from the smallest, as long as each is not much larger than those before it together. */
function smallOnes(packs: readonly OpenPack[], newBytes: number): readonly OpenPack[] {
  const merged: OpenPack[] = [];
  let sum = newBytes;
  for (const pack of [...packs].sort((a, b) => a.sizeBytes - b.sizeBytes)) {
    if (pack.sizeBytes > sum * MERGED_RATIO && merged.length > 1) break;
    merged.push(pack);
    sum += pack.sizeBytes;
  }
  // In the order of their age, which decides between two records of one key.
  return packs.filter((pack) => merged.includes(pack));
}
