import * as E from 'fp-ts/lib/Either.js';
import { filter, firstValueFrom, timeout } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fleetController } from '../../../src/fleet/control/fleetController.js';
import type { HostReport } from '../../../src/fleet/protocol/HostReport.js';
import { type NatsFleet, natsFleet } from '../../../src/nats/natsFleet.js';
import { keysOf } from '../../../src/nats/natsKeys.js';
import { bundleUpkeep } from '../../unit/fleet/bundleUpkeep.js';
import { report, rollout } from '../../unit/fleet/fleetWorld.js';
import {
  counter,
  edit,
  eventually,
  FleetHost,
  promoted,
  publish,
  roll,
} from '../fleet/FleetHost.js';
import { connectTo, fleetOver, NatsServer, serverProgram } from './NatsServer.js';

it('refuses what is no connection, and names that are none', async () => {
  await expect(natsFleet({}, { namespace: 'x' })).rejects.toThrow('this is no NatsConnection');
});

if (serverProgram === undefined) console.log('no nats-server here: the tests over it are skipped');

describe.skipIf(serverProgram === undefined)('over a real server', () => {
  const server = new NatsServer();
  const ends: (() => unknown)[] = [];
  let count = 0;
  beforeAll(() => server.start());
  afterAll(() => server.remove());
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** One process's view of a fleet; without a name, of a new one. */
  async function open(namespace = `t${(count += 1)}`): Promise<NatsFleet> {
    const connection = await connectTo(server.url);
    return fleetOver(connection, { namespace }, ends);
  }

  it('refuses an old revision, an old fence, and nothing else, and knows a repeat', async () => {
    const fleet = await open();
    const doc = rollout({ fence: 3, op: 'a' });
    const first = await fleet.write('p', doc, 0)();
    const revision = E.isRight(first) ? first.right.revision : 0;
    expect(await fleet.write('p', doc, 0)()).toMatchObject({ right: { revision } });
    expect(await fleet.write('p', { ...doc, op: 'b' }, 0)()).toMatchObject({
      left: { _tag: 'RevisionTaken' },
    });
    expect(await fleet.write('p', { ...doc, op: 'b', fence: 2 }, revision)()).toMatchObject({
      left: { _tag: 'RevisionTaken' },
    });
    expect(await fleet.write('p', { ...doc, op: 'b', wave: 1 }, revision)()).toMatchObject({
      right: { value: { wave: 1 } },
    });
    expect(await fleet.read('q')()).toEqual(E.right({ _tag: 'None' }));
  });

  it('tells what is, then changes, to another process', async () => {
    const [one, two] = [await open('tell'), await open('tell')];
    await one.write('p', rollout({ op: 'a' }), 0)();
    await one.report(report('host-1', 'accepted'))();
    const seen: string[] = [];
    ends.push(
      (() => {
        const s = two.desired$().subscribe(({ value }) => seen.push(value.op));
        return () => s.unsubscribe();
      })(),
    );
    ends.push(
      (() => {
        const s = two.reports$('p').subscribe(({ status }: HostReport) => seen.push(status));
        return () => s.unsubscribe();
      })(),
    );
    await eventually(() => seen.includes('a') && seen.includes('accepted'));
    const read = await one.read('p')();
    const revision = E.isRight(read) && read.right._tag === 'Some' ? read.right.value.revision : 0;
    await one.write('p', rollout({ op: 'b' }), revision)();
    await one.report(report('host-1', 'proven'))();
    await eventually(() => seen.includes('b') && seen.includes('proven'));
    expect([...seen].sort()).toEqual(['a', 'accepted', 'b', 'proven']);
  });

  it('keeps bundles of more than one chunk, and says which are missing', async () => {
    const fleet = await open();
    const bytes = Uint8Array.from({ length: 700_000 }, (_, index) => index % 251);
    await fleet.put('sha256-x', bytes)();
    const got = await fleet.get('sha256-x')();
    expect(E.isRight(got) && Buffer.compare(got.right, bytes)).toBe(0);
    expect(await fleet.get('sha256-y')()).toMatchObject({ left: { _tag: 'BundleMissing' } });
  });

  it('removes all chunks of what is stored under a name, and has all reports at once', async () => {
    const fleet = await open('upkeep');
    await bundleUpkeep(fleet);
    const connection = await connectTo(server.url);
    ends.push(() => connection.close());
    const keys = await keysOf(connection, 'hp_upkeep_bundles', '>', 1_000);
    expect([...keys].sort()).toEqual(['sha256-b.0', 'sha256-b.count']);
    expect(await fleet.remove('*')()).toMatchObject({ left: { _tag: 'BundleRefused' } });
    expect(await fleet.stored()()).toEqual(E.right(['sha256-b']));
  });

  it('refuses a second host of the same name, and lets a restarted one take over', async () => {
    const [one, two] = [await open('names'), await open('names')];
    expect(await one.beat('h', { boot: 'a.1', labels: {} })()).toEqual(E.right(undefined));
    expect(await two.beat('h', { boot: 'b.1', labels: {} })()).toMatchObject({
      left: { _tag: 'HostNameTaken' },
    });
    expect(await two.beat('h', { boot: 'a.2', labels: {} })()).toEqual(E.right(undefined));
    expect(await one.beat('h', { boot: 'a.1', labels: {} })()).toMatchObject({
      left: { _tag: 'HostNameTaken' },
    });
  });

  it('gives the lease to one at a time, with a larger fence to the next', async () => {
    const [one, two] = [await open('lease'), await open('lease')];
    const fences: number[] = [];
    const first = one.lease('controller', 'one').subscribe(({ fence }) => fences.push(fence));
    await eventually(() => fences.length === 1);
    const second = two.lease('controller', 'two').subscribe(({ fence }) => fences.push(fence));
    ends.push(() => second.unsubscribe());
    first.unsubscribe();
    await eventually(() => fences.length === 2);
    expect(fences[1]).toBeGreaterThan(fences[0] ?? Infinity);
  });

  it('leads a rollout to a host with a real plugin; a killed server costs no call', async () => {
    const fleet = await open('whole');
    const v1 = await publish(fleet, '1.0.0', counter('one'));
    await roll(fleet, v1);
    await edit(fleet, promoted(v1));
    const host = new FleetHost(fleet, 'host-1');
    ends.push(() => host.close());
    await host.serves('one');
    await server.kill();
    expect(await host.call('who')).toBe('one');
    await server.start();
    const policy = { waves: [1], bakeMs: 10, deadlineMs: 60_000 } as const;
    const steering = fleetController({ fleet, holder: 'one', policy }).subscribe();
    ends.push(() => steering.unsubscribe());
    const v2 = await publish(fleet, '2.0.0', counter('two'));
    await eventually(() =>
      roll(fleet, v2).then(
        () => true,
        () => false,
      ),
    );
    const done$ = fleet.desired$().pipe(
      filter(({ value }) => value.outcome === 'promoted' && value.stable?.version === '2.0.0'),
      timeout(28_000),
    );
    await firstValueFrom(done$);
    await host.serves('two');
  }, 60_000);
});
