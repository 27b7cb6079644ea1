import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatsFleet, natsFleet } from '../../../src/nats/natsFleet.js';
import { report, rollout } from '../../unit/fleet/fleetWorld.js';
import { counter, edit, FleetHost, promoted, publish, roll } from '../fleet/FleetHost.js';
import { connectTo, NatsServer, serverProgram } from './NatsServer.js';

/** What docs/fleet.md says that an account of a host needs, and nothing else. */
function rightsOf(namespace: string, host: string): string {
  const stream = (bucket: string) => `KV_hp_${namespace}_${bucket}`;
  const publish = [
    '$JS.API.INFO',
    ...['desired', 'reports', 'hosts', 'lock', 'bundles'].map(
      (bucket) => `$JS.API.STREAM.INFO.${stream(bucket)}`,
    ),
    ...['desired', 'hosts', 'bundles'].map((bucket) => `$JS.API.DIRECT.GET.${stream(bucket)}.>`),
    `$KV.hp_${namespace}_reports.*.${host}`,
    `$KV.hp_${namespace}_hosts.${host}`,
  ];
  const subscribe = [`hp.${namespace}.desired.>`, '_INBOX.>'];
  return JSON.stringify({ publish: { allow: publish }, subscribe: { allow: subscribe } });
}

describe.skipIf(serverProgram === undefined)('an account with the rights of one host', () => {
  const server = new NatsServer(
    `authorization { users: [
  { user: all, password: secret }
  { user: host, password: secret, permissions: ${rightsOf('prod', 'host-1')} }
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
    const fleet = await natsFleet(connection, { namespace: 'prod', timeoutMs: 1_000 });
    ends.push(async () => {
      await fleet.close();
      await connection.close();
    });
    return fleet;
  }

  it('is enough to take part, and not to say what others do', async () => {
    const all = await open('all');
    const v1 = await publish(all, '1.0.0', counter('one'));
    await roll(all, v1);
    await edit(all, promoted(v1));
    const own = await open('host');
    const host = new FleetHost(own, 'host-1');
    ends.push(() => host.close());
    await host.serves('one');
    await host.told_('Proven');
    const v2 = await publish(all, '2.0.0', counter('two'));
    await edit(all, promoted(v2));
    await host.serves('two');
    expect(host.tags).not.toContain('EngineLost');

    const refused = { left: { _tag: 'EngineUnreachable' } };
    expect(await own.report(report('host-2', 'proven'))()).toMatchObject(refused);
    expect(await own.beat('host-2', { boot: 'x.1', labels: {} })()).toMatchObject(refused);
    expect(await own.put('sha256-x', new Uint8Array(1))()).toMatchObject(refused);
    expect(await own.write('q', rollout({ op: 'a' }), 0)()).toMatchObject(refused);
  }, 60_000);

  it('without which nothing opens: the message says which right is lacking', async () => {
    const connection = await connectTo(server.url, { user: 'host', pass: 'secret' });
    ends.push(() => connection.close());
    const opening = natsFleet(connection, { namespace: 'other', timeoutMs: 500 });
    await expect(opening).rejects.toThrow(/the buckets of other cannot be opened.*KV_hp_other_/);
  });
});
