import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';

// What a page is told of a fleet. The documents, hosts and reports of `hotpipe/fleet` fit as they are; the page depends on nothing of it.

/** One version of a plugin. */
export interface FleetVersion {
  readonly version: string;
  readonly digest: string;
}

/** What is wanted of a plugin on all hosts, as far as a page shows it. */
export interface FleetDocument {
  readonly plugin: string;
  readonly rollout: string;
  readonly stable: FleetVersion | null;
  readonly previous: FleetVersion | null;
  readonly candidate: FleetVersion | null;
  readonly wave: number;
  readonly control: readonly string[];
  readonly bakeFromMs: number | null;
  readonly refused: readonly string[];
  readonly paused: boolean;
  readonly outcome: 'promoted' | 'aborted' | 'inconclusive' | null;
  readonly reason: string | null;
  readonly members?: readonly string[];
}

/** What a host said of a plugin, as far as a page shows it. */
export interface FleetReport {
  readonly host: string;
  readonly plugin: string;
  readonly rollout: string;
  readonly status: 'accepted' | 'serving' | 'proven' | 'nack';
  readonly serving: string | null;
  readonly tried: string;
  readonly error?: ReloadError;
  readonly calls: { readonly ok: number; readonly failed: number };
  readonly recent?: readonly ReloadEvent[];
}

/** One thing that a page is told of a fleet. */
export type FleetChange =
  | { readonly _tag: 'document'; readonly value: FleetDocument; readonly revision: number }
  | { readonly _tag: 'report'; readonly value: FleetReport }
  | {
      readonly _tag: 'hosts';
      readonly value: { readonly hosts: readonly string[]; readonly isComplete: boolean };
    }
  /** Something cannot be shown: a document that a newer program wrote. */
  | { readonly _tag: 'problem'; readonly plugin: string; readonly message: string };
