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
