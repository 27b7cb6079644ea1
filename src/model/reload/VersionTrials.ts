import type { Either } from 'fp-ts/lib/Either.js';
import type { ReloadError } from './ReloadError.js';

/** A version of a plugin, as the files that it is made of. */
export interface TriedVersion {
  readonly plugin: string;
  /** Equal for equal files. */
  readonly fingerprint: string;
  /** Text by path, the manifest's too. */
  readonly files: ReadonlyMap<string, string>;
}

/** Told by a host of the versions that it tries, so that one that takes the process down is known afterwards. */
export interface VersionTrials {
  /** Before any code of the version runs. Left: it must not. */
  begin(version: TriedVersion): Promise<Either<ReloadError, void>>;
  /** It serves from now on. */
  served(version: TriedVersion): void;
  /** It was tried, and does not come to serve. */
  dropped(version: TriedVersion): void;
}
