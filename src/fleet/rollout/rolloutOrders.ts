import type { Candidate, Desired } from '../protocol/Desired.js';
import type { RolloutPace } from '../protocol/RolloutPace.js';

// What a person, or the controller, does to a document. Each is one write, and legal in every state.

/** What starts a rollout, beside the document as it is. */
export interface RolloutOrder {
  readonly plugin: string;
  readonly candidate: Candidate;
  /** Names the rollout: a new name for each. */
  readonly rollout: string;
  /** Default: the rollout's name, so that each rollout begins with another host. */
  readonly salt?: string;
  /** Whether a digest that hosts refused before is tried again. Default `no`. */
  readonly tryRefused?: 'yes' | 'no';
  /** Waves, bake and expected hosts of this rollout. Default: as the controller's policy says. */
  readonly pace?: RolloutPace;
}

const ofNoRollout = {
  candidate: null,
  wave: 0,
  below: null,
  control: [],
  bakeFromMs: null,
  paused: false,
} as const;

/** A new rollout. It replaces one that is under way: its hosts go to the new candidate, or back, as the waves say. */
export function startRollout(
  doc: Desired | undefined,
  { plugin, candidate, rollout, salt = rollout, tryRefused = 'no', pace }: RolloutOrder,
): Desired {
  const refused = doc?.refused ?? [];
  return {
    v: 1,
    plugin,
    stable: doc?.stable ?? null,
    previous: doc?.previous ?? null,
    ...{ ...ofNoRollout, candidate, rollout, salt },
    refused: tryRefused === 'yes' ? refused.filter((one) => one !== candidate.digest) : refused,
    fence: doc?.fence ?? 0,
    op: `start ${rollout}`,
    ...(pace !== undefined && { pace }),
    ...{ outcome: null, reason: null },
  };
}

/** The candidate is the stable version of every host. */
export function promoteRollout(doc: Desired): Desired {
  if (doc.candidate === null) return doc;
  const { stable, candidate, wave } = doc;
  return {
    ...withoutWave(doc),
    ...{ ...ofNoRollout, stable: candidate, wave, outcome: 'promoted', reason: null },
    previous: stable?.digest === candidate.digest ? doc.previous : stable,
  };
}

/** The candidate is taken back from every host, and is not rolled out again unasked. */
export function abortRollout(doc: Desired, reason: string): Desired {
  const { candidate, refused, wave } = doc;
  if (candidate === null) return doc;
  return {
    ...withoutWave(doc),
    ...{ ...ofNoRollout, wave, outcome: 'aborted', reason },
    refused: [...new Set([...refused, candidate.digest])],
  };
}

/** The stable version before is the stable version again, on every host at once. Undefined when there is none. */
export function rollBackFleet(doc: Desired, reason: string, rollout: string): Desired | undefined {
  const { stable, previous } = doc;
  if (previous === null) return undefined;
  return {
    ...withoutWave(doc),
    ...{ ...ofNoRollout, rollout, salt: rollout, stable: previous, previous: stable },
    ...{ outcome: 'promoted', reason },
  };
}

/** Holds a rollout where it is, or lets it go on. What serves goes on serving. */
export function pauseRollout(doc: Desired, paused: 'pause' | 'resume'): Desired {
  return { ...doc, paused: paused === 'pause' };
}

/** What of a document outlives its rollout. What only a wave needs is left out. */
function withoutWave(doc: Desired): Omit<Desired, keyof typeof ofNoRollout | 'outcome' | 'reason'> {
  const { v, plugin, rollout, salt, stable, previous, refused, fence, op } = doc;
  return { v, plugin, rollout, salt, stable, previous, refused, fence, op };
}
