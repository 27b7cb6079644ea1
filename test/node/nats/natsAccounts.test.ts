import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishBundle } from '../../../src/fleet/bundles/catalogue.js';
import { fleetKeys } from '../../../src/fleet/bundles/statements.js';
import { fleetController } from '../../../src/fleet/control/fleetController.js';
import { type NatsFleet, natsFleet } from '../../../src/nats/natsFleet.js';
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

/** What docs/fleet.md says that each account needs, and nothing else. */
function rightsOf(
  namespace: string,
  role: 'controller' | 'publisher' | 'keeper' | { host: string },
): string {
  const stream = (bucket: string) => `KV_hp_${namespace}_${bucket}`;
  const reads = (...buckets: readonly string[]) =>
    buckets.map((bucket) => `$JS.API.DIRECT.GET.${stream(bucket)}.>`);
  const opens = [
    '$JS.API.INFO',
    ...['desired', 'reports', 'hosts', 'lock', 'bundles'].map(
      (bucket) => `$JS.API.STREAM.INFO.${stream(bucket)}`,
    ),
  ];
  const of = {
    publisher: {
      publish: [...reads('bundles'), `$KV.hp_${namespace}_bundles.>`],
      subscribe: [],
    },
    controller: {
      publish: [
        ...reads('desired', 'reports', 'lock', 'bundles'),
        ...[`$KV.hp_${namespace}_desired.*`, `$KV.hp_${namespace}_lock.*`],
      ],
      subscribe: [`hp.${namespace}.>`],
    },
    keeper: {
      publish: [
        ...reads('desired', 'reports', 'lock', 'bundles'),
        ...[`$KV.hp_${namespace}_bundles.>`, `$JS.API.STREAM.PURGE.${stream('bundles')}`],
      ],
      subscribe: [`hp.${namespace}.>`],
    },
    host: (host: string) => ({
      publish: [
        ...reads('desired', 'hosts', 'bundles'),
        ...[`$KV.hp_${namespace}_reports.*.${host}`, `$KV.hp_${namespace}_hosts.${host}`],
      ],
      subscribe: [`hp.${namespace}.desired.>`],
    }),
  };
  const { publish, subscribe } = typeof role === 'string' ? of[role] : of.host(role.host);
  return JSON.stringify({
    publish: { allow: [...opens, ...publish] },
    subscribe: { allow: [...subscribe, '_INBOX.>'] },
  });
}

describe.skipIf(serverProgram === undefined)('an account with the rights of its role', () => {
  const server = new NatsServer(
    `authorization { users: [
  { user: all, password: secret }
  { user: host, password: secret, permissions: ${rightsOf('prod', { host: 'host-1' })} }
  { user: publisher, password: secret, permissions: ${rightsOf('prod', 'publisher')} }
  { user: keeper, password: secret, permissions: ${rightsOf('prod', 'keeper')} }
  { user: controller, password: secret, permissions: ${rightsOf('prod', 'controller')} }
] }`,
  );
  const ends: (() => Promise<void>)[] = [];
  beforeAll(() => server.start());
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
    await server.remove();
  });
  async function open(user: string): Promise<NatsFleet> {
    const connection = await connectTo(server.url, { user, pass: 'secret' });
    return fleetOver(connection, { namespace: 'prod', timeoutMs: 1_000 }, ends);
  }

  it('is enough to publish, to order, to steer and to take part, and not for what others do', async () => {
    // Who sets it up makes the buckets.
    await open('all');
    const [publisher, controller, own] = [
      await open('publisher'),
      await open('controller'),
      await open('host'),
    ];
    const v1 = await publish(publisher, '1.0.0', counter('one'));
    await roll(controller, v1);
    await edit(controller, promoted(v1));
    const live: (readonly string[])[] = [];
    const hearing = controller.hosts$().subscribe(({ hosts }) => live.push(hosts));
    ends.push(() => Promise.resolve(hearing.unsubscribe()));
    const host = new FleetHost(own, 'host-1');
    ends.push(() => host.close());
    await host.serves('one');
    await host.told_('Proven');
    const v2 = await publish(publisher, '2.0.0', counter('two'));
    await roll(controller, v2, { wave: 1, below: 'f'.repeat(64), members: ['host-1'] });
    await host.serves('two');
    // The controller has the lease, hears the hosts and the reports, and writes.
    const policy = { waves: [1], bakeMs: 60_000, deadlineMs: 60_000 } as const;
    const told: string[] = [];
    const steering = fleetController({ fleet: controller, holder: 'one', policy }).subscribe(
      ({ _tag }) => told.push(_tag),
    );
    ends.push(() => Promise.resolve(steering.unsubscribe()));
    await eventually(
      () => told.includes('Baking'),
      () => told.join(' '),
    );
    await eventually(() => live.at(-1)?.join() === 'host-1');
    expect(host.tags).not.toContain('EngineLost');

    const bytes = new Uint8Array(1);
    const tried = await Promise.all([
      own.report(report('host-2', 'proven'))(),
      own.beat('host-2', { boot: 'x.1', labels: {} })(),
      own.put('sha256-x', bytes)(),
      own.write('q', rollout({ op: 'a' }), 0)(),
      publisher.write('q', rollout({ op: 'a' }), 0)(),
      publisher.report(report('host-1', 'proven'))(),
      controller.put('sha256-x', bytes)(),
      controller.report(report('host-1', 'proven'))(),
      controller.remove(v1.digest)(),
      publisher.remove(v1.digest)(),
      own.remove(v1.digest)(),
    ]);
    expect(tried).toMatchObject(tried.map(() => ({ left: { _tag: 'EngineUnreachable' } })));
  }, 60_000);

  it('is enough to remove bundles, which nobody else may', async () => {
    const [publisher, keeper] = [await open('publisher'), await open('keeper')];
    const about = { plugin: 'q', version: '1.0.0', serial: 1 };
    const { privateKey } = fleetKeys();
    const bytes = new Uint8Array(3);
    const bundle = { digest: `sha256-${'1'.repeat(64)}`, bytes };
    await publishBundle(publisher, bundle, about, privateKey)();
    expect(await keeper.stored()()).toMatchObject({
      right: expect.arrayContaining([bundle.digest]),
    });
    expect(await keeper.reportsOf('counter')()).toMatchObject({ _tag: 'Right' });
    expect(await keeper.read('counter')()).toMatchObject({ _tag: 'Right' });
    expect(await keeper.remove(bundle.digest)()).toEqual({ _tag: 'Right', right: undefined });
    expect(await keeper.get(bundle.digest)()).toMatchObject({ left: { _tag: 'BundleMissing' } });
    expect(await keeper.write('q', rollout({ op: 'a' }), 0)()).toMatchObject({ _tag: 'Left' });
  });

  it('without which nothing opens: the message says which right is lacking', async () => {
    const connection = await connectTo(server.url, { user: 'host', pass: 'secret' });
    ends.push(() => connection.close());
    const opening = natsFleet(connection, { namespace: 'other', timeoutMs: 500 });
    await expect(opening).rejects.toThrow(/the buckets of other cannot be opened.*KV_hp_other_/);
  });
});
