import { afterEach, expect, it } from 'vitest';
import { fleetController } from '../../../src/fleet/control/fleetController.js';
import { memoryFleet } from '../../../src/fleet/control/memoryFleet.js';
import { counter, edit, eventually, FleetHost, promoted, publish, roll } from './FleetHost.js';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Five hosts with real plugins that answer calls all the time, and a controller. */
async function world({ bakeMs = 50 } = {}) {
  const fleet = memoryFleet();
  const v1 = await publish(fleet, '1.0.0', counter('one'));
  await roll(fleet, v1);
  await edit(fleet, promoted(v1));
  const calls = { ok: 0, failed: [] as string[] };
  const answered = new Map<string, Set<string>>();
  const hosts = Array.from({ length: 5 }, (_, index) => new FleetHost(fleet, `host-${index}`));
  open.push(...hosts);
  for (const host of hosts) await host.serves('one').then(() => host.told_('Proven'));
  const calling = setInterval(() => {
    for (const host of hosts) {
      host.call('hit').then(
        (answer) => {
          calls.ok += 1;
          const label = String(answer).split(' ')[0] ?? '';
          answered.set(label, (answered.get(label) ?? new Set()).add(host.host));
        },
        (error: unknown) => calls.failed.push(String(error)),
      );
    }
  }, 5);
  open.push({ close: () => clearInterval(calling) });
  const policy = { waves: [1, '50%', '100%'], bakeMs, deadlineMs: 20_000 } as const;
  const steering = fleetController({ fleet, holder: 'one', policy }).subscribe();
  open.push({ close: () => steering.unsubscribe() });
  const outcome = async (): Promise<string | null> => {
    const read = await fleet.read('counter')();
    return read._tag === 'Right' && read.right._tag === 'Some'
      ? read.right.value.value.outcome
      : null;
  };
  return { fleet, hosts, calls, answered, outcome };
}

it('a good version reaches every host, and no call fails', async () => {
  const { fleet, hosts, calls, outcome } = await world();
  await roll(fleet, await publish(fleet, '2.0.0', counter('two')));
  await eventually(
    async () => (await outcome()) === 'promoted',
    () => 'the promotion',
  );
  for (const host of hosts) await host.serves('two');
  expect(calls.failed).toEqual([]);
  expect(calls.ok).toBeGreaterThan(0);
});

it('a bad version is stopped at one host, and no call fails', async () => {
  const { fleet, hosts, calls, answered, outcome } = await world();
  const bad = {
    'index.ts':
      "export function init() { throw new Error('bad'); } export function hit() { return 'bad'; }",
  };
  await roll(fleet, await publish(fleet, '2.0.0', bad));
  await eventually(
    async () => (await outcome()) === 'aborted',
    () => 'the abort',
  );
  for (const host of hosts) await host.serves('one');
  expect(hosts.filter((host) => host.tags.includes('Nack'))).toHaveLength(1);
  expect(answered.has('bad')).toBe(false);
  expect(calls.failed).toEqual([]);
});

it('a version of which one function always fails is stopped at one host, by comparison', async () => {
  const { fleet, hosts, calls, outcome } = await world({ bakeMs: 60_000 });
  await roll(fleet, await publish(fleet, '2.0.0', counter('two', "throw new Error('always');")));
  await eventually(
    async () => (await outcome()) === 'aborted',
    () => 'the abort',
  );
  for (const host of hosts) await host.serves('one');
  expect(
    hosts.filter((host) => host.tags.includes('Serving') && host.tags.includes('Accepted')),
  ).toHaveLength(1);
  // Only what the version itself answered has failed.
  expect(calls.failed.filter((failure) => !failure.includes('always'))).toEqual([]);
  expect(calls.failed.length).toBeGreaterThan(0);
});
