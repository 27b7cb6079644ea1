import { readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { memoryFleet } from '../../../src/fleet/control/memoryFleet.js';
import type { HostReport } from '../../../src/fleet/protocol/HostReport.js';
import {
  counter,
  edit,
  type Fleet,
  FleetHost,
  promoted,
  publish,
  roll,
  temporary,
} from './FleetHost.js';

const open: FleetHost[] = [];
afterEach(async () => {
  for (const host of open.splice(0)) await host.close();
});
function start(...of: ConstructorParameters<typeof FleetHost>): FleetHost {
  const host = new FleetHost(...of);
  open.push(host);
  return host;
}
const linked = (host: FleetHost) => basename(readlinkSync(join(host.dir, 'plugins/counter')));

/** A fleet whose hosts are all to serve the version. */
async function fleetOf(version: string, label: string) {
  const fleet: Fleet = memoryFleet();
  const reports: HostReport[] = [];
  fleet.reports$('counter').subscribe((report) => reports.push(report));
  const candidate = await publish(fleet, version, counter(label));
  await roll(fleet, candidate);
  await edit(fleet, promoted(candidate));
  return { fleet, reports, candidate };
}

it('a host that refuses the stable version serves on what the fleet has refused', async () => {
  const { fleet, candidate } = await fleetOf('2.0.0', 'two');
  const host = start(fleet, 'joined', temporary());
  await host.serves('two');
  await host.told_('Proven');
  const v1 = await publish(fleet, '1.0.0', counter('one'));
  await edit(fleet, (doc) => ({ ...promoted(v1)(doc), refused: [candidate.digest] }));
  expect((await host.told_('Nack')).message).toContain('older version');
  await edit(fleet, (doc) => doc);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(await host.call('who')).toBe('two');
  expect(linked(host)).toBe(candidate.digest);
});
