import * as E from 'fp-ts/lib/Either.js';
import {
  asyncScheduler,
  concatMap,
  concatWith,
  defer,
  EMPTY,
  finalize,
  from,
  type Observable,
  of,
} from 'rxjs';
import { createMutex, type OnWait } from '../../model/concurrency.js';
import { abortedUnchanged, takenBackNotKept, versionSuspect } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { StateStore } from '../../model/reload/StateStore.js';
import type { TriedVersion } from '../../model/reload/VersionTrials.js';
import { diskFiles } from '../../modules/adapters/diskFiles.js';
import {
  type SuspectVersion,
  type VersionLedger,
  versionLedgers,
} from '../../state/ledger/VersionLedger.js';
import type { FirstLoad } from '../options/HotReloadOptions.js';
import { LedgerKeeper } from './LedgerKeeper.js';
import { PinnedFiles } from './PinnedFiles.js';
import { pinProven } from './pinProven.js';
import type { ProvisionalVersions, ProvisionalVersionsOptions } from './trialOptions.js';

export type { ProvisionalVersions, ProvisionalVersionsOptions } from './trialOptions.js';

const DEFAULT_CONFIRM_AFTER_MS = 5_000;
const DEFAULT_MAX_CRASHES = 3;

/** A version that serves but has not proven itself yet. */
interface RunningTrial {
  readonly version: TriedVersion;
  /** Stops the timer that would confirm the version. */
  readonly stop: () => void;
}

/**
 * Makes new versions provisional, so that a version that crashes the whole process does not crash it again and again.
 *
 * - Before code that has not proven itself is compiled, and before it runs, its trial is recorded durably.
 * - When the process ends before the version has served `confirmAfterMs`, the version is suspect: the next start runs
 *   the last proven version instead, from a copy, and reports a `VersionSuspect` failure.
 * - A plugin without a proven version is started again until it has crashed the host `maxCrashes` times; then it is
 *   left out. Until then such plugins start one at a time, each after the previous one has proven itself, so that the
 *   next crash identifies the faulty plugin.
 * - A version that a person took back (`rollBackPlugin`) is not started again while its files are those on disk: the version that the
 *   person went back to starts, from a copy.
 * - A suspect is tried again when its files change. A version that has proven itself starts without any of this.
 * - When another living host has the store, this host counts no crashes and records nothing, and reports that once.
 *
 * @param store - Keeps the ledger and the copies. Give it a store of its own: `fileStateStore(join(stateDir, 'versions'))`.
 * @throws RangeError that names the option and its value.
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
  {
    confirmAfterMs = DEFAULT_CONFIRM_AFTER_MS,
    maxCrashes = DEFAULT_MAX_CRASHES,
    scheduler = asyncScheduler,
    onError = () => undefined,
    files: disk = diskFiles,
  }: ProvisionalVersionsOptions = {},
): ProvisionalVersions {
  if (!(confirmAfterMs >= 0)) {
    throw new RangeError(`provisionalVersions: confirmAfterMs (${confirmAfterMs}) is less than 0`);
  }
  if (!Number.isInteger(maxCrashes) || maxCrashes < 1) {
    throw new RangeError(
      `provisionalVersions: maxCrashes (${maxCrashes}) is not a whole number from 1`,
    );
  }

  /** The records of earlier hosts and of this one. */
  const keeper = new LedgerKeeper(store, onError);
  /** The disk, with the files of proven versions pinned during the first load. */
  const files = new PinnedFiles(disk);
  /** The trial of the serving version, by plugin. There is no entry for a version that has proven itself. */
  const running = new Map<string, RunningTrial>();
  /** The last builds that this host has compiled, by plugin: the same files need no other note. */
  const compiled = new Map<string, readonly string[]>();
  /** Held by the plugin whose suspect version is on trial. Only one at a time, so that a crash identifies it. */
  const suspectTrial = createMutex();
  /** Told of each version whose trial succeeds. */
  const listeners = new Set<Parameters<ProvisionalVersions['proven']>[0]>();
  /** Whether the host is shutting down. After that no trial begins. */
  let isClosed = false;

  const confirm = async (version: TriedVersion): Promise<void> => {
    running.delete(version.plugin);
    // Save the copy first: the next host rolls back to the version that the ledger calls proven, and needs its copy.
    if (await keeper.saveCopy(version)) {
      await keeper.update((ledger) => versionLedgers.confirmed(ledger, version));
      for (const told of listeners) told(version);
    }
    suspectTrial.release(version.plugin);
  };

  /** A person has edited the files, or ordered another version: what was taken back before is forgotten. */
  const goForward = async ({ plugin, fingerprint }: TriedVersion): Promise<void> => {
    const back = versionLedgers.takenBackOf(keeper.ledger, plugin);
    if (back === undefined || back.to === fingerprint || !(await keeper.claim())) return;
    await keeper.update((ledger) => versionLedgers.wentForward(ledger, plugin));
  };

  /** Notes a trial before it begins, unless `isProven` says that its files have proven themselves. */
  const begin = async (
    version: TriedVersion,
    isProven: (ledger: VersionLedger, version: TriedVersion) => boolean,
    onWait: OnWait | undefined,
  ): Promise<E.Either<ReloadError, void>> => {
    const isKnown = isProven(await keeper.read(), version);
    // Claim first: if another host has exited, its last entries are newer than what was read.
    const mayWrite = !isKnown && !isClosed && (await keeper.claim());
    const { ledger } = keeper;
    const suspect = versionLedgers.refusal(ledger, version, maxCrashes);
    if (suspect !== undefined) return E.left(versionSuspect(suspect, 'refused'));
    if (!mayWrite || isProven(ledger, version)) return E.right(undefined);
    if (versionLedgers.isSuspect(ledger, version)) {
      const endWait = onWait?.();
      const hasTurn = await suspectTrial.acquire(version.plugin);
      endWait?.();
      // A later trial of the plugin has taken the turn of this one, for which nobody waits any more.
      if (!hasTurn && !isClosed) return E.left(abortedUnchanged(version.plugin));
    }
    if (isClosed) return E.right(undefined);
    await keeper.update((now) => versionLedgers.begun(now, version));
    return E.right(undefined);
  };

  /** A trial ends without a verdict. That of the version that serves, which it replaced, goes on. */
  const end = (version: TriedVersion): void => {
    suspectTrial.release(version.plugin);
    if (!versionLedgers.isOnTrial(keeper.ledger, version)) return;
    const server = running.get(version.plugin)?.version;
    void keeper.update((ledger) => {
      const without = versionLedgers.dropped(ledger, version);
      return server ? versionLedgers.begun(without, server) : without;
    });
  };

  return {
    files,

    async beginBuild(build, onWait) {
      if (compiled.get(build.plugin)?.includes(build.fingerprint)) return E.right(undefined);
      return begin(build, versionLedgers.isConfirmedBuild, onWait);
    },

    endBuild(build) {
      const { plugin, fingerprint, builds = [fingerprint] } = build;
      compiled.set(plugin, builds);
      end(build);
    },

    begin: (version, onWait) => begin(version, versionLedgers.isConfirmed, onWait),

    served(version) {
      const { plugin } = version;
      running.get(plugin)?.stop();
      running.delete(plugin);
      void goForward(version);
      if (versionLedgers.isOnTrial(keeper.ledger, version)) {
        const timer = scheduler.schedule(() => void confirm(version), confirmAfterMs);
        running.set(plugin, { version, stop: () => timer.unsubscribe() });
        return;
      }
      // A version that has proven itself serves now. If another one was on trial, its trial ends here.
      const replaced = keeper.ledger.trials.find((trial) => trial.plugin === plugin);
      if (replaced) void keeper.update((ledger) => versionLedgers.dropped(ledger, replaced));
      suspectTrial.release(plugin);
    },

    dropped(version) {
      // A new instance of the version that serves was dropped: the version's trial goes on.
      const server = running.get(version.plugin)?.version;
      if (server?.fingerprint !== version.fingerprint) end(version);
    },

    load: (loads$) =>
      defer(() => from(pinProven(keeper, files))).pipe(
        concatMap((suspects) => withSuspects(loads$, suspects)),
        // Release the pins before completion, because reloads start then and must see the disk. `finalize` releases
        // them when the load never completes.
        concatWith(defer(() => (files.release(), EMPTY))),
        finalize(() => files.release()),
      ),

    async tookBack(version, to, reason) {
      const { plugin } = version;
      // Save the copy first, as in `confirm`: a ledger that names a version without a copy could not start it.
      const isKept = (await keeper.claim()) && (await keeper.saveCopy(to));
      if (!isKept) return E.left(takenBackNotKept(plugin));
      running.get(plugin)?.stop();
      running.delete(plugin);
      suspectTrial.release(plugin);
      const { fingerprint } = to;
      await keeper.update((ledger) =>
        versionLedgers.tookBack(ledger, version, { fingerprint, reason }),
      );
      return E.right(undefined);
    },

    takenBack: (plugin) => versionLedgers.takenBackOf(keeper.ledger, plugin),

    proven(told) {
      listeners.add(told);
      return () => listeners.delete(told);
    },

    async close() {
      isClosed = true;
      for (const { stop } of running.values()) stop();
      running.clear();
      suspectTrial.releaseAll();
      const { trials } = await keeper.read();
      if (trials.length > 0) await keeper.update((ledger) => ({ ...ledger, trials: [] }));
      await store.close();
    },
  };
}

/** Emits, after each plugin that loaded in its proven version, why the newest one was left out. */
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
