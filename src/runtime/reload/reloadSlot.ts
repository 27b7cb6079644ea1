import { relative, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Change } from '../../model/reload/Change.js';
import { probationFailed } from '../../model/reload/failures.js';
import type { Crashed, ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadOptions, ReloadResult } from '../../model/reload/ReloadTarget.js';
import { ioFailure } from '../../model/reload/sourceFailures.js';
import { allLookUnchanged, looksUnchanged } from '../../modules/files/unchanged.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import { matchesPattern } from '../code/matchesPattern.js';
import type { PluginCode } from '../code/PluginCode.js';
import { hasSameComputedImports } from '../code/staleFiles.js';
import { directoryOf, type PluginLocation } from '../manifest/findManifest.js';
import { waitsOf } from '../protocol/createSteps.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import { handOverOf, saveServing } from '../slot/saveServing.js';
import { swapToNewest } from '../swap/swapToNewest.js';
import { admissionOf, type HostPlugins } from './admissionOf.js';

/**
 * A reload starts over when files changed while it ran. The last of this many builds goes live even if files changed again: files that
 * change all the time would otherwise keep a plugin from loading at all, and the newest change starts another reload.
 */
const MAX_BUILDS_COUNT = 5;

/**
 * Loads the files on disk as the version that serves, unless the same code serves already. `others`: the host's plugins.
 */
export async function reloadSlot(
  slot: PluginSlot,
  options: ReloadOptions,
  others: HostPlugins,
): Promise<E.Either<ReloadError, ReloadResult>> {
  const { files, whenBusy, inBuildTurn, nextTurn } = slot.environment;
  const steps = slot.steps(options.signal === undefined ? [] : [options.signal]);
  const from = slot.version;
  for (let builds = 1; ; builds += 1) {
    // The deadline starts with the build itself: when a thousand plugins are reloaded at once, the time that they wait for each other does
    // not count, neither for this stage nor for the attempt.
    const suspects = builds === 1 ? changedPaths(options) : undefined;
    const compile = () =>
      steps.run('compile', (time) =>
        slot.build(suspects, waitsOf(time, options.onWait)).then(E.right),
      );
    const build = await inBuildTurn(compile, options.onWait);
    if (E.isLeft(build)) return build;
    const { result, read, fingerprint } = build.right;
    const failed = (error: ReloadError) => E.left(triedAs(error, fingerprint));
    const isFresh = () => builds >= MAX_BUILDS_COUNT || allLookUnchanged(files, read);
    // Files of two moments are no version that anybody wrote: such a pair of manifest and code would be given a state that it does not read.
    if (!isFresh()) continue;
    if (E.isLeft(result)) return failed({ ...result.left, plugin: slot.name });
    const code = result.right;
    const torn = changedManifest(slot, code);
    if (torn !== undefined) return failed(torn);
    const isOnDisk = isRejectedCode(slot, code);
    // The files on disk are no longer those that a person rolled back, so that rollback does not block them.
    if (!isOnDisk && slot.rejected?.by === 'order') slot.rejected = undefined;
    const rejected = isOnDisk && hasSameParts(slot, code) ? slot.rejected : undefined;
    const isTakenBack = rejected?.by === 'order' || (!isOnDisk && wasTakenBack(slot, code));
    if (isTakenBack || isNothingNew(slot, code, options)) {
      return E.right({ from, to: from, stageMs: steps.stageMs });
    }
    if (rejected) return failed(probationFailed(slot.name, rejected));
    const { refusal, fitsNow } = await admissionOf(slot, code.manifest, others);
    if (refusal !== undefined) return failed(refusal);
    // Calls and timers that came due while the build held the event loop run before the swap.
    await nextTurn();
    const swapped = await swapToNewest(slot, {
      code,
      number: slot.nextNumber,
      standing: 'probation',
      steps,
      whenBusy,
      takeNewest: (time) => {
        const handOver = handOverOf(slot.environment, slot.serving?.version, code);
        return saveServing(slot, { saveState: options.saveState, handOver, time });
      },
      without: 'newerFormat',
      saveState: options.saveState,
      // Where another plugin went live meanwhile that this one does not fit, the next build says so.
      isFresh: () => isFresh() && fitsNow(),
      onWait: options.onWait,
      onCommit: options.onCommit,
    });
    if (E.isLeft(swapped)) return failed(beforeCommit(swapped.left));
    if (swapped.right === undefined) continue;
    const { restored } = swapped.right;
    slot.restored = restored;
    return E.right({
      from,
      to: slot.version,
      stageMs: steps.stageMs,
      fingerprint: code.fingerprint,
      ...(restored && { restored }),
    });
  }
}

/**
 * The files that a change names; undefined when nobody says what has changed. The first build takes over all others without a look, since
 * `isFresh` looks at each file after it: one look less per file. Where the change is not all that has changed, or names a path that leads to a
 * file through links, that look says so, and the next build looks at each file first.
 */
function changedPaths({ change }: ReloadOptions): ReadonlySet<string> | undefined {
  if (change === undefined || change.events.length === 0) return undefined;
  // All that was in a directory.
  if (change.events.some(({ kind }) => kind === 'directory')) return undefined;
  return new Set(
    change.events.flatMap((event) =>
      event._tag === 'Renamed' ? [event.from, event.to] : [event.path],
    ),
  );
}

/**
 * Also the last build needs a manifest that stayed while the code was read. Else the manifest may belong to other code: its `state-version`
 * would let the code take over, and save, a state of a format that it does not have.
 */
function changedManifest(slot: PluginSlot, { manifest }: PluginCode): ReloadError | undefined {
  const { files, root } = slot.environment;
  const { path, identity } = manifest;
  if (looksUnchanged(files, path, identity)) return undefined;
  return ioFailure(slot.name, displayPath(root, path), 'EBUSY');
}

/** The failure, with the fingerprint of the files that were tried. A store's failure may be an `Error`, whose message no copy would have. */
function triedAs(error: ReloadError, fingerprint: string | undefined): ReloadError {
  const isKnown = fingerprint === undefined || error.fingerprint !== undefined;
  return isKnown || error instanceof Error ? error : { ...error, fingerprint };
}

/** Whether `code` is that of the version that was rolled back, as far as a build knows. */
function isRejectedCode({ rejected }: PluginSlot, code: PluginCode): boolean {
  return rejected?.codeHash === code.codeHash && rejected.meaning === code.manifest.meaning;
}

/** Whether also the files are the same that the version that was rolled back imported by computed names. */
function hasSameParts({ rejected, environment }: PluginSlot, code: PluginCode): boolean {
  return (
    rejected !== undefined && hasSameComputedImports(environment.files, rejected.graph, code.graph)
  );
}

/** Whether a person took this version back under an earlier host, and the one that serves came in its place. */
function wasTakenBack({ environment, name, serving }: PluginSlot, code: PluginCode): boolean {
  const back = environment.trials?.takenBack?.(name);
  const isInPlace = back !== undefined && serving?.version.fingerprint === back.to;
  return isInPlace && back.fingerprint === code.fingerprint;
}

/** Whether the same code serves already, and no data file changed that the plugin wants a reload for. */
function isNothingNew(slot: PluginSlot, code: PluginCode, { change }: ReloadOptions): boolean {
  const version = slot.serving?.version;
  const isSameCode =
    version?.codeHash === code.codeHash &&
    version.manifest.meaning === code.manifest.meaning &&
    hasSameComputedImports(slot.environment.files, version.graph, code.graph);
  // Events name the paths that were written, and not those that lead there through links.
  const isSameData = (version?.dataStamp ?? '') === (code.dataStamp ?? '');
  return isSameCode && isSameData && !asksForReload(code, slot.location, change);
}

const untouched: Pick<Crashed, 'needsRestart'> = { needsRestart: false };

/** The version that crashed is the new one. The old one serves on, and a restart would only set it back to an older state. */
function beforeCommit(error: ReloadError): ReloadError {
  return error._tag === 'Crashed' ? { ...error, ...untouched } : error;
}

/** Whether a change is of a data file that the manifest's `reload-on` names. Then the plugin is reloaded although its code is the same. */
function asksForReload(
  { manifest }: PluginCode,
  location: PluginLocation,
  change: Change | undefined,
): boolean {
  const patterns = manifest.manifest['reload-on'] ?? [];
  if (patterns.length === 0 || change === undefined) return false;
  return change.events
    .flatMap((event) => (event._tag === 'Renamed' ? [event.from, event.to] : [event.path]))
    .map((path) => relative(directoryOf(location), path).split(sep).join('/'))
    .some((path) => patterns.some((pattern) => matchesPattern(pattern, path)));
}
