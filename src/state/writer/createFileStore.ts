import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { createKeyedQueue } from '../../model/concurrency.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { StateRecord, StateStore, UnsavedState } from '../../model/reload/StateStore.js';
import { isGone } from '../disk/ioReason.js';
import type { StateFiles } from '../disk/StateFiles.js';
import { makeDirectoriesDurably } from '../disk/writeDurably.js';
import { listRecords, newestSeq } from '../records/listRecords.js';
import { type PreparedRecord, prepareRecord } from '../records/prepareRecord.js';
import type { CorruptRecord } from '../records/readRecord.js';
import { type RecordReader, readHistory, readNewest } from '../records/readRecords.js';
import { pluginNameProblem, recordName } from '../records/recordName.js';
import { storeFailure } from '../records/storeFailure.js';
import { dropOldRecords } from './dropOldRecords.js';
import { publishRecord } from './publishRecord.js';
import { removeAbandoned } from './removeAbandoned.js';
import type { SharedDirectory, StateLock, StateWriter } from './SharedDirectory.js';

/** What a file store consists of: the ports, and the options with their defaults. */
export interface FileStoreParts {
  readonly files: StateFiles;
  readonly writer: StateWriter;
  /** Absolute. */
  readonly dir: string;
  readonly generations: number;
  readonly maxBytes: number;
  readonly onCorrupt: ((info: CorruptRecord) => void) | undefined;
  /**
   * Returns the object that all stores of this process on `dir` share, even if they use different paths to it. Called
   * once, when the directory exists.
   */
  readonly shared: () => SharedDirectory;
  /** Left out: any process may write. */
  readonly lock?: StateLock | undefined;
}

/** `fileStateStore` over any disk. */
export function createFileStore(parts: FileStoreParts): StateStore {
  return new FileStore(parts);
}

class FileStore implements StateStore {
  readonly claim: StateStore['claim'];
  private readonly reader: RecordReader;
  /** Tasks of one plugin run in the order of the calls; plugins do not wait for each other. Each then waits for its shared turn. */
  private readonly queue = createKeyedQueue();
  /** Undefined until the first write to the directory, because before that it may not exist. */
  private sharedDirectory: SharedDirectory | undefined;
  /** Whether files that earlier writers abandoned have been removed. That is done once, before the first task. */
  private isCleaned = false;
  /** Every call from now on is refused. */
  private isClosed = false;

  constructor(private readonly parts: FileStoreParts) {
    const { files, dir, maxBytes, onCorrupt, lock } = parts;
    this.reader = { files, dir, maxBytes, onCorrupt, mayRename: () => this.mayWrite() };
    this.claim = lock && ((plugin) => () => this.run(plugin, () => this.claimDirectory(plugin)));
  }

  readonly save = (unsaved: UnsavedState) => (): Promise<E.Either<ReloadError, StateRecord>> => {
    const { plugin, schema } = unsaved;
    const prepared = prepareRecord(unsaved, this.parts.maxBytes);
    if (E.isLeft(prepared)) return Promise.resolve(prepared);

    return this.run(plugin, async () => {
      const written = await this.write(plugin, prepared.right).catch(
        (error: unknown): E.Either<ReloadError, number> =>
          E.left(storeFailure.notSaved(plugin, this.parts.dir, error)),
      );
      if (E.isLeft(written)) return written;
      const { parts, shared } = this;
      shared.schemas.set(recordName.record(plugin, written.right), schema);
      // Queued behind this save and not waited for: the caller needs the new record only.
      void this.queue(plugin, () =>
        this.inTurn(plugin, () => dropOldRecords({ ...parts, shared }, plugin, schema)),
      );
      return E.right({ ...unsaved, seq: written.right });
    });
  };

  readonly load = (plugin: string) => () =>
    this.runReading(plugin, () => readNewest(this.reader, plugin));

  readonly history = (plugin: string) => () =>
    this.runReading(plugin, () => readHistory(this.reader, plugin));

  readonly remove = (plugin: string) => () =>
    this.runReading(plugin, async (): Promise<E.Either<ReloadError, void>> => {
      const { files, dir } = this.parts;
      const list = listRecords(files, dir, plugin);
      const { seqs, corruptSeqs } = list;
      if (seqs.length + corruptSeqs.length === 0) return E.right(undefined);
      if (!(await this.mayWrite())) return E.left(storeFailure.owned(plugin, dir));
      const { lastSeqs } = this.shared;
      lastSeqs.set(plugin, Math.max(lastSeqs.get(plugin) ?? 0, newestSeq(list)));
      // Removes the oldest first, so that a crash in between leaves the newest record and not an older one.
      for (const seq of corruptSeqs) {
        removeIfThere(files, join(dir, recordName.corrupt(plugin, seq)));
      }
      for (const seq of seqs) removeIfThere(files, join(dir, recordName.record(plugin, seq)));
      await files.syncDirectory(dir);
      return E.right(undefined);
    });

  async close(): Promise<void> {
    this.isClosed = true;
    await this.queue.idle();
    await this.sharedDirectory?.release(this);
  }

  private get shared(): SharedDirectory {
    this.sharedDirectory ??= this.parts.shared();
    return this.sharedDirectory;
  }

  private async write(
    plugin: string,
    prepared: PreparedRecord,
  ): Promise<E.Either<ReloadError, number>> {
    const { files, dir, lock } = this.parts;
    await makeDirectoriesDurably(files, dir);
    return this.inTurn(plugin, async () => {
      if (!(await this.mayWrite())) return E.left(storeFailure.owned(plugin, dir));
      const { parts, shared } = this;
      return publishRecord({ ...parts, shared, isFenced: lock !== undefined }, plugin, prepared);
    });
  }

  private async claimDirectory(plugin: string): Promise<E.Either<ReloadError, void>> {
    const { files, dir, writer } = this.parts;
    try {
      await makeDirectoriesDurably(files, dir);
      if (!(await this.mayWrite())) return E.left(storeFailure.owned(plugin, dir));
      // The lock alone does not prove that this process can write: it is per user and container, and the directory may be
      // read-only here.
      const probe = join(dir, recordName.temporary(plugin, 0, writer));
      files.close(files.create(probe));
      files.remove(probe);
      return E.right(undefined);
    } catch (error) {
      return E.left(storeFailure.notSaved(plugin, dir, error));
    }
  }

  /** Whether this process has the directory. Takes it when no process has it. */
  private async mayWrite(): Promise<boolean> {
    const { lock } = this.parts;
    return lock === undefined || this.shared.acquire(this, lock);
  }

  /** Runs a task, and turns an error of the disk into a Left. */
  private runReading<A>(
    plugin: string,
    task: () => Promise<E.Either<ReloadError, A>>,
  ): Promise<E.Either<ReloadError, A>> {
    const problem = pluginNameProblem(plugin);
    if (problem !== undefined) {
      return Promise.resolve(E.left(storeFailure.badName(plugin, problem)));
    }
    return this.run(plugin, () =>
      this.inTurn(plugin, task).catch((error: unknown) =>
        E.left(storeFailure.io(plugin, this.parts.dir, 'read', error)),
      ),
    );
  }

  /** Runs a task when the tasks of the same plugin that were called before it have ended. */
  private run<A>(
    plugin: string,
    task: () => Promise<E.Either<ReloadError, A>>,
  ): Promise<E.Either<ReloadError, A>> {
    if (this.isClosed) return Promise.resolve(E.left(storeFailure.closed(plugin)));
    this.removeAbandonedOnce();
    return this.queue(plugin, task);
  }

  /** Runs a task while no other store of this process works on the records of the plugin. */
  private async inTurn<A>(plugin: string, task: () => Promise<A>): Promise<A> {
    const { files, dir } = this.parts;
    // A directory that does not exist has no records to share, and no real path yet.
    return files.isDirectory(dir) ? this.shared.turns(plugin, task) : task();
  }

  private removeAbandonedOnce(): void {
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
