import { hostHash } from '../protocol/cohort.js';
import type { Desired } from '../protocol/Desired.js';
import type { LiveHosts, Revision } from '../protocol/FleetStore.js';
import type { HostReport } from '../protocol/HostReport.js';
import { worseBecause } from './compareCalls.js';
import { judgeWave, type WaveStanding } from './judgeWave.js';
import {
  type CompletePolicy,
  completePolicy,
  type RolloutPolicy,
  sizeOfWave,
} from './RolloutPolicy.js';
import { abortRollout, promoteRollout } from './rolloutOrders.js';

/** Fewer hosts than this share of those that were seen before are a sign of an engine or a network that fails, and no smaller fleet. */
const MIN_HOSTS_RATIO = 0.8;

/** What is to be done next with a rollout, and why. */
export interface RolloutDecision {
  readonly _tag: 'wait' | 'openWave' | 'bake' | 'promote' | 'abort' | 'inconclusive';
  /** The document to write; absent: nothing is written. */
  readonly next?: Desired;
  /** When time alone changes the decision; absent: it does not. */
  readonly atMs?: number;
  readonly reason: string;
}

interface Known {
  readonly doc: Desired;
  readonly hosts: LiveHosts;
  readonly nowMs: number;
  readonly policy: CompletePolicy;
}

/**
 * The next step of a rollout. Pure: everything that it needs is in the document, so that any controller goes on where the last one stopped.
 *
 * Contract:
 * - Silence is never success: a host that says nothing makes the wave inconclusive at `deadlineMs`. It goes on when reports come, and the
 *   candidate is taken back at `giveUpAfterMs`, without being refused.
 * - One host more than `failureLimit` that refuses the candidate, or calls that fail worse than those of the stable version, take it back at
 *   once, also while the rollout is paused.
 * - No wave opens, and nothing is promoted, by a list of hosts that is not complete, is shorter than `expectHosts`, or has lost more than a
 *   fifth of the hosts that were there before.
 *
 * @param nowMs - The time of the controller. It is compared only with times that the same controller wrote.
 * @throws RangeError when the policy can never work.
 */
export function decideRollout(
  { value: doc }: Revision<Desired>,
  hosts: LiveHosts,
  reports: readonly HostReport[],
  nowMs: number,
  policy: RolloutPolicy,
): RolloutDecision {
  const known: Known = { doc, hosts, nowMs, policy: completePolicy({ ...policy, ...doc.pace }) };
  const { candidate } = doc;
  if (candidate === null) return { _tag: 'wait', reason: 'nothing is being rolled out' };
  if (doc.refused.includes(candidate.digest)) {
    return abort(doc, `${candidate.version} was refused before`);
  }
  if (doc.below === null) return openWave(known);
  const standing = judgeWave(doc, hosts, reports);
  const failed = standing.refused.length + standing.gone.length;
  const first = standing.refused[0];
  if (first !== undefined && standing.refused.length > known.policy.failureLimit) {
    return abort(doc, `${first.host} refused it: ${first.error?.message ?? 'it did not say why'}`);
  }
  const worse = known.policy.compare
    ? worseBecause(standing.calls, standing.stableCalls)
    : undefined;
  if (worse !== undefined) return abort(doc, worse);
  if (doc.paused) return { _tag: 'wait', reason: 'the rollout is paused' };
  const isPast = nowMs >= openedAt(known) + known.policy.deadlineMs;
  // A host that is gone may only be starting again, so it is waited for as long as one that is silent.
  const mayLeaveGone = isPast && failed <= known.policy.failureLimit && standing.proven.length > 0;
  const missing = [...standing.silent, ...(mayLeaveGone ? [] : standing.gone)];
  if (missing.length > 0) return waitFor(known, missing);
  if (standing.proven.length > 0) return bake(known, standing);
  return first === undefined
    ? unclear(known, 'no host tries it')
    : abort(doc, 'no host that tried it has proven it');
}

/** Hosts have not said how it ended. */
function waitFor(known: Known, missing: readonly string[]): RolloutDecision {
  const names = missing.slice(0, 3).join(', ');
  const others = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  return unclear(known, `${names}${others} did not say how it ended`);
}

/** The wave has not ended: waits until its deadline, is inconclusive then, and gives up in the end. A bake that began is void. */
function unclear(known: Known, reason: string): RolloutDecision {
  const { doc, nowMs, policy } = known;
  // Its hosts had proven it before: the wait begins now.
  const sinceMs = doc.bakeFromMs === null ? openedAt(known) : nowMs;
  const deadlineAtMs = openedAt(known) + policy.deadlineMs;
  if (nowMs < deadlineAtMs) return { _tag: 'wait', atMs: deadlineAtMs, reason };
  const now = { ...doc, bakeFromMs: null, openedAtMs: sinceMs };
  const isNew = doc.bakeFromMs !== null;
  return inconclusive(known, { now, isNew, giveUpAtMs: sinceMs + policy.giveUpAfterMs, reason });
}

/** The bake is over, and something that its hosts cannot give is lacking: calls, or other hosts. It is waited for from the end of the bake. */
function lacking(
  known: Known,
  bakedAtMs: number,
  { calls }: WaveStanding,
): RolloutDecision | undefined {
  const { doc, nowMs, policy } = known;
  const count = calls.ok + calls.failed;
  const giveUpAtMs = bakedAtMs + policy.giveUpAfterMs;
  const of = { now: doc, isNew: false, giveUpAtMs };
  if (count < policy.minimumCalls) {
    const reason = `it has answered ${count} calls, fewer than ${policy.minimumCalls}`;
    return inconclusive(known, { ...of, reason });
  }
  const reason = shortageOf(known);
  if (reason === undefined) return undefined;
  const atMs = bakedAtMs + policy.deadlineMs;
  return nowMs < atMs ? { _tag: 'wait', atMs, reason } : inconclusive(known, { ...of, reason });
}

function inconclusive(
  { doc, nowMs }: Known,
  {
    now,
    isNew,
    giveUpAtMs,
    reason,
  }: {
    readonly now: Desired;
    /** Whether it is written although the document says already that it is inconclusive. */
    readonly isNew: boolean;
    readonly giveUpAtMs: number;
    readonly reason: string;
  },
): RolloutDecision {
  if (nowMs >= giveUpAtMs) {
    const { refused } = doc;
    const next = { ...abortRollout(doc, reason), refused, outcome: 'inconclusive' as const };
    return { _tag: 'abort', next, reason: `given up: ${reason}` };
  }
  if (doc.outcome === 'inconclusive' && !isNew) return { _tag: 'wait', atMs: giveUpAtMs, reason };
  const next: Desired = { ...now, outcome: 'inconclusive', reason };
  return { _tag: 'inconclusive', next, atMs: giveUpAtMs, reason };
}

/** All hosts of the wave have proven the candidate. */
function bake(known: Known, standing: WaveStanding): RolloutDecision {
  const { doc, nowMs, policy } = known;
  const count = standing.proven.length;
  const start = (): RolloutDecision => {
    const next: Desired = { ...doc, bakeFromMs: nowMs, outcome: null, reason: null };
    const reason = `${count} hosts have proven it; it bakes for ${policy.bakeMs} ms`;
    return { _tag: 'bake', next, atMs: nowMs + policy.bakeMs, reason };
  };
  if (doc.bakeFromMs === null) return start();
  const endMs = doc.bakeFromMs + policy.bakeMs;
  if (nowMs < endMs) return { _tag: 'wait', atMs: endMs, reason: `it bakes until ${endMs}` };
  const lack = lacking(known, endMs, standing);
  if (lack !== undefined) return lack;
  // What was lacking has come: it bakes once more, and only then.
  return doc.outcome === 'inconclusive' ? start() : openWave(known);
}

/** The next wave that adds a host; without one, the candidate is promoted. */
function openWave(known: Known): RolloutDecision {
  const { doc, hosts, policy, nowMs } = known;
  if (doc.paused) return { _tag: 'wait', reason: 'the rollout is paused' };
  const shortage = shortageOf(known);
  if (shortage !== undefined) return { _tag: 'wait', reason: shortage };
  const order = hosts.hosts
    .map((host) => ({ host, at: hostHash(doc.salt, host) }))
    .sort((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
  const { below } = doc;
  const isBelow = (at: string) => below !== null && at <= below;
  const members = new Set(doc.members);
  for (let wave = doc.wave; wave < policy.waves.length; wave += 1) {
    const size = sizeOfWave(policy.waves[wave] ?? 1, order.length);
    const last = order[size - 1];
    if (last === undefined || isBelow(last.at)) continue;
    const cohort = order.slice(0, size).map(({ host }) => host);
    const control = order.slice(size, 2 * size).map(({ host }) => host);
    const next: Desired = {
      ...doc,
      wave: wave + 1,
      below: last.at,
      control,
      ...{ bakeFromMs: null, outcome: null, reason: null },
      openedAtMs: nowMs,
      members: cohort,
      hostCount: Math.max(order.length, doc.hostCount ?? 0),
    };
    const added = cohort.filter((host) => !members.has(host)).length;
    const reason = `wave ${wave + 1}: ${added} hosts more, ${size} of ${order.length}`;
    return { _tag: 'openWave', next, atMs: nowMs + policy.deadlineMs, reason };
  }
  // Hosts came after the last wave was sized, and none of the waves reaches them: they get it as the stable version.
  return { _tag: 'promote', next: promoteRollout(doc), reason: 'all waves have proven it' };
}

/** Why the list of hosts is not one to size a wave by; undefined when it is. */
function shortageOf({ doc, hosts, policy }: Known): string | undefined {
  const count = hosts.hosts.length;
  if (!hosts.isComplete) return 'the list of live hosts is not complete yet';
  if (count === 0) return 'no host is alive';
  if (count < policy.expectHosts) return `${count} hosts are alive, of ${policy.expectHosts}`;
  const before = doc.hostCount ?? 0;
  return count < before * MIN_HOSTS_RATIO
    ? `${count} hosts are alive, and ${before} were before`
    : undefined;
}

function abort(doc: Desired, reason: string): RolloutDecision {
  return { _tag: 'abort', next: abortRollout(doc, reason), reason };
}

/** A document that does not say when its wave was opened has one that is opened now, and not at the beginning of time. */
function openedAt({ doc: { openedAtMs, bakeFromMs }, nowMs }: Known): number {
  return openedAtMs ?? bakeFromMs ?? nowMs;
}
