import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type FleetEvent, fleetChanges } from '../../../src/fleet/control/fleetChanges.js';
import { memoryFleet } from '../../../src/fleet/control/memoryFleet.js';
import type { Desired } from '../../../src/fleet/protocol/Desired.js';
import type { LiveHosts, Revision } from '../../../src/fleet/protocol/FleetStore.js';
import type { HostReport } from '../../../src/fleet/protocol/HostReport.js';
import { VirtualTime } from '../../../src/trace/virtual/VirtualTime.js';
import { report, rollout } from './fleetWorld.js';

/** What is told, in short. */
const short = (change: FleetEvent): string => {
  switch (change._tag) {
    case 'document':
      return `${change.value.plugin} ${change.value.wave} at ${change.revision}`;
    case 'report':
      return `${change.value.host} ${change.value.status}`;
    case 'hosts':
      return change.value.hosts.join(' ');
    case 'problem':
      return `${change.plugin}: ${change.message.slice(0, 40)}`;
  }
};

describe('fleetChanges', () => {
  it('tells what is, then each change, of all plugins', async () => {
    const fleet = memoryFleet({ scheduler: new VirtualTime() });
    await fleet.beat('host-1', { boot: 'a.1', labels: {} })();
    await fleet.write('p', rollout({ op: 'a' }), 0)();
    await fleet.report(report('host-1', 'accepted'))();
    const told: string[] = [];
    const listening = fleetChanges(fleet).subscribe((change) => told.push(short(change)));
    expect([...told].sort()).toEqual(['host-1', 'host-1 accepted', 'p 0 at 1']);

    told.length = 0;
    await fleet.write('p', rollout({ op: 'b', wave: 1 }), 1)();
    await fleet.report(report('host-1', 'proven'))();
    await fleet.write('q', { ...rollout({ op: 'c' }), plugin: 'q' }, 0)();
    await fleet.report(report('host-2', 'nack', { plugin: 'q' }))();
    await fleet.beat('host-2', { boot: 'b.1', labels: {} })();
    expect(told).toEqual([
      ...['p 1 at 2', 'host-1 proven', 'q 0 at 3', 'host-2 nack', 'host-1 host-2'],
    ]);
    listening.unsubscribe();
    await fleet.report(report('host-1', 'nack'))();
    expect(told).toHaveLength(5);
  });

  it('says which document cannot be read, and goes on', () => {
    const documents$ = new Subject<Revision<Desired>>();
    const told: string[] = [];
    fleetChanges({
      desired$: () => documents$,
      hosts$: () => new Subject<LiveHosts>(),
      reports$: () => new Subject<HostReport>(),
    }).subscribe((change) => told.push(short(change)));
    const newer: unknown = { ...rollout(), v: 2 };
    documents$.next({ value: newer as Desired, revision: 1 });
    documents$.next({ value: rollout(), revision: 2 });
    expect(told).toEqual([expect.stringContaining('its document has version 2'), 'p 0 at 2']);
  });
});
