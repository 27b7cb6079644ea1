import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import type { Bundles, BundleUpkeep, FleetStore } from '../../../src/fleet/protocol/FleetStore.js';
import { report } from './fleetWorld.js';

/** What each engine does whose bundles can be removed. Leaves one bundle of one chunk, `sha256-b`. */
export async function bundleUpkeep(fleet: FleetStore & Bundles & BundleUpkeep): Promise<void> {
  const large = Uint8Array.from({ length: 700_000 }, (_, index) => index % 251);
  await fleet.put('sha256-a', large)();
  await fleet.put('sha256-b', large.subarray(0, 9))();
  const stored = await fleet.stored()();
  expect(E.isRight(stored) && [...stored.right].sort()).toEqual(['sha256-a', 'sha256-b']);

  expect(await fleet.remove('sha256-a')()).toEqual(E.right(undefined));
  expect(await fleet.remove('sha256-a')()).toEqual(E.right(undefined));
  expect(await fleet.get('sha256-a')()).toMatchObject({ left: { _tag: 'BundleMissing' } });
  expect(await fleet.stored()()).toEqual(E.right(['sha256-b']));

  await fleet.put('sha256-a', large)();
  const again = await fleet.get('sha256-a')();
  expect(E.isRight(again) && Buffer.compare(again.right, large)).toBe(0);
  await fleet.remove('sha256-a')();

  await fleet.report(report('host-1', 'accepted'))();
  await fleet.report(report('host-2', 'nack'))();
  await fleet.report(report('host-1', 'proven'))();
  await fleet.report(report('host-1', 'proven', { plugin: 'q' }))();
  const told = await fleet.reportsOf('p')();
  const lines = E.isRight(told) ? told.right.map(({ host, status }) => `${host} ${status}`) : [];
  expect(lines.sort()).toEqual(['host-1 proven', 'host-2 nack']);
  expect(await fleet.reportsOf('nobody')()).toEqual(E.right([]));
}
