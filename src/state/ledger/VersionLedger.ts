import { hash } from 'node:crypto';
import * as t from 'io-ts';
import { finiteNumber, readonlyList, strictObject } from '../../model/codecs/strictObject.js';
import type { TriedVersion } from '../../model/reload/VersionTrials.js';

/** Path and hash of a file of a version, to check later whether the file on disk is still the same. */
const FileHash = strictObject('a file', { path: t.string, sha256: t.string }, {});

const Suspect = strictObject(
  'a suspect',
  {
    plugin: t.string,
    fingerprint: t.string,
    files: readonlyList(FileHash),
    /** How many hosts in a row have ended during the version's trial. */
    crashes: finiteNumber,
  },
  {
    /** Of a build: nothing else was on trial when the host ended, so this build is to blame. */
    isAlone: t.boolean,
    /** `TriedVersion.folder`. */
    folder: t.string,
  },
);

const TakenBackEntry = strictObject(
  'a version that was taken back',
  {
    plugin: t.string,
    fingerprint: t.string,
    files: readonlyList(FileHash),
    /** Fingerprint of the version that serves in its place. */
    to: t.string,
    reason: t.string,
  },
  { folder: t.string },
);

/**
 * The records of hosts about versions, at most one entry of each kind per plugin:
 *
 * - `confirmed`: the last version that has proven itself.
 * - `trials`: a version whose code runs, or is about to run, and has not proven itself; or a build, while its files are compiled.
 * - `suspects`: a version that was on trial when a host ended.
 * - `takenBack`: a version that a person took back, and that is still on disk. Absent in ledgers of older versions.
 */
export const VersionLedger = strictObject(
  'a ledger of versions',
  {
    confirmed: readonlyList(
      strictObject(
        'a version',
        { plugin: t.string, fingerprint: t.string },
        /** Fingerprints of the builds that it came from. */
        { builds: readonlyList(t.string) },
      ),
    ),
    trials: readonlyList(Suspect),
    suspects: readonlyList(Suspect),
  },
  { takenBack: readonlyList(TakenBackEntry) },
);
export type VersionLedger = t.TypeOf<typeof VersionLedger>;
export type TakenBackVersion = t.TypeOf<typeof TakenBackEntry>;
export type SuspectVersion = t.TypeOf<typeof Suspect>;

type OfPlugin = { readonly plugin: string };
type Version = OfPlugin & { readonly fingerprint: string };

/** Pure functions that compute the next ledger, or answer a question about a ledger. */
export const versionLedgers = {
  empty: { confirmed: [], trials: [], suspects: [] } satisfies VersionLedger,

  /** A host starts: versions that were on trial when the previous host ended become suspects, with one crash more. */
  afterStart({ trials, suspects, ...rest }: VersionLedger): VersionLedger {
    const isAlone = trials.length === 1;
    const ended = trials.map((trial) => ({
      ...trial,
      crashes: trial.crashes + 1,
      ...(isAlone && isBuild(trial) && { isAlone }),
    }));
    const others = suspects.filter(
      (suspect) => !ended.some((trial) => trial.plugin === suspect.plugin),
    );
    return { ...rest, trials: [], suspects: [...others, ...ended] };
  },

  /** A trial begins, before any code of the version runs. */
  begun(ledger: VersionLedger, version: TriedVersion): VersionLedger {
    const { plugin, fingerprint, folder } = version;
    const crashes = ledger.suspects.find((suspect) => isSame(suspect, version))?.crashes ?? 0;
    const place = folder !== undefined && { folder };
    const trial = { plugin, fingerprint, files: hashesOf(version), crashes, ...place };
    return { ...ledger, trials: [...ofOthers(ledger.trials, version), trial] };
  },

  /**
   * A trial ends without a verdict: the version does not serve, another one replaced it, or the host shuts down
   * normally.
   */
  dropped(ledger: VersionLedger, version: Version): VersionLedger {
    return { ...ledger, trials: ledger.trials.filter((trial) => !isSame(trial, version)) };
  },

  /**
   * A trial succeeds: the version has served long enough, and so nothing is held against it and the builds that it came from. Another one that
   * is suspect stays so: it may be what is on disk, and was refused.
   */
  confirmed(
    ledger: VersionLedger,
    { plugin, fingerprint, builds }: Version & Pick<TriedVersion, 'builds'>,
  ): VersionLedger {
    const entry = { plugin, fingerprint, ...(builds && { builds }) };
    const proven = new Set([fingerprint, ...(builds ?? [])]);
    return {
      ...ledger,
      confirmed: [...ofOthers(ledger.confirmed, { plugin }), entry],
      trials: ledger.trials.filter((trial) => !isSame(trial, { plugin, fingerprint })),
      suspects: ledger.suspects.filter(
        (suspect) => suspect.plugin !== plugin || !proven.has(suspect.fingerprint),
      ),
    };
  },

  /** A person takes the version on disk back, and trusts `to`: it is what starts from now on, until the files change. */
  tookBack(
    ledger: VersionLedger,
    onDisk: TriedVersion,
    { fingerprint: to, reason }: { readonly fingerprint: string; readonly reason: string },
  ): VersionLedger {
    const { plugin, fingerprint, folder } = onDisk;
    const place = folder !== undefined && { folder };
    const entry = { plugin, fingerprint, files: hashesOf(onDisk), to, reason, ...place };
    const others = ofOthers(ledger.takenBack ?? [], { plugin });
    const trusted = versionLedgers.confirmed(ledger, { plugin, fingerprint: to });
    return {
      ...trusted,
      trials: ofOthers(trusted.trials, { plugin }),
      takenBack: [...others, entry],
    };
  },

  /** Another version than the one that a person went back to serves: nothing is taken back any more. */
  wentForward(ledger: VersionLedger, plugin: string): VersionLedger {
    return { ...ledger, takenBack: ofOthers(ledger.takenBack ?? [], { plugin }) };
  },

  takenBackOf: ({ takenBack = [] }: VersionLedger, plugin: string): TakenBackVersion | undefined =>
    takenBack.find((entry) => entry.plugin === plugin),

  isConfirmed: ({ confirmed }: VersionLedger, version: Version): boolean =>
    confirmed.some((entry) => isSame(entry, version)),

  /** Whether the version that has proven itself came from this build: its files have been compiled before. */
  isConfirmedBuild: ({ confirmed }: VersionLedger, build: Version): boolean =>
    confirmed.some(
      ({ plugin, builds }) => plugin === build.plugin && builds?.includes(build.fingerprint),
    ),

  /** Of a version or a build. */
  hasProven: (ledger: VersionLedger, version: Version): boolean =>
    versionLedgers.isConfirmed(ledger, version) || versionLedgers.isConfirmedBuild(ledger, version),

  isOnTrial: ({ trials }: VersionLedger, version: Version): boolean =>
    trials.some((trial) => isSame(trial, version)),

  isSuspect: ({ suspects }: VersionLedger, version: Version): boolean =>
    suspects.some((suspect) => isSame(suspect, version)),

  /**
   * The suspect entry of a version that must not run; undefined when the version may run. One crash is enough when
   * another version of the plugin has proven itself and can run instead, or when a build was alone on trial; otherwise it takes
   * `maxCrashes`. What has proven itself runs, whatever an earlier host noted.
   */
  refusal(ledger: VersionLedger, version: Version, maxCrashes: number): SuspectVersion | undefined {
    const { confirmed, suspects } = ledger;
    if (versionLedgers.hasProven(ledger, version)) return undefined;
    const hasOther = confirmed.some(({ plugin }) => plugin === version.plugin);
    return suspects.find(
      (suspect) =>
        isSame(suspect, version) &&
        suspect.crashes >= (hasOther || suspect.isAlone === true ? 1 : maxCrashes),
    );
  },
};

function hashesOf({ files }: TriedVersion): SuspectVersion['files'] {
  return Array.from(files, ([path, text]) => ({ path, sha256: sha256Of(text) }));
}

export function sha256Of(text: string): string {
  return hash('sha256', text);
}

function isBuild({ fingerprint }: Version): boolean {
  return fingerprint.startsWith('build-');
}

function ofOthers<A extends OfPlugin>(entries: readonly A[], { plugin }: OfPlugin): readonly A[] {
  return entries.filter((entry) => entry.plugin !== plugin);
}

function isSame(a: Version, b: Version): boolean {
  return a.plugin === b.plugin && a.fingerprint === b.fingerprint;
}
