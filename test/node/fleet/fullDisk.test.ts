import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { unpackVersion } from '../../../src/fleet/adapters/agentDisk.js';
import { memoryFleet } from '../../../src/fleet/control/memoryFleet.js';
import { counter, edit, FleetHost, promoted, publish, roll, temporary } from './FleetHost.js';

const disk = vi.hoisted(() => ({ isFull: false }));
vi.mock(import('../../../src/fleet/adapters/agentDisk.js'), async (original) => {
  const real = await original();
  return {
    ...real,
    replaceDurably(path, text) {
      if (disk.isFull) throw new Error('ENOSPC: no space left on device');
      real.replaceDurably(path, text);
    },
  };
});

const open: FleetHost[] = [];
afterEach(async () => {
  disk.isFull = false;
  for (const host of open.splice(0)) await host.close();
});
function start(...of: ConstructorParameters<typeof FleetHost>): FleetHost {
  const host = new FleetHost(...of);
  open.push(host);
  return host;
}

it('a full disk ends no host: it serves, starts and closes, and goes on when there is room', async () => {
  const fleet = memoryFleet();
  const v1 = await publish(fleet, '1.0.0', counter('one'));
  await roll(fleet, v1);
  await edit(fleet, promoted(v1));
  const host = start(fleet, 'host-1');
  await host.told_('Serving');
  disk.isFull = true;
  expect((await host.told_('BundleMissing')).message).toContain('ENOSPC');
  expect(await host.call('who')).toBe('one');
  disk.isFull = false;
  await host.told_('Proven');
  disk.isFull = true;
  await host.close();
  const again = start(fleet, 'host-1', host.dir);
  await again.serves('one');
  expect((await again.told_('BundleMissing')).message).toContain('what is linked serves');
});

it('a version that cannot be written leaves nothing behind', () => {
  const dir = temporary();
  const files = new Map([['n'.repeat(300), new Uint8Array(1)]]);
  expect(() => unpackVersion(join(dir, 'plugin', 'digest'), files)).toThrow('ENAMETOOLONG');
  expect(readdirSync(join(dir, 'plugin'))).toEqual([]);
});
