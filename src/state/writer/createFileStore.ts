import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { none, some, type Option } from 'fp-ts/lib/Option.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { StateRecord, StateStore, UnsavedState } from '../../model/reload/StateStore.js';
import { dropOldRecords } from './dropOldRecords.js';
import { type EncodeRecord, encodeUnsaved, pluginNameProblem } from '../records/encodeUnsaved.js';
import { createKeyedQueue } from '../../model/concurrency.js';
import { isGone } from '../disk/ioReason.js';
import { listRecords, type RecordList } from '../records/listRecords.js';
import { makeDirectories } from '../disk/makeDirectories.js';
import { publishRecord } from './publishRecord.js';
import { readRecord, type CorruptRecord, type RecordReading } from '../records/readRecord.js';
import { recordName } from '../records/recordName.js';
import { removeAbandoned } from './removeAbandoned.js';
import type { SharedDirectory, StateLock, StateWriter } from './SharedDirectory.js';
import type { StateFiles } from '../disk/StateFiles.js';
import { storeFailure } from '../records/storeFailure.js';

/** A record goes when its writer has saved `generations` more: one look again is nearly always enough. */
const maxLooks = 10;

/** Everything that a file store is made of: the ports, and the options with their defaults. */
export interface FileStoreParts {
  readonly files: StateFiles;
  readonly writer: StateWriter;
  /** Absolute. */
  readonly dir: string;
  readonly generations: number;
  readonly maxBytes: number;
  readonly onCorrupt: ((info: CorruptRecord) => void) | undefined;
  /** Common to the stores of this process on `dir`, by whatever path. Asked for once, when the directory is there. */
  readonly shared: () => SharedDirectory;
  /** Left out: any process may write. */
  readonly lock?: StateLock | undefined;
}

/** `fileStateStore` over any disk. */
export function createFileStore(parts: FileStoreParts): StateStore {
  return new FileStore(parts);
}

type Answer<A> = E.Either<ReloadError, A> | 'look again';

class FileStore implements StateStore {
  private readonly queue = createKeyedQueue();
  private sharedDirectory: SharedDirectory | undefined;
  private isCleaned = false;
  private isClosed = false;
  readonly claim: StateStore['claim'];

  constructor(private readonly parts: FileStoreParts) {
    this.claim = parts.lock && ((plugin) => () => this.run(plugin, () => this.take(plugin)));
  }

  readonly save = (unsaved: UnsavedState) => (): Promise<E.Either<ReloadError, StateRecord>> => {
    const { plugin } = unsaved;
    const encoded = encodeUnsaved(unsaved, this.parts.maxBytes);
    if (E.isLeft(encoded)) return Promise.resolve(encoded);

    return this.run(plugin, async () => {
      const written = await this.write(plugin, encoded.right).catch(
        (error: unknown): E.Either<ReloadError, number> =>
          E.left(storeFailure.save(plugin, this.parts.dir, error)),
      );
      if (E.isLeft(written)) return written;
      const { parts, shared } = this;
      shared.schemas.set(recordName.record(plugin, written.right), unsaved.schema);
      // After the answer: the save does not wait for what it no longer needs.
      void this.queue(plugin, () => dropOldRecords({ ...parts, shared }, plugin, unsaved.schema));
      return E.right({ ...unsaved, seq: written.right });
    });
  };

  readonly load = (plugin: string) => () =>
    this.looking(plugin, async ({ seqs, corruptSeqs }): Promise<Answer<Option<StateRecord>>> => {
      let newest: CorruptRecord | undefined;
      for (const seq of [...seqs].reverse()) {
        const reading = await this.read(plugin, seq);
        // An older one may still be there: it is older than what was acknowledged.
        if (reading._tag === 'gone') return 'look again';
        if (reading._tag === 'whole') return E.right(some(reading.record));
        if (reading._tag === 'tooLarge') return E.left(this.tooLarge(plugin, reading));
        newest ??= reading.corrupt;
      }
      const aside = corruptSeqs.at(-1);
      if (newest === undefined && aside === undefined) return E.right(none);
      return E.left(
        storeFailure.corrupt(
          plugin,
          newest ?? {
            path: join(this.parts.dir, recordName.corrupt(plugin, aside ?? 0)),
            reason: 'was found damaged before',
          },
        ),
      );
    });

  readonly history = (plugin: string) => () =>
    this.looking(plugin, async ({ seqs }): Promise<Answer<readonly StateRecord[]>> => {
      const records: StateRecord[] = [];
      for (const seq of seqs) {
        const reading = await this.read(plugin, seq);
        if (reading._tag === 'gone' && seq === seqs.at(-1)) return 'look again';
        if (reading._tag === 'tooLarge') return E.left(this.tooLarge(plugin, reading));
        if (reading._tag === 'whole') records.push(reading.record);
      }
      return E.right(records);
    });

  readonly remove = (plugin: string) => () =>
    this.reading(plugin, async (): Promise<E.Either<ReloadError, void>> => {
      const { files, dir } = this.parts;
      const { seqs, corruptSeqs } = listRecords(files, dir, plugin);
      if (seqs.length + corruptSeqs.length === 0) return E.right(undefined);
      if (!(await this.mayWrite())) return E.left(storeFailure.owned(plugin, dir));
      const newest = Math.max(seqs.at(-1) ?? 0, corruptSeqs.at(-1) ?? 0);
      const { lastSeqs } = this.shared;
      lastSeqs.set(plugin, Math.max(lastSeqs.get(plugin) ?? 0, newest));
      // The oldest first: a crash on the way leaves the newest, not an older state.
      for (const seq of corruptSeqs)
        removeIfThere(files, join(dir, recordName.corrupt(plugin, seq)));
      for (const seq of seqs) removeIfThere(files, join(dir, recordName.record(plugin, seq)));
      await files.syncDirectory(dir);
      return E.right(undefined);
    });

  async close(): Promise<void> {
    this.isClosed = true;
    await this.queue.idle();
    await this.sharedDirectory?.letGo(this);
  }

  private get shared(): SharedDirectory {
    this.sharedDirectory ??= this.parts.shared();
    return this.sharedDirectory;
  }

  private async write(
    plugin: string,
    encode: EncodeRecord,
  ): Promise<E.Either<ReloadError, number>> {
    const { files, dir, lock } = this.parts;
    await makeDirectories(files, dir);
    if (!(await this.mayWrite())) return E.left(storeFailure.owned(plugin, dir));
    const { parts, shared } = this;
    return publishRecord({ ...parts, shared, isFenced: lock !== undefined }, plugin, encode);
  }

  private async take(plugin: string): Promise<E.Either<ReloadError, void>> {
    const { files, dir, writer } = this.parts;
    try {
      await makeDirectories(files, dir);
      if (!(await this.mayWrite())) return E.left(storeFailure.owned(plugin, dir));
      // Who may only read can have the lock too: users and containers have locks of their own.
      const probe = join(dir, recordName.temporary(plugin, 0, writer));
      files.close(files.create(probe));
      files.remove(probe);
      return E.right(undefined);
    } catch (error) {
      return E.left(storeFailure.save(plugin, dir, error));
    }
  }

  /** Whether this process has the directory; takes it when nobody has. */
  private async mayWrite(): Promise<boolean> {
    const { lock } = this.parts;
    return lock === undefined || this.shared.hold(this, lock);
  }

  private async read(plugin: string, seq: number): Promise<RecordReading> {
    const { files, dir, maxBytes, onCorrupt } = this.parts;
    const reading = await readRecord(files, { dir, plugin, seq }, maxBytes, () => this.mayWrite());
    try {
      if (reading._tag === 'damaged') onCorrupt?.(reading.corrupt);
    } catch {
      // A listener that throws must not cost the plugin its state.
    }
    return reading;
  }

  private tooLarge(
    plugin: string,
    { path, stateBytes }: { readonly path: string; readonly stateBytes: number },
  ): ReloadError {
    return storeFailure.tooLarge(plugin, path, stateBytes, this.parts.maxBytes);
  }

  /** Another process may save meanwhile, and drop what was listed: then newer records are there. */
  private looking<A>(
    plugin: string,
    look: (list: RecordList) => Promise<Answer<A>>,
  ): Promise<E.Either<ReloadError, A>> {
    const { files, dir } = this.parts;
    return this.reading(plugin, async () => {
      for (let looks = 0; looks < maxLooks; looks++) {
        const answer = await look(listRecords(files, dir, plugin));
        if (answer !== 'look again') return answer;
      }
      return E.left(storeFailure.restless(plugin, dir));
    });
  }

  private reading<A>(
    plugin: string,
    task: () => Promise<E.Either<ReloadError, A>>,
  ): Promise<E.Either<ReloadError, A>> {
    const problem = pluginNameProblem(plugin);
    if (problem !== undefined) return Promise.resolve(E.left(storeFailure.name(plugin, problem)));
    return this.run(plugin, () =>
      task().catch((error: unknown) =>
        E.left(storeFailure.io(plugin, this.parts.dir, 'read', error)),
      ),
    );
  }

  private run<A>(
    plugin: string,
    task: () => Promise<E.Either<ReloadError, A>>,
  ): Promise<E.Either<ReloadError, A>> {
    if (this.isClosed) return Promise.resolve(E.left(storeFailure.closed(plugin)));
    this.clean();
    return this.queue(plugin, task);
  }

  /** Once, before anything else. */
  private clean(): void {
    if (this.isCleaned) return;
    this.isCleaned = true;
    const { files, dir, writer } = this.parts;
    try {
      if (files.isDirectory(dir)) removeAbandoned(files, dir, writer);
    } catch {
      // A directory that cannot be read fails the task itself, with a message.
    }
  }
}

function removeIfThere(files: StateFiles, path: string): void {
  try {
    files.remove(path);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
