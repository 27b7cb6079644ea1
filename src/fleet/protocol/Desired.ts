import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { jsonCodec } from '../../model/codecs/jsonCodec.js';
import { finiteNumber, readonlyList } from '../../model/codecs/strictObject.js';
import { documentInvalid, documentTooNew, type FleetError } from './FleetError.js';
import { type RolloutPace, RolloutPaceCodec } from './RolloutPace.js';

/** One version of a plugin, as it was published. */
export interface Candidate {
  readonly version: string;
  readonly digest: string;
  /** JSON of a `Statement`. */
  readonly statement: string;
  /** Of the statement, in base64. */
  readonly signature: string;
}

/**
 * One document per plugin: the whole of a rollout. So each step is one compare-and-set, and a successor of the controller needs nothing else.
 */
export interface Desired {
  /** Version of the format. */
  readonly v: 1;
  readonly plugin: string;
  /** Names the rollout. Each has a name of its own, also one that tries the same version again. */
  readonly rollout: string;
  /** Mixed into the hash of each host: another salt makes another host the first one. */
  readonly salt: string;
  /** What hosts serve that do not try the candidate; null before the first version was promoted. */
  readonly stable: Candidate | null;
  /** What was stable before; null when nothing was. */
  readonly previous: Candidate | null;
  /** What is being rolled out; null when nothing is. */
  readonly candidate: Candidate | null;
  /** How many entries of the policy's waves were opened, from 0. */
  readonly wave: number;
  /** Hosts whose hash is not above this one try the candidate; null when none does. Within a rollout it rises, or becomes null. */
  readonly below: string | null;
  /** Hosts that serve the stable version and report their calls, to be compared with. */
  readonly control: readonly string[];
  /** When all hosts of the wave had proven the candidate, by the clock of the controller that wrote it. */
  readonly bakeFromMs: number | null;
  /** Digests that hosts refused. None of them is rolled out again unless a person says so. */
  readonly refused: readonly string[];
  /** No wave is opened, and nothing is promoted. */
  readonly paused: boolean;
  /** Of the controller that wrote it last. A write with a smaller one is refused. */
  readonly fence: number;
  /** Names the write: the repeat of a write whose answer was lost is known by it. */
  readonly op: string;
  /** How the rollout ended, or stands: `inconclusive` with a candidate goes on when reports come. */
  readonly outcome: 'promoted' | 'aborted' | 'inconclusive' | null;
  /** Why, for the person at the terminal. */
  readonly reason: string | null;
  /** When the wave was opened, by the clock of the controller that opened it. Absent before the first wave. */
  readonly openedAtMs?: number;
  /** The hosts that try the candidate since this wave was opened, and no others: one that is silent, or gone, is not forgotten. */
  readonly members?: readonly string[];
  /** How many hosts were alive when the wave was opened, or an earlier one, whichever were more. */
  readonly hostCount?: number;
  /** What this rollout asks for in place of the controller's policy. */
  readonly pace?: RolloutPace;
}

const CandidateCodec = t.type({
  version: t.string,
  digest: t.string,
  statement: t.string,
  signature: t.string,
});
const textOrNull = t.union([t.string, t.null]);
const candidateOrNull = t.union([CandidateCodec, t.null]);
const outcome = t.union([t.keyof({ promoted: null, aborted: null, inconclusive: null }), t.null]);

/** Keeps fields that it does not know. */
const DesiredCodec: t.Type<Desired, unknown> = jsonCodec(
  t.intersection([
    t.type({
      v: t.literal(1),
      plugin: t.string,
      rollout: t.string,
      salt: t.string,
      stable: candidateOrNull,
      previous: candidateOrNull,
      candidate: candidateOrNull,
      wave: finiteNumber,
      below: textOrNull,
      control: readonlyList(t.string),
      bakeFromMs: t.union([finiteNumber, t.null]),
      refused: readonlyList(t.string),
      paused: t.boolean,
      fence: finiteNumber,
      op: t.string,
      outcome,
      reason: textOrNull,
    }),
    t.partial({
      openedAtMs: finiteNumber,
      members: readonlyList(t.string),
      hostCount: finiteNumber,
      pace: RolloutPaceCodec,
    }),
  ]),
);
const Versioned = t.type({ v: finiteNumber });

/** A version as it was published; undefined for what is none. */
export function decodeCandidate(input: unknown): Candidate | undefined {
  const decoded = CandidateCodec.decode(input);
  return E.isRight(decoded) ? decoded.right : undefined;
}

/** The document of a plugin. Left `DocumentTooNew` when a newer hotpipe wrote it, `DocumentInvalid` when it is none. */
export function decodeDesired(plugin: string, input: unknown): E.Either<FleetError, Desired> {
  const version = Versioned.decode(input);
  if (E.isRight(version) && version.right.v > 1) {
    return E.left(documentTooNew(plugin, version.right.v));
  }
  const decoded = DesiredCodec.decode(input);
  if (E.isLeft(decoded)) {
    const path = decoded.left[0]?.context.map(({ key }) => key).filter((key) => !/^\d*$/.test(key));
    const what = path?.join('.') ?? '';
    return E.left(documentInvalid(plugin, what === '' ? 'it is no document' : `its ${what}`));
  }
  return decoded.right.plugin === plugin
    ? decoded
    : E.left(documentInvalid(plugin, `it is the document of ${decoded.right.plugin}`));
}

/** Whether a write is the repeat of one that was done, because its answer was lost: the same operation, and the same document. */
export function isRepeat(current: Desired, next: Desired): boolean {
  return current.op === next.op && JSON.stringify(current) === JSON.stringify(next);
}
