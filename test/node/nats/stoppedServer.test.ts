import { afterEach, describe, expect, it } from 'vitest';
import { fleetController } from '../../../src/fleet/control/fleetController.js';
import type { RolloutEvent } from '../../../src/fleet/control/PluginPilot.js';
import type { Desired } from '../../../src/fleet/protocol/Desired.js';
import type { NatsFleet } from '../../../src/nats/natsFleet.js';
import { report } from '../../unit/fleet/fleetWorld.js';
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

const LEASE_TTL_MS = 2_500;
const ADVANCES: ReadonlySet<RolloutEvent['_tag']> = new Set([
  ...(['WaveOpened', 'Baking', 'Promoted', 'Aborted', 'GaveUp', 'Inconclusive'] as const),
]);
type Told = Pick<RolloutEvent, '_tag' | 'message'> & {
  readonly holder: string;
  readonly when: string;
};

describe.skipIf(serverProgram === undefined)(
  'a server that stands still for longer than a lease lasts',
  () => {
    const ends: (() => unknown)[] = [];
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });

    it('costs no call, holds the rollout, and one controller steers when it goes on', async () => {
      const server = new NatsServer();
      ends.push(() => server.remove());
      await server.start();
      const open = async (): Promise<NatsFleet> => {
        const connection = await connectTo(server.url);
        return fleetOver(connection, { namespace: 'stop', leaseTtlMs: LEASE_TTL_MS }, ends);
      };
      const fleet = await open();
      const document = async (): Promise<Desired> => {
        const read = await fleet.read('counter')();
        if (read._tag === 'Left' || read.right._tag === 'None') throw new Error('no document');
        return read.right.value.value;
      };

      // The first wave is open: one real host that has the new version, and one that has not said anything yet.
      const v1 = await publish(fleet, '1.0.0', counter('one'));
      await roll(fleet, v1);
      await edit(fleet, promoted(v1));
      const host = new FleetHost(await open(), 'host-1');
      ends.push(() => host.close());
      await host.serves('one');
      const members = ['host-1', 'host-2'];
      const v2 = await publish(fleet, '2.0.0', counter('two'));
      const { rollout } = await roll(fleet, v2, {
        ...{ wave: 1, below: 'f'.repeat(64), members, hostCount: 2 },
      });
      await host.told_('Proven');
      await host.serves('two');

      // Somebody calls all the time.
      const failed: unknown[] = [];
      let count = 0;
      const call = async (): Promise<void> => {
        await host.call('who').then(
          (who) => (who === 'one' || who === 'two' ? undefined : failed.push(who)),
          (error: unknown) => failed.push(error),
        );
        count += 1;
      };
      const calling = setInterval(() => void call(), 5);
      ends.push(() => clearInterval(calling));

      // The server stops at the moment at which a controller has the lease and the document.
      const told: Told[] = [];
      const holders = new Set<string>();
      let most = 0;
      let when: 'before' | 'stopped' | 'after' = 'before';
      let stoppedAtMs = 0;
      const stop = (): void => {
        if (when !== 'before') return;
        server.signal('SIGSTOP');
        stoppedAtMs = performance.now();
        when = 'stopped';
      };
      ends.push(() => server.signal('SIGCONT'));
      const engines = [
        { holder: 'one', own: await open() },
        { holder: 'two', own: await open() },
      ];
      for (const { holder, own } of engines) {
        const seen: NatsFleet = {
          ...own,
          reports$: (plugin) => {
            stop();
            return own.reports$(plugin);
          },
        };
        // Its wave is past its deadline soon after the stop: time alone would make the controller write.
        const policy = { waves: [2], bakeMs: 0, deadlineMs: 100, giveUpAfterMs: 600_000 } as const;
        const steering = fleetController({ fleet: seen, holder, policy }).subscribe(
          ({ _tag, message }) => {
            told.push({ holder, _tag, message, when });
            if (_tag === 'LeaseTaken') holders.add(holder);
            if (_tag === 'LeaseLost') holders.delete(holder);
            most = Math.max(most, holders.size);
          },
        );
        ends.push(() => steering.unsubscribe());
      }
      const text = () => JSON.stringify(told);
      const during = (tag: RolloutEvent['_tag']) =>
        told.some(({ _tag, when: at }) => _tag === tag && at === 'stopped');
      await eventually(() => during('WriteFailed'), text);
      await eventually(() => during('LeaseLost'), text);
      await eventually(() => performance.now() - stoppedAtMs > 1.2 * LEASE_TTL_MS, text);
      expect(holders).toEqual(new Set());
      // The second host refuses the version meanwhile, and says so until somebody hears it.
      const refusal = { plugin: 'counter', rollout, tried: v2.digest };
      const said = eventually(
        async () => (await fleet.report(report('host-2', 'nack', refusal))())._tag === 'Right',
      );
      const counted = count;
      when = 'after';
      server.signal('SIGCONT');
      await said;
      await eventually(async () => (await document()).outcome === 'aborted', text);
      await host.serves('one');
      await eventually(() => holders.size === 1, text);
      expect(told.filter(({ _tag, when: at }) => at === 'stopped' && ADVANCES.has(_tag))).toEqual(
        [],
      );
      expect(told.filter(({ _tag }) => _tag === 'Aborted').length).toBeLessThan(2);
      expect({ most, failed }).toEqual({ most: 1, failed: [] });
      expect(counted).toBeGreaterThan(100);
      // Whoever had the lease before the stop writes with an older fence than the one who took the version back.
      const fences = told.flatMap(({ message }) => /fence (\d+)$/.exec(message)?.slice(1) ?? []);
      expect(Number(fences.at(-1))).toBeGreaterThan(Number(fences[0]));
      expect((await document()).fence).toBeGreaterThan(Number(fences[0]));
    });
  },
);
