import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Observable } from 'rxjs';
import type { Desired } from './Desired.js';
import type { FleetError } from './FleetError.js';
import type { HostReport } from './HostReport.js';

/** A value, and the number of its write. Numbers of one document rise. */
export interface Revision<A> {
  readonly value: A;
  readonly revision: number;
}

/** The hosts that are alive. */
export interface LiveHosts {
  readonly hosts: readonly string[];
  /** False: the list may lack hosts, as when it is still being read. No wave is sized by such a list. */
  readonly isComplete: boolean;
}

/** What a host says to be known as alive. */
export interface Beat {
  /** Names the start of its process. `HostNameTaken` while another one with this name is alive. */
  readonly boot: string;
  /** What the host says about itself. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What a fleet needs of an engine. No stream errors, and no task rejects: an engine that is gone is a Left `EngineUnreachable`, or silence, and
 * streams go on by themselves when it is back.
 */
export interface FleetStore {
  /** The documents that are, then each change. May repeat; of one plugin it never goes back to an older revision. */
  desired$(): Observable<Revision<Desired>>;
  /** The document of a plugin as it is now; none when there is no document. */
  read(plugin: string): TaskEither<FleetError, Option<Revision<Desired>>>;
  /**
   * Writes the document if it is still at revision `expected` (0: there is none) and `next.fence` is not smaller than its fence. Left
   * `RevisionTaken` otherwise. The repeat of a write that was done, with its `op`, answers as the first one.
   */
  write(plugin: string, next: Desired, expected: number): TaskEither<FleetError, Revision<Desired>>;
  /** Replaces what this host said about this plugin. */
  report(report: HostReport): TaskEither<FleetError, void>;
  /** The newest report of each host, then each new one. */
  reports$(plugin: string): Observable<HostReport>;
  /** A host lives. Fails with `HostNameTaken` when another process beats under that name. */
  beat(host: string, beat: Beat): TaskEither<FleetError, void>;
  /** The hosts that live now, and each change. `isComplete`: false while some may be missing from the list. */
  hosts$(): Observable<LiveHosts>;
  /** `{ fence }` while `holder` has the lease, larger for each new holder; completes when it is lost. Waits while somebody else has it. */
  lease(name: string, holder: string): Observable<{ readonly fence: number }>;
}

/** What an engine needs beside its other ports, so that `hotpipe fleet gc` can remove what nothing needs. */
export interface BundleUpkeep {
  /** The names under which something is stored: digests, and entries of the catalogue. What is half written has no name. */
  stored(): TaskEither<FleetError, readonly string[]>;
  /** Removes what is stored under a name, all of it. To remove what is not there does nothing. */
  remove(name: string): TaskEither<FleetError, void>;
  /** The newest report of each host about a plugin, as they are now: all of them, or a Left. */
  reportsOf(plugin: string): TaskEither<FleetError, readonly HostReport[]>;
}

/** Where bundles are. */
export interface Bundles {
  /** Stores a bundle. To store the same bytes again does nothing. */
  put(digest: string, bytes: Uint8Array): TaskEither<FleetError, void>;
  /** Left `BundleMissing` when it is not there now. The bytes are not trusted: whoever asked checks their digest. */
  get(digest: string): TaskEither<FleetError, Uint8Array>;
}
