import * as E from 'fp-ts/lib/Either.js';
import {
  asyncScheduler,
  concatMap,
  concatWith,
  defer,
  EMPTY,
  finalize,
  from,
  of,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { versionSuspect } from '../../model/reload/reloadFailures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { StateStore } from '../../model/reload/StateStore.js';
import type { TriedVersion, VersionTrials } from '../../model/reload/VersionTrials.js';
import { diskFiles } from '../../modules/adapters/diskFiles.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import { type SuspectVersion, versionLedgers } from '../../state/ledger/VersionLedger.js';
import type { FirstLoad } from '../options/HotReloadOptions.js';
import { LedgerKeeper } from './LedgerKeeper.js';
import { PinnedFiles } from './PinnedFiles.js';
import { pinProven } from './pinProven.js';
import { markOf } from './versionMarks.js';
import { createMutex } from '../../model/concurrency.js';

const DEFAULT_CONFIRM_AFTER_MS = 5_000;
const DEFAULT_MAX_CRASHES = 3;

export interface ProvisionalVersionsOptions {
  /** A version that has served so long has proven itself, in milliseconds, from 0. Default 5,000. */
  readonly confirmAfterMs?: number;
  /** So many ends of the host in a row, and a plugin without a proven version is not started. From 1, default 3. */
  readonly maxCrashes?: number;
  readonly scheduler?: SchedulerLike;
  /** What could not be written down; the plugin runs all the same. Default: nobody is told. */
  readonly onError?: (error: ReloadError) => void;
  /** Default: the disk. */
  readonly files?: PluginFiles;
}

export interface ProvisionalVersions extends VersionTrials {
  /** For `PluginRuntime`'s `files`: the disk, and during the first load the files of versions to go back to. */
  readonly files: PluginFiles;
  /** The first load, with the versions to go back to in the place of suspect ones, each of which is told as a Left. */
  load(
    loads$: Observable<E.Either<ReloadError, FirstLoad>>,
  ): Observable<E.Either<ReloadError, FirstLoad>>;
  /** The host ends as it was told to: what is being tried now is no suspect. */
  close(): Promise<void>;
}

/**
 * New versions are provisional: before code that has not proven itself runs, that is written down, durably; when the
 * process ends before the version has served `confirmAfterMs`, the next start runs the proven version before it, from a
 * copy, and says so with a `VersionSuspect` failure. Where there is none, three such ends leave the plugin out; until
 * then such plugins start one at a time, each when the one before has proven itself, so that it is known whose fault it is.
 *
 * A host that finds another one alive on its store counts nothing and writes nothing down, and tells that once.
 *
 * The suspect is tried again when its files change. A version that has proven itself starts without any of this.
 *
 * @param store - Keeps the notes and the copies. One of its own: `fileStateStore(join(stateDir, 'versions'))`.
 *
 * @example
 * ```ts
 * const versions = provisionalVersions(memoryStateStore());
 * const runtime = new PluginRuntime({ trials: versions, files: versions.files });
 * const events$ = hotReload({ source$: NEVER, target: runtime, load: versions.load(runtime.loadEach('plugins')) });
 *
 * await runtime.close().then(() => versions.close()); // => undefined
 * ```
 */
export function provisionalVersions(
  store: StateStore,
  options: ProvisionalVersionsOptions = {},
): ProvisionalVersions {
  const { confirmAfterMs = DEFAULT_CONFIRM_AFTER_MS, maxCrashes = DEFAULT_MAX_CRASHES } = options;
  const {
    scheduler = asyncScheduler,
    files: disk = diskFiles,
    onError = () => undefined,
  } = options;
  if (!(confirmAfterMs >= 0)) {
    throw new RangeError(`provisionalVersions: confirmAfterMs (${confirmAfterMs}) is less than 0`);
  }
  if (!Number.isInteger(maxCrashes) || maxCrashes < 1) {
    throw new RangeError(
      `provisionalVersions: maxCrashes (${maxCrashes}) is not a whole number from 1`,
    );
  }
  const keeper = new LedgerKeeper(store, onError);
  const files = new PinnedFiles(disk);
  /** Versions that serve and have not proven themselves, by plugin, and what will confirm them. */
  const serving = new Map<string, { readonly version: TriedVersion; readonly stop: () => void }>();
  const mutex = createMutex();
  let isClosed = false;
  const confirm = (version: TriedVersion): void => {
    serving.delete(version.plugin);
    // The copy first: a version that is noted as proven can be gone back to.
    void keeper
      .keep(version)
      .then((isKept) =>
        isKept ? keeper.write((ledger) => versionLedgers.confirmed(ledger, version)) : undefined,
      )
      .then(() => mutex.release(version.plugin));
  };

  return {
    files,

    async begin(version) {
      const isProven = versionLedgers.isConfirmed(await keeper.read(), version);
      // Before the notes are asked: those of another host that is gone by now are newer than what was read.
      const isWriter = !isProven && !isClosed && (await keeper.claim());
      const { ledger } = keeper;
      const suspect = versionLedgers.refusal(ledger, version, maxCrashes);
      if (suspect !== undefined) return E.left(versionSuspect(suspect, 'refused'));
      if (!isWriter || versionLedgers.isConfirmed(ledger, version)) return E.right(undefined);
      // One at a time: when the host ends again, it is known by whom.
      if (versionLedgers.isSuspect(ledger, version)) await mutex.acquire(version.plugin);
      if (isClosed) return E.right(undefined);
      await keeper.write((now) => versionLedgers.begun(now, markOf(version)));
      return E.right(undefined);
    },

    served(version) {
      const { plugin } = version;
      serving.get(plugin)?.stop();
      serving.delete(plugin);
      if (versionLedgers.isTried(keeper.ledger, version)) {
        const timer = scheduler.schedule(() => confirm(version), confirmAfterMs);
        serving.set(plugin, { version, stop: () => timer.unsubscribe() });
        return;
      }
      const other = keeper.ledger.trials.find((trial) => trial.plugin === plugin);
      if (other) void keeper.write((ledger) => versionLedgers.dropped(ledger, other));
      mutex.release(plugin);
    },

    dropped(version) {
      const server = serving.get(version.plugin)?.version;
      // The version that serves, started anew: it is still being tried.
      if (server?.fingerprint === version.fingerprint) return;
      mutex.release(version.plugin);
      if (!versionLedgers.isTried(keeper.ledger, version)) return;
      void keeper.write((ledger) => {
        const without = versionLedgers.dropped(ledger, version);
        return server ? versionLedgers.begun(without, markOf(server)) : without;
      });
    },

    load: (loads$) =>
      defer(() => from(pinProven(keeper, files))).pipe(
        concatMap((suspects) => withSuspects(loads$, suspects)),
        // Before the end is told, and also when it never is: changes are of what is on disk.
        concatWith(defer(() => (files.release(), EMPTY))),
        finalize(() => files.release()),
      ),

    async close() {
      isClosed = true;
      for (const { stop } of serving.values()) stop();
      serving.clear();
      mutex.releaseAll();
      const { trials } = await keeper.read();
      if (trials.length > 0) await keeper.write((ledger) => ({ ...ledger, trials: [] }));
      await store.close();
    },
  };
}

/** After a plugin has been told to serve, why it is not the newest version of it. */
function withSuspects(
  loads$: Observable<E.Either<ReloadError, FirstLoad>>,
  suspects: readonly SuspectVersion[],
): Observable<E.Either<ReloadError, FirstLoad>> {
  return loads$.pipe(
    concatMap((result) => {
      const suspect = E.isRight(result)
        ? suspects.find(({ plugin }) => plugin === result.right.plugin)
        : undefined;
      return suspect ? of(result, E.left(versionSuspect(suspect, 'replaced'))) : of(result);
    }),
  );
}
