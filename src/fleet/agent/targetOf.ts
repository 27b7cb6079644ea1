import { isInCohort } from '../protocol/cohort.js';
import type { Candidate, Desired } from '../protocol/Desired.js';
import { agentRecords, type PluginRecord } from './agentRecord.js';
import type { Reported } from './PluginReporter.js';

/** A version that the document names for this host, and as what. */
export interface Target {
  readonly candidate: Candidate;
  readonly role: 'candidate' | 'stable';
  readonly rollout: string;
}

/** What a document says that a host is to serve. */
export interface Wanted {
  /** Undefined when it says nothing. */
  readonly target: Target | undefined;
  /** The candidate that this host has refused, which is told again: whoever refused it may have crashed before the engine knew. */
  readonly refused?: Reported;
}

export function wantedOf(doc: Desired, host: string, record: PluginRecord): Wanted {
  const { rollout, candidate, stable, refused } = doc;
  const refusalOf = ({ digest }: Candidate) => agentRecords.refusalOf(record, rollout, digest);
  const isTried = isInCohort(doc, host) && !refused.includes(candidate?.digest ?? '');
  const tried = isTried && candidate !== null ? candidate : undefined;
  const refusal = tried && refusalOf(tried);
  if (tried !== undefined && refusal === undefined) {
    return { target: { candidate: tried, role: 'candidate', rollout } };
  }
  const mayServe = stable !== null && refusalOf(stable) === undefined;
  return {
    target: mayServe ? { candidate: stable, role: 'stable', rollout } : undefined,
    ...(refusal !== undefined && { refused: refusal }),
  };
}

export function aboutOf({ candidate: { digest }, rollout }: Target): Reported {
  return { digest, rollout };
}
