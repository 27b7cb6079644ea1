import { filter, firstValueFrom } from 'rxjs';
import { afterEach, expect, it } from 'vitest';
import { memoryFleet } from '../../../src/fleet/control/memoryFleet.js';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';
import { describeEvents } from '../../../src/trace/describeEvents.js';
import { runTest } from '../../unit/trace/runTest.js';
import { counter, edit, FleetHost, promoted, publish, roll } from './FleetHost.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

it.each([
  // The agent compiles it before it is linked, so the pipeline has seen the version before only.
  ['does not compile', { 'index.ts': '} no' }, 'Loaded'],
  [
    'throws when it is loaded',
    { 'index.ts': "throw new Error('no licence');" },
    'EvaluationFailed',
  ],
  ['fails later', counter('two', "throw new Error('no');"), 'RolledBack'],
] as const)('what a host reports of a version that %s becomes a test', async (_, files, says) => {
  const fleet = memoryFleet();
  const v1 = await publish(fleet, '1.0.0', counter('one'));
  await roll(fleet, v1);
  await edit(fleet, promoted(v1));
  const host = new FleetHost(fleet, 'host-1', undefined, {
    probation: { trip: consecutive(2), forMs: 60_000 },
  });
  ends.push(() => host.close());
  await host.serves('one');
  await host.told_('Proven');
  const refusal = firstValueFrom(
    fleet.reports$('counter').pipe(filter(({ status }) => status === 'nack')),
  );
  const v2 = await publish(fleet, '2.0.0', files);
  await roll(fleet, v2, { wave: 1, below: 'f'.repeat(64), members: ['host-1'] });
  let isOver = false;
  void refusal.then(() => (isOver = true));
  while (!isOver) {
    await host.call('hit').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { recent = [] } = await refusal;
  const { text } = describeEvents('counter', recent);
  expect(text).toContain(says);
  runTest(text);
});
