import { describe, expect, it } from 'vitest';
import { FleetBoard } from '../../../src/dashboard/fleet/FleetBoard.js';
import type { FleetDocument, FleetReport } from '../../../src/dashboard/fleet/FleetChange.js';
import type { RolloutPicture } from '../../../src/dashboard/fleet/FleetPicture.js';
import {
  abortRollout,
  promoteRollout,
  startRollout,
} from '../../../src/fleet/rollout/rolloutOrders.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { candidate, hostsOf, report, rollout, v2 } from '../fleet/fleetWorld.js';

/** A board that was told this of a fleet with ten hosts. */
function boardOf(
  documents: readonly FleetDocument[],
  reports: readonly FleetReport[] = [],
  live: readonly string[] = hostsOf(10),
): FleetBoard {
  const board = new FleetBoard();
  board.add({ _tag: 'hosts', value: { hosts: live, isComplete: true } });
  for (const [at, value] of documents.entries())
    board.add({ _tag: 'document', value, revision: at + 1 });
  for (const value of reports) board.add({ _tag: 'report', value });
  return board;
}
function only(board: FleetBoard): RolloutPicture {
  const [first, ...others] = board.picture().rollouts;
  if (first === undefined || others.length > 0) throw new Error('not one rollout');
  return first;
}
/** Names of groups, and in each its hosts with their state. */
const groups = (board: FleetBoard) =>
  only(board).groups.map(
    ({ name, hosts }) =>
      `${name}: ${hosts.map(({ host, state }) => `${host} ${state}`).join(', ')}`,
  );

const wave1 = rollout({ wave: 1, below: 'a', members: ['host-3'], control: ['host-7'] });
const wave2 = rollout({
  ...{
    wave: 2,
    below: 'b',
    members: ['host-3', 'host-7', 'host-1'],
    control: ['host-0', 'host-2'],
  },
});
const failed = (host: string, endMs: number | undefined, message = 'no licence') =>
  report(host, 'nack', {
    error: { _tag: 'InitFailed', plugin: 'p', message, frame: '> 1 | x' } as never,
    ...(endMs !== undefined && { recent: [loaded(endMs)] }),
  });
const loaded = (atMs: number): ReloadEvent => ({
  ...{ v: 1, i: 0, atMs, plugin: 'p', _tag: 'Loaded', version: 4 },
});

describe('a board of a fleet', () => {
  it('keeps what hosts say of a plugin before its document comes, however often they say it', () => {
    const board = new FleetBoard();
    board.add({ _tag: 'hosts', value: { hosts: hostsOf(10), isComplete: true } });
    board.add({ _tag: 'report', value: failed('host-1', 5) });
    for (let again = 0; again < 5_000; again += 1) {
      board.add({ _tag: 'report', value: report('host-3', 'accepted') });
      board.add({ _tag: 'report', value: report('host-3', 'serving') });
    }
    board.add({ _tag: 'document', value: wave2, revision: 1 });
    expect(groups(board)[0]).toContain('host-3 serving');
    expect(groups(board)[0]).toContain('host-1 refused');
    expect(only(board).first).toBe('host-1');
  });

  it('has a group for the hosts that each wave added, those that are compared with, and the others', () => {
    const board = boardOf(
      [rollout(), wave1, wave2],
      [report('host-3', 'proven'), report('host-7', 'serving')],
      hostsOf(6),
    );
    expect(groups(board)).toEqual([
      'wave 1: host-3 proven',
      'wave 2: host-1 silent, host-7 serving',
      'compared with: host-0 compared, host-2 compared',
      'others: host-4 waiting, host-5 waiting',
    ]);
    expect(only(board).line).toBe('2 on trial, wave 2, 3 hosts; 1 is stable');
  });

  it('that was opened late knows the hosts of several waves together', () => {
    expect(groups(boardOf([wave2]))[0]).toBe(
      'waves 1 to 2: host-1 silent, host-3 silent, host-7 silent',
    );
  });

  it('says that a host is gone only by a list that is complete', () => {
    const board = boardOf([wave1], [], ['host-0']);
    expect(groups(board)[0]).toBe('wave 1: host-3 gone');
    board.add({ _tag: 'hosts', value: { hosts: ['host-0'], isComplete: false } });
    expect(groups(board)[0]).toBe('wave 1: host-3 silent');
  });

  it('keeps what a rollout was about when it has ended', () => {
    const aborted = { ...abortRollout(wave2, 'slow'), op: 'x' };
    const board = boardOf(
      [wave1, wave2, aborted],
      [failed('host-7', 5), report('host-3', 'proven')],
    );
    expect(only(board)).toMatchObject({
      line: '2 aborted: slow; 1 is stable',
      refusals: [
        { host: 'host-7', version: '2', reason: 'InitFailed: no licence', frame: '> 1 | x' },
      ],
    });
    expect(groups(board).slice(0, 2)).toEqual([
      'wave 1: host-3 proven',
      'wave 2: host-7 refused, host-1 silent',
    ]);
    // Opened only afterwards: the reports say who tried it.
    const late = boardOf([aborted], [failed('host-7', 5)]);
    expect(groups(late)[0]).toBe('tried it: host-7 refused');
    const promoted = boardOf([promoteRollout(wave2)], [report('host-3', 'proven')]);
    expect(only(promoted).line).toBe('promoted; 2 is stable');
    expect(groups(promoted)[0]).toBe('tried it: host-3 proven');
  });

  it('forgets the refusals of the rollout before', () => {
    const next = startRollout(abortRollout(wave1, 'x'), {
      ...{ plugin: 'p', candidate: candidate('3'), rollout: 'r3' },
    });
    const board = boardOf([wave1], [failed('host-3', 1)]);
    board.add({ _tag: 'document', value: next, revision: 9 });
    expect(only(board)).toMatchObject({ refusals: [], recent: [] });
    // A document that comes late changes nothing.
    board.add({ _tag: 'document', value: wave1, revision: 1 });
    expect(only(board).line).toContain('3 on trial, no host yet');
  });

  it('a host that refused it stays refused, whatever it says later', () => {
    const board = boardOf([wave1], [failed('host-3', 1), report('host-3', 'serving')]);
    expect(groups(board)[0]).toBe('wave 1: host-3 refused');
    expect(only(board).refusals).toHaveLength(1);
  });

  it('shows what the first host saw that refused it, by the time of its events', () => {
    const board = boardOf([wave2], [failed('host-1', 9_000), failed('host-7', 8_000)]);
    expect(board.recentOf('p')).toEqual([loaded(8_000)]);
    expect(only(board).first).toBe('host-7');
    expect(only(board).recent).toEqual([expect.stringContaining('serves version 4')]);
    expect(boardOf([wave2], [failed('host-1', undefined)]).recentOf('p')).toEqual([]);
    expect(board.recentOf('another')).toEqual([]);
  });

  it('hears reports before the document that they are about', () => {
    const board = boardOf([], [failed('host-3', 1)]);
    expect(board.picture().rollouts).toEqual([]);
    board.add({ _tag: 'document', value: wave1, revision: 1 });
    expect(groups(board)[0]).toBe('wave 1: host-3 refused');
  });

  it('lists at most 200 hosts of a group, those first that need a look', () => {
    const members = hostsOf(1_000);
    const board = boardOf(
      [rollout({ wave: 1, below: 'f', members })],
      [...members.slice(0, 998).map((host) => report(host, 'proven')), failed('host-999', 1)],
      members,
    );
    const [group] = only(board).groups;
    expect(group?.moreCount).toBe(800);
    expect(group?.hosts.slice(0, 3).map(({ host, state }) => [host, state])).toEqual([
      ['host-999', 'refused'],
      ['host-998', 'silent'],
      ['host-0', 'proven'],
    ]);
    expect(JSON.stringify(board.picture()).length).toBeLessThan(40_000);
  });

  it('cuts what a host sends without end', () => {
    const all = hostsOf(60);
    const long = 'x'.repeat(60_000);
    const board = boardOf(
      [rollout({ wave: 1, below: 'f', members: all })],
      all.map((host) => failed(host, 1, long)),
    );
    const { refusals, moreRefusals } = only(board);
    expect([refusals.length, moreRefusals]).toEqual([20, 40]);
    expect(refusals[0]?.reason.length).toBeLessThan(2_100);
  });

  it('tells the version of a rollout, its pause, its bake and what cannot be read', () => {
    const baking = {
      ...wave1,
      bakeFromMs: 5,
      paused: true,
      outcome: 'inconclusive',
      reason: 'why',
    };
    const board = boardOf([baking as FleetDocument]);
    expect(only(board).line).toBe(
      '2 on trial, wave 1, 1 hosts, paused, bakes, inconclusive: why; 1 is stable',
    );
    board.add({ _tag: 'problem', plugin: 'q', message: 'q: too new' });
    expect(board.picture()).toMatchObject({ hostCount: 10, problems: ['q: too new'] });
    expect(only(board).groups[0]?.hosts[0]?.about).toBe('');
    board.add({
      _tag: 'report',
      value: report('host-3', 'serving', {
        ...{ serving: v2.digest, calls: { ok: 4, failed: 2, fingerprints: [] } },
      }),
    });
    expect(only(board).groups[0]?.hosts[0]?.about).toBe('serves 2, 6 calls, 2 failed');
  });
});
