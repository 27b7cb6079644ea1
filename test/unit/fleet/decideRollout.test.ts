import { describe, expect, it } from 'vitest';
import { isInCohort } from '../../../src/fleet/protocol/cohort.js';
import type { Desired } from '../../../src/fleet/protocol/Desired.js';
import type { HostReport } from '../../../src/fleet/protocol/HostReport.js';
import { decideRollout } from '../../../src/fleet/rollout/decideRollout.js';
import { abortRollout, pauseRollout } from '../../../src/fleet/rollout/rolloutOrders.js';
import { hostsOf, policy, report, rollout, v1, v2 } from './fleetWorld.js';

const all = { hosts: hostsOf(20), isComplete: true };

function decide(
  doc: Desired,
  reports: readonly HostReport[] = [],
  { hosts = all, nowMs = 0, rules = policy } = {},
) {
  return decideRollout({ value: doc, revision: 1 }, hosts, reports, nowMs, rules);
}
/** The document after the decision, which must write one. */
function after(...of: Parameters<typeof decide>): Desired {
  const { next, _tag, reason } = decide(...of);
  if (next === undefined) throw new Error(`${_tag}: ${reason}`);
  return next;
}
const cohort = (doc: Desired) => all.hosts.filter((host) => isInCohort(doc, host));
const proven = (doc: Desired, of: Partial<HostReport> = {}) =>
  cohort(doc).map((host) => report(host, 'proven', of));

const first = after(rollout());
const [canary = ''] = cohort(first);

describe('waves', () => {
  it('the first one is one host, by the lowest hash, with one host to compare with', () => {
    expect(cohort(first)).toHaveLength(1);
    expect(first).toMatchObject({ wave: 1, members: [canary] });
    expect(first.control).toHaveLength(1);
    expect(first.control).not.toContain(canary);
    const other = after(rollout({ salt: 'another' }));
    expect(other.below).not.toBe(first.below);
  });

  it('go on when every host has proven it and it has baked, to the end', () => {
    const baking = after(first, proven(first), { nowMs: 500 });
    expect(baking).toMatchObject({ bakeFromMs: 500, wave: 1 });
    expect(decide(baking, proven(first), { nowMs: 1_499 })).toMatchObject({
      _tag: 'wait',
      atMs: 1_500,
    });
    const second = after(baking, proven(first), { nowMs: 1_500 });
    expect(cohort(second)).toHaveLength(5);
    expect(cohort(second)).toContain(canary);
    const third = after(after(second, proven(second)), proven(second), { nowMs: 1_000 });
    expect(cohort(third)).toHaveLength(20);
    const end = decide(after(third, proven(third)), proven(third), { nowMs: 1_000 });
    expect(end).toMatchObject({
      _tag: 'promote',
      next: { stable: v2, previous: v1, candidate: null, below: null, outcome: 'promoted' },
    });
  });

  it('that add nobody are skipped', () => {
    const doc = after(rollout(), [], { rules: { ...policy, waves: [1, '1%', '5%', '100%'] } });
    const baked = { ...doc, bakeFromMs: 0 };
    const next = decide(baked, proven(baked), {
      nowMs: 1_000,
      rules: { ...policy, waves: [1, '1%', '5%', '100%'] },
    });
    expect(next).toMatchObject({ _tag: 'openWave', next: { wave: 4 } });
  });

  it('are not opened by a list of hosts that may lack some', () => {
    const short = { hosts: ['host-1'], isComplete: false };
    expect(decide(rollout(), [], { hosts: short })._tag).toBe('wait');
    expect(decide(rollout(), [], { rules: { ...policy, expectHosts: 21 } })._tag).toBe('wait');
    expect(decide(rollout(), [], { hosts: { hosts: [], isComplete: true } })._tag).toBe('wait');
  });

  it('are not opened, and nothing is promoted, when a fifth of the hosts has vanished', () => {
    const baked = { ...first, bakeFromMs: 0 };
    const fewer = {
      hosts: [canary, ...all.hosts.filter((host) => host !== canary).slice(0, 14)],
      isComplete: true,
    };
    const decided = decide(baked, proven(first), { hosts: fewer, nowMs: 1_000 });
    expect(decided).toMatchObject({
      _tag: 'wait',
      reason: '15 hosts are alive, and 20 were before',
    });
    const last = { ...baked, wave: 3, below: 'f'.repeat(64) };
    expect(decide(last, proven(first), { hosts: fewer, nowMs: 1_000 })._tag).toBe('wait');
  });

  it('never shrink: hosts that leave and join do not lower the bound', () => {
    const grown = { ...first, bakeFromMs: 0, below: 'e'.repeat(64) };
    const decided = decide(grown, proven(first), { nowMs: 1_000 });
    expect(decided.next?.below === undefined || (decided.next.below ?? 'f') >= grown.below).toBe(
      true,
    );
  });
});

describe('a host that refuses it', () => {
  const nack = report(canary, 'nack', {
    error: { _tag: 'CompilationFailed', plugin: 'p', message: 'no such file' },
  });

  it('ends the rollout at once, in every state, and the digest is remembered', () => {
    for (const doc of [first, pauseRollout(first, 'pause'), { ...first, bakeFromMs: 0 }]) {
      expect(decide(doc, [nack])).toMatchObject({
        _tag: 'abort',
        reason: `${canary} refused it: no such file`,
        next: {
          candidate: null,
          below: null,
          stable: v1,
          outcome: 'aborted',
          refused: [v2.digest],
        },
      });
    }
  });

  it('stays one, whatever comes after it', () => {
    expect(decide(first, [nack, report(canary, 'proven')])._tag).toBe('abort');
  });

  it('is counted once, only for its rollout and digest, and only when it tries it', () => {
    const stranger = all.hosts.find((host) => !cohort(first).includes(host)) ?? '';
    const others = [
      report(stranger, 'nack'),
      report('unknown', 'nack'),
      report(canary, 'nack', { rollout: 'r1' }),
      report(canary, 'nack', { tried: 'sha256-0' }),
    ];
    expect(decide(first, others)._tag).toBe('wait');
    const second = after({ ...first, bakeFromMs: 0 }, proven(first), { nowMs: 1_000 });
    const one = cohort(second).map((host) => report(host, host === canary ? 'nack' : 'proven'));
    const rules = { ...policy, failureLimit: 1 };
    expect(decide(second, [...one, ...one], { rules })._tag).toBe('bake');
    expect(decide(first, [nack], { rules })._tag).toBe('abort');
  });

  it('makes the digest one that is not rolled out again', () => {
    const again = { ...rollout(), refused: [v2.digest] };
    expect(decide(again)).toMatchObject({ _tag: 'abort', next: { candidate: null } });
  });
});

describe('silence', () => {
  it('is inconclusive at the deadline, goes on when reports come, and gives up in the end', () => {
    expect(decide(first, [], { nowMs: 9_999 })).toMatchObject({ _tag: 'wait', atMs: 10_000 });
    const late = decide(first, [report(canary, 'serving')], { nowMs: 10_000 });
    expect(late).toMatchObject({
      _tag: 'inconclusive',
      next: { outcome: 'inconclusive', candidate: v2 },
    });
    const silent = late.next ?? first;
    expect(decide(silent, [], { nowMs: 20_000 })).toMatchObject({ _tag: 'wait', atMs: 60_000 });
    expect(decide(silent, proven(first), { nowMs: 20_000 })).toMatchObject({
      _tag: 'bake',
      next: { outcome: null },
    });
    expect(decide(silent, [], { nowMs: 60_000 })).toMatchObject({
      _tag: 'abort',
      next: { candidate: null, below: null, outcome: 'inconclusive', refused: [] },
    });
  });

  it('of a host that is gone is not forgotten with the host', () => {
    const hosts = { hosts: all.hosts.filter((host) => host !== canary), isComplete: true };
    expect(decide(first, [], { hosts, nowMs: 10_000 })._tag).toBe('inconclusive');
    // A host that refused it and died with it has refused it.
    expect(decide(first, [report(canary, 'nack')], { hosts })._tag).toBe('abort');
  });
});

describe('a document of another program, without members and times,', () => {
  const bare = { ...first };
  for (const field of ['openedAtMs', 'members', 'hostCount']) Reflect.deleteProperty(bare, field);

  it('is a wave that begins now, and nothing that has failed', () => {
    const nowMs = 1_700_000_000_000;
    expect(decide(bare, [], { nowMs })).toMatchObject({ _tag: 'wait', atMs: nowMs + 10_000 });
    const unknown = { hosts: [], isComplete: false };
    expect(decide(bare, [], { nowMs, hosts: unknown })._tag).toBe('wait');
    expect(decide(bare, proven(first), { nowMs })).toMatchObject({ _tag: 'bake' });
    // Its host has spoken, and is in no list: it counts.
    expect(decide(bare, [report(canary, 'nack')], { nowMs, hosts: unknown })._tag).toBe('abort');
  });
});

describe('what is lacking after a bake', () => {
  const baked = { ...first, bakeFromMs: 0 };
  const few = { hosts: all.hosts.filter((host) => host === canary), isComplete: true };

  it('is written once while it lasts, and baked once more when it has come', () => {
    const late = after(baked, proven(first), { hosts: few, nowMs: 11_000 });
    expect(late).toMatchObject({ outcome: 'inconclusive', bakeFromMs: 0 });
    for (const nowMs of [11_001, 20_000, 60_999]) {
      expect(decide(late, proven(first), { hosts: few, nowMs })).toMatchObject({
        _tag: 'wait',
        atMs: 61_000,
      });
    }
    const again = after(late, proven(first), { nowMs: 30_000 });
    expect(again).toMatchObject({ outcome: null, bakeFromMs: 30_000 });
    expect(decide(again, proven(first), { nowMs: 31_000 })._tag).toBe('openWave');
  });

  it('is waited for from its end, however long it was', () => {
    const rules = { ...policy, bakeMs: 3_600_000 };
    const nowMs = 3_610_000;
    expect(decide(baked, proven(first), { hosts: few, nowMs, rules })._tag).toBe('inconclusive');
    const calls = { ...rules, minimumCalls: 1 };
    const lacking = decide(baked, proven(first), { nowMs: 3_600_000, rules: calls });
    expect(lacking).toMatchObject({ _tag: 'inconclusive', atMs: 3_660_000 });
    const gone = decide(baked, [], { nowMs: 3_000_000, rules });
    expect(gone).toMatchObject({ _tag: 'inconclusive', atMs: 3_060_000 });
    expect(decide(gone.next ?? first, [], { nowMs: 3_000_001, rules })._tag).toBe('wait');
  });
});

describe('calls', () => {
  const counts = (ok: number, failed: number, fingerprints: readonly string[] = []) => ({
    calls: { ok, failed, fingerprints },
  });
  const control = (of: Partial<HostReport>) =>
    first.control.map((host) =>
      report(host, 'proven', { tried: v1.digest, serving: v1.digest, ...of }),
    );

  it('that fail in a way that only the candidate has end the rollout', () => {
    const reports = [
      ...proven(first, counts(3, 3, ['TypeError at hit'])),
      ...control(counts(6_344, 0)),
    ];
    expect(decide(first, reports)).toMatchObject({
      _tag: 'abort',
      reason:
        '3 of 6 calls failed with a failure that only it has (TypeError at hit), where the stable version failed 0 of 6344',
    });
  });

  it('that fail everywhere do not', () => {
    const noise = ['Timeout at db'];
    const reports = [...proven(first, counts(95, 5, noise)), ...control(counts(950, 50, noise))];
    expect(decide(first, reports)._tag).toBe('bake');
  });

  it('that fail in a known way, but much more often, end the rollout', () => {
    const noise = ['Timeout at db'];
    const reports = [...proven(first, counts(50, 50, noise)), ...control(counts(950, 50, noise))];
    expect(decide(first, reports)._tag).toBe('abort');
  });

  it('of the version that serves no more, or not yet, are none of the candidate', () => {
    const noise = counts(0, 100, ['TypeError']);
    const accepted = [report(canary, 'accepted', noise)];
    expect(decide(first, accepted)._tag).toBe('wait');
    const rules = { ...policy, failureLimit: 1 };
    const wide = { ...first, below: 'f'.repeat(64), members: all.hosts };
    const others = all.hosts.map((host) => report(host, 'proven', counts(10, 0)));
    const back = report(canary, 'nack', noise);
    expect(decide(wide, [...others, back], { rules })._tag).toBe('bake');
    // The same for the hosts that are compared with.
    const gone = control({ ...noise, serving: v2.digest });
    const bad = proven(first, counts(3, 3, ['TypeError']));
    expect(decide(first, [...bad, ...gone])._tag).toBe('abort');
  });

  it('that nobody compares do not count, unless half of them fail with nothing to compare with', () => {
    const reports = [...proven(first, counts(3, 3, ['TypeError'])), ...control(counts(100, 0))];
    expect(decide(first, reports, { rules: { ...policy, compare: false } })._tag).toBe('bake');
    expect(decide(first, proven(first, counts(3, 3, ['TypeError'])))._tag).toBe('abort');
    expect(decide(first, proven(first, counts(30, 3, ['TypeError'])))._tag).toBe('bake');
  });

  it('are too few: inconclusive after the bake, and goes on with enough of them', () => {
    const rules = { ...policy, minimumCalls: 50 };
    const baking = after(first, proven(first), { rules });
    const few = decide(baking, proven(first, counts(49, 0)), { rules, nowMs: 1_000 });
    expect(few).toMatchObject({ _tag: 'inconclusive', next: { outcome: 'inconclusive' } });
    const short = few.next ?? first;
    expect(decide(short, proven(first, counts(49, 0)), { rules, nowMs: 2_000 })._tag).toBe('wait');
    expect(decide(short, proven(first, counts(50, 0)), { rules, nowMs: 2_000 })._tag).toBe('bake');
  });
});

it('a paused rollout opens and promotes nothing', () => {
  expect(decide(pauseRollout(rollout(), 'pause'))._tag).toBe('wait');
  const baked = pauseRollout({ ...first, bakeFromMs: 0 }, 'pause');
  expect(decide(baked, proven(first), { nowMs: 99_999 })._tag).toBe('wait');
  expect(decide(pauseRollout(baked, 'resume'), proven(first), { nowMs: 1_000 })._tag).toBe(
    'openWave',
  );
});

it('an aborted rollout has nothing to decide', () => {
  expect(decide(abortRollout(first, 'a person said so'))).toEqual({
    _tag: 'wait',
    reason: 'nothing is being rolled out',
  });
});

it.each([
  [{ waves: [] }, 'waves is empty'],
  [{ waves: [0] }, 'waves has 0'],
  [{ waves: ['101%'] }, 'waves has "101%"'],
  [{ bakeMs: -1 }, 'bakeMs (-1) is less than 0'],
  [{ deadlineMs: 0 }, 'deadlineMs (0) is not above 0'],
  [{ giveUpAfterMs: 1 }, 'giveUpAfterMs (1) is less than deadlineMs (10000)'],
  [{ failureLimit: 0.5 }, 'failureLimit (0.5) is not a whole number from 0'],
] as const)('a policy with %j is refused', (of, message) => {
  expect(() => decide(first, [], { rules: { ...policy, ...of } as typeof policy })).toThrow(
    message,
  );
});
