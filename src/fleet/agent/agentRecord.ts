import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { jsonCodec } from '../../model/codecs/jsonCodec.js';
import { ReloadErrorCodec } from '../../model/codecs/ReloadEventCodec.js';
import { finiteNumber, readonlyList } from '../../model/codecs/strictObject.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';

/** How many digests that were refused or proven are remembered per plugin. */
const MAX_REMEMBERED_COUNT = 64;

/** A version that a host refused. */
export interface RefusedVersion {
  readonly rollout: string;
  readonly digest: string;
  readonly error: ReloadError;
}

/** A version on trial: a start that finds one was preceded by a crash, unless the host was shut down. */
export interface TriedVersion {
  readonly rollout: string;
  readonly digest: string;
  /** The host was shut down. It is on trial again when it is still linked at the next start. */
  readonly isStopped?: boolean;
  /** How many starts found this trial, while there was no other version to go back to. Absent: none. */
  readonly crashCount?: number;
}

/** What a host remembers of one plugin. */
export interface PluginRecord {
  /** What a failed version goes back to: the newest that has proven itself here or, while none has, what served first. Null: nothing yet. */
  readonly good: string | null;
  /** What was good before it. */
  readonly previous: string | null;
  readonly trying: TriedVersion | null;
  /** Newest last. */
  readonly refused: readonly RefusedVersion[];
  /** Digests that have proven themselves here, newest last: also an old one of these may come back. */
  readonly proven: readonly string[];
  /** The highest serial that has proven itself. */
  readonly floor: number;
}

/** What a host remembers: the content of `agent.json`. */
export interface AgentRecord {
  readonly v: 1;
  /** Names the installation: a second host of the same name has another one. */
  readonly id: string;
  /** How often it was started. */
  readonly starts: number;
  readonly plugins: Readonly<Record<string, PluginRecord>>;
}

const Trial = t.type({ rollout: t.string, digest: t.string });
const textOrNull = t.union([t.string, t.null]);
const AgentRecordCodec: t.Type<AgentRecord, unknown> = jsonCodec(
  t.type({
    v: t.literal(1),
    id: t.string,
    starts: finiteNumber,
    plugins: t.record(
      t.string,
      t.type({
        good: textOrNull,
        previous: textOrNull,
        trying: t.union([
          t.intersection([Trial, t.partial({ isStopped: t.boolean, crashCount: finiteNumber })]),
          t.null,
        ]),
        refused: readonlyList(t.intersection([Trial, t.type({ error: ReloadErrorCodec })])),
        proven: readonlyList(t.string),
        floor: finiteNumber,
      }),
    ),
  }),
);

const noRecord: PluginRecord = {
  ...{ good: null, previous: null, trying: null },
  ...{ refused: [], proven: [], floor: 0 },
};

/** The record in a file; undefined when it is none. */
export function decodeRecord(text: string): AgentRecord | undefined {
  try {
    const decoded = AgentRecordCodec.decode(JSON.parse(text));
    return E.isRight(decoded) ? decoded.right : undefined;
  } catch {
    return undefined;
  }
}

// Steps of a record. Each is written before what it speaks of is done.
export const agentRecords = {
  of: (record: AgentRecord, plugin: string): PluginRecord =>
    Object.hasOwn(record.plugins, plugin) ? (record.plugins[plugin] ?? noRecord) : noRecord,

  with: (record: AgentRecord, plugin: string, now: PluginRecord): AgentRecord => ({
    ...record,
    plugins: { ...record.plugins, [plugin]: now },
  }),

  /** The version is on trial from now on, unless it has proven itself before, or is all that there is to go back to. */
  tries: (
    of: PluginRecord,
    rollout: string,
    digest: string,
    serving: string | null,
  ): PluginRecord => {
    // What serves is all that there is to go back to, also before it has proven itself.
    const good = of.good ?? (serving === digest ? null : serving);
    const isTrial = digest !== good && !of.proven.includes(digest);
    return { ...of, good, trying: isTrial ? { rollout, digest } : null };
  },

  /** The host is shut down. The trial has no verdict, and goes on in the same rollout at the next start. */
  stops: (of: PluginRecord): PluginRecord =>
    of.trying === null || of.trying.isStopped === true
      ? of
      : { ...of, trying: { ...of.trying, isStopped: true } },

  /** The version was not linked after all. What was on trial before is on trial still. */
  drops: (of: PluginRecord, before: TriedVersion | null): PluginRecord => ({
    ...of,
    trying: before,
  }),

  /** The version has proven itself, and raises the floor. */
  proves: (of: PluginRecord, digest: string, serial: number): PluginRecord => ({
    ...of,
    good: digest,
    previous: of.good === digest ? of.previous : of.good,
    trying: null,
    proven: [...of.proven.filter((one) => one !== digest), digest].slice(-MAX_REMEMBERED_COUNT),
    floor: Math.max(of.floor, serial),
  }),

  /** The version is not tried again in this rollout. */
  refuses: (of: PluginRecord, refused: RefusedVersion): PluginRecord => ({
    ...of,
    good: of.good === refused.digest ? of.previous : of.good,
    trying: null,
    refused: [...of.refused, refused].slice(-MAX_REMEMBERED_COUNT),
  }),

  refusalOf: (of: PluginRecord, rollout: string, digest: string): RefusedVersion | undefined =>
    of.refused.findLast((one) => one.rollout === rollout && one.digest === digest),
};
