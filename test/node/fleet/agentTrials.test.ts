import { readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { NEVER } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { isVerdict } from '../../../src/fleet/agent/AwaitedOutcome.js';
import { memoryFleet } from '../../../src/fleet/control/memoryFleet.js';
import { openInBackground } from '../../../src/fleet/control/openInBackground.js';
import type { HostReport } from '../../../src/fleet/protocol/HostReport.js';
import {
  counter,
  edit,
  eventually,
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

const recordOf = ({ dir }: FleetHost) =>
  JSON.parse(readFileSync(join(dir, 'agent.json'), 'utf8')).plugins.counter;

it('a host that is shut down while it fetches has tried nothing', async () => {
  const { fleet, reports } = await fleetOf('1.0.0', 'one');
  const asked: string[] = [];
  let answer: () => void = () => undefined;
  const late = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const slow: Fleet = {
    ...fleet,
    get: (digest) => async () => {
      asked.push(digest);
      if (asked.length > 1) await late;
      return fleet.get(digest)();
    },
  };
  const host = start(slow, 'host-1');
  await host.told_('Proven');
  const v2 = await publish(fleet, '2.0.0', counter('two'));
  await roll(fleet, v2, { below: 'f'.repeat(64) });
  await eventually(() => asked.includes(v2.digest));
  await host.close();
  answer();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(recordOf(host).trying).toBe(null);
  await start(fleet, 'host-1', host.dir).told_('Proven');
  expect(reports.filter(({ status }) => status === 'nack')).toEqual([]);
});

it('a trial goes on in its rollout after the host was shut down', async () => {
  const { fleet } = await fleetOf('1.0.0', 'one');
  const first = start(fleet, 'host-1');
  await first.told_('Proven');
  await first.close();
  const v2 = await publish(fleet, '2.0.0', counter('two'));
  const { rollout } = await roll(fleet, v2, { below: 'f'.repeat(64) });
  const probation = { probation: { forMs: 600_000 } };
  const second = start(fleet, 'host-1', first.dir, probation);
  await second.told_('Serving');
  await second.close();
  expect(recordOf(second).trying).toEqual({ rollout, digest: v2.digest, isStopped: true });
  await start(fleet, 'host-1', first.dir, probation).serves('two');
  expect(recordOf(second).trying).toEqual({ rollout, digest: v2.digest });
});

describe('a version that is linked and does not load any more at the start', () => {
  afterEach(() => Reflect.deleteProperty(globalThis, 'isFailing'));
  const fails = "if (Reflect.get(globalThis, 'isFailing')) throw new Error('no licence');";
  const two = { 'index.ts': `${fails}\n${counter('two')['index.ts']}` };
  const probation = { probation: { forMs: 600_000 } };

  it('is refused without an engine when it is on trial, and what was good serves', async () => {
    const { fleet, reports } = await fleetOf('1.0.0', 'one');
    const first = start(fleet, 'host-1');
    await first.told_('Proven');
    await first.close();
    const v2 = await publish(fleet, '2.0.0', two);
    const { rollout } = await roll(fleet, v2, { below: 'f'.repeat(64) });
    const second = start(fleet, 'host-1', first.dir, probation);
    await second.told_('Serving');
    await second.close();
    Reflect.set(globalThis, 'isFailing', true);
    const silent: Fleet = { ...fleet, desired$: () => NEVER };
    const third = start(silent, 'host-1', first.dir, probation);
    await third.serves('one');
    await eventually(() => reports.at(-1)?.status === 'nack');
    expect(reports.at(-1)).toMatchObject({ rollout, tried: v2.digest });
    expect(recordOf(third).refused).toMatchObject([{ rollout, digest: v2.digest }]);
  });

  it('gives way to the version before it, also when it had proven itself', async () => {
    const { fleet } = await fleetOf('1.0.0', 'one');
    const first = start(fleet, 'host-1');
    await first.told_('Proven');
    const v2 = await publish(fleet, '2.0.0', two);
    await edit(fleet, (doc) => ({ ...promoted(v2)(doc), rollout: 'two' }));
    await first.serves('two');
    await eventually(() => recordOf(first).good === v2.digest);
    await first.close();
    Reflect.set(globalThis, 'isFailing', true);
    const second = start(fleet, 'host-1', first.dir);
    await second.told_('Nack');
    await second.serves('one');
  });
});

it('a failure that only waits for another plugin is no verdict', () => {
  const error = { _tag: 'ManifestInvalid', plugin: 'p', message: 'it needs q', awaits: 'q' };
  expect(isVerdict({ error, willRetry: false })).toBe(false);
});

it('a host that starts while the engine is gone serves at once, and takes part when it is there', async () => {
  const { fleet } = await fleetOf('1.0.0', 'one');
  const first = start(fleet, 'host-1');
  await first.told_('Proven');
  await first.close();
  let isThere = false;
  let closeCount = 0;
  const engine = openInBackground(() =>
    isThere
      ? Promise.resolve({
          ...fleet,
          close: () => {
            closeCount += 1;
            return Promise.resolve();
          },
        })
      : Promise.reject(new Error('connection refused')),
  );
  const second = start(engine, 'host-1', first.dir);
  await second.serves('one');
  expect((await second.told_('EngineLost')).message).toContain('connection refused');
  isThere = true;
  const v2 = await publish(fleet, '2.0.0', counter('two'));
  await roll(fleet, v2, { below: 'f'.repeat(64) });
  await second.serves('two');
  await second.told_('EngineBack');
  await engine.close();
  expect(closeCount).toBe(1);
  expect(await second.call('who')).toBe('two');
});
