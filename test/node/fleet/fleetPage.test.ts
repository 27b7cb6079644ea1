import { afterEach, expect, it } from 'vitest';
import { FleetBoard } from '../../../src/dashboard/fleet/FleetBoard.js';
import { fleetChanges } from '../../../src/fleet/control/fleetChanges.js';
import { fleetController } from '../../../src/fleet/control/fleetController.js';
import { memoryFleet } from '../../../src/fleet/control/memoryFleet.js';
import { describeEvents } from '../../../src/trace/describeEvents.js';
import { counter, eventually, FleetHost, publish, roll } from './FleetHost.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

it('a page shows how real hosts fared: a good version on all, then a bad one on the first', async () => {
  const fleet = memoryFleet();
  const board = new FleetBoard();
  const told = fleetChanges(fleet).subscribe((change) => board.add(change));
  ends.push(() => told.unsubscribe());
  const hosts = ['web-1', 'web-2', 'web-3'].map((name) => new FleetHost(fleet, name));
  for (const host of hosts) ends.push(() => host.close());
  const policy = { waves: [1, '100%'], bakeMs: 1, deadlineMs: 60_000, expectHosts: 3 } as const;
  const steering = fleetController({ fleet, holder: 'one', policy }).subscribe();
  ends.push(() => steering.unsubscribe());
  const shown = () => {
    const [rollout] = board.picture().rollouts;
    const groups = rollout?.groups.map(
      ({ name, hosts: of }) => `${name}: ${of.map(({ state }) => state).join(' ')}`,
    );
    return { ...rollout, groups };
  };
  const text = () => JSON.stringify(board.picture());

  await roll(fleet, await publish(fleet, '1.0.0', counter('one')));
  await eventually(() => shown().line === '1.0.0 promoted; 1.0.0 is stable', text);
  await eventually(() => shown().groups?.join() === 'wave 1: proven,wave 2: proven proven', text);

  const bad = await publish(fleet, '2.0.0', { 'index.ts': "throw new Error('no licence');" });
  await roll(fleet, bad);
  await eventually(() => shown().line?.startsWith('2.0.0 aborted') === true, text);
  const { groups, refusals, recent, first } = shown();
  expect(groups).toEqual(['wave 1: refused', 'others: waiting waiting']);
  expect(refusals).toMatchObject([
    { version: '2.0.0', reason: expect.stringContaining('no licence'), host: first },
  ]);
  expect(recent?.join('\n')).toContain('no licence');
  const { text: test } = describeEvents('counter', board.recentOf('counter'));
  expect(test).toContain('EvaluationFailed');
});
