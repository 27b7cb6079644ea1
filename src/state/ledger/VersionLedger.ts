import * as t from 'io-ts';
import { finiteNumber, readonlyList, strictObject } from '../../model/codecs/strictObject.js';

/** A file as it was tried, to tell whether it is still the same. */
const FileMark = strictObject('a file', { path: t.string, sha256: t.string }, {});

const Suspect = strictObject(
  'a suspect',
  {
    plugin: t.string,
    fingerprint: t.string,
    files: readonlyList(FileMark),
    /** How often a host ended while it was tried. */
    crashes: finiteNumber,
  },
  {},
);

/**
 * What a host writes down before it runs code that it does not know yet: which versions have proven themselves, which
 * are being tried, and which were being tried when a host ended. At most one of each for a plugin.
 */
export const VersionLedger = strictObject(
  'a ledger of versions',
  {
    confirmed: readonlyList(
      strictObject('a version', { plugin: t.string, fingerprint: t.string }, {}),
    ),
    trials: readonlyList(Suspect),
    suspects: readonlyList(Suspect),
  },
  {},
);
export type VersionLedger = t.TypeOf<typeof VersionLedger>;
export type SuspectVersion = t.TypeOf<typeof Suspect>;

type OfPlugin = { readonly plugin: string };
type Version = OfPlugin & { readonly fingerprint: string };

const others = <A extends OfPlugin>(entries: readonly A[], { plugin }: OfPlugin): readonly A[] =>
  entries.filter((entry) => entry.plugin !== plugin);
const isSame = (a: Version, b: Version): boolean =>
  a.plugin === b.plugin && a.fingerprint === b.fingerprint;

/** What becomes of a ledger as versions are tried. Pure. */
export const versionLedgers = {
  empty: { confirmed: [], trials: [], suspects: [] } satisfies VersionLedger,

  /** The next host reads the ledger: what was being tried when the one before ended is suspect, once more. */
  afterStart({ confirmed, trials, suspects }: VersionLedger): VersionLedger {
    const ended = trials.map((trial) => ({ ...trial, crashes: trial.crashes + 1 }));
    const rest = suspects.filter(
      (suspect) => !ended.some((trial) => trial.plugin === suspect.plugin),
    );
    return { confirmed, trials: [], suspects: [...rest, ...ended] };
  },

  /** Before code of a version runs. */
  begun(ledger: VersionLedger, version: Omit<SuspectVersion, 'crashes'>): VersionLedger {
    const crashes = ledger.suspects.find((suspect) => isSame(suspect, version))?.crashes ?? 0;
    return { ...ledger, trials: [...others(ledger.trials, version), { ...version, crashes }] };
  },

  /** The version did not come to serve, or another one serves in its place, or the host ended as it was told to. */
  dropped(ledger: VersionLedger, version: Version): VersionLedger {
    return { ...ledger, trials: ledger.trials.filter((trial) => !isSame(trial, version)) };
  },

  /** The version has served long enough. */
  confirmed(ledger: VersionLedger, { plugin, fingerprint }: Version): VersionLedger {
    return {
      confirmed: [...others(ledger.confirmed, { plugin }), { plugin, fingerprint }],
      trials: ledger.trials.filter((trial) => !isSame(trial, { plugin, fingerprint })),
      suspects: others(ledger.suspects, { plugin }),
    };
  },

  isConfirmed: ({ confirmed }: VersionLedger, version: Version): boolean =>
    confirmed.some((entry) => isSame(entry, version)),

  isTried: ({ trials }: VersionLedger, version: Version): boolean =>
    trials.some((trial) => isSame(trial, version)),

  /** Whether a host has ended while the version was tried. */
  isSuspect: ({ suspects }: VersionLedger, version: Version): boolean =>
    suspects.some((suspect) => isSame(suspect, version)),

  /**
   * The suspect that a version is, when it must not run: one crash is enough where another version has proven itself,
   * else it takes `maxCrashes`.
   */
  refusal(
    { confirmed, suspects }: VersionLedger,
    version: Version,
    maxCrashes: number,
  ): SuspectVersion | undefined {
    const hasOther = confirmed.some(
      ({ plugin, fingerprint }) => plugin === version.plugin && fingerprint !== version.fingerprint,
    );
    return suspects.find(
      (suspect) => isSame(suspect, version) && suspect.crashes >= (hasOther ? 1 : maxCrashes),
    );
  },
};
