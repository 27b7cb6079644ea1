import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, it } from 'vitest';
import { memoryFleet } from '../../../src/fleet/control/memoryFleet.js';
import type { HostReport } from '../../../src/fleet/protocol/HostReport.js';
import { abortRollout } from '../../../src/fleet/rollout/rolloutOrders.js';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';
import {
  counter,
  edit,
  eventually,
  FleetHost,
  fleetKeys_,
  promoted,
  publish,
  roll,
  temporary,
} from './FleetHost.js';

const ALL = 'f'.repeat(64);
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

/** A host that serves 1.0.0, and a fleet in which everybody tries what is rolled out. */
async function world(options = {}) {
  const fleet = memoryFleet();
  const reports: HostReport[] = [];
  fleet.reports$('counter').subscribe((report) => reports.push(report));
  const v1 = await publish(fleet, '1.0.0', counter('one'));
  await roll(fleet, v1);
  await edit(fleet, promoted(v1));
  const host = start(fleet, 'host-1', temporary(), options);
  await host.serves('one');
  await host.told_('Proven');
  host.told.length = 0;
  return { fleet, reports, v1, host };
}

describe('a version', () => {
  it('is accepted, served and proven, and its state comes along', async () => {
    const { fleet, reports, host } = await world();
    await host.call('hit');
    const v2 = await publish(fleet, '2.0.0', counter('two'));
    await roll(fleet, v2, { below: ALL });
    await host.serves('two');
    await host.told_('Proven');
    expect(host.tags).toEqual(['Accepted', 'Serving', 'Proven']);
    expect(await host.call('hit')).toBe('two 2');
    expect(linked(host)).toBe(v2.digest);
    expect(reports.at(-1)).toMatchObject({
      status: 'proven',
      serving: v2.digest,
      tried: v2.digest,
    });
    const record = JSON.parse(readFileSync(join(host.dir, 'agent.json'), 'utf8'));
    expect(record.plugins.counter).toMatchObject({ good: v2.digest, trying: null, floor: 2 });
  });

  it('is not touched by a host outside of the cohort', async () => {
    const { fleet, host, v1 } = await world();
    await roll(fleet, await publish(fleet, '2.0.0', counter('two')), { below: '0'.repeat(64) });
    await edit(fleet, (doc) => doc);
    await host.serves('one');
    expect(linked(host)).toBe(v1.digest);
    expect(readdirSync(join(host.dir, 'versions/counter'))).toEqual([v1.digest]);
  });

  it('that was aborted goes back with everything that was counted since', async () => {
    const { fleet, host, v1 } = await world();
    await host.call('hit');
    await roll(fleet, await publish(fleet, '2.0.0', counter('two')), { below: ALL });
    await host.serves('two');
    await host.call('hit');
    await edit(fleet, (doc) => abortRollout(doc, 'a person said so'));
    await host.serves('one');
    expect(await host.call('hit')).toBe('one 3');
    expect(linked(host)).toBe(v1.digest);
    // It can be rolled out again when a person says so.
    const again = await publish(fleet, '2.0.0', counter('two'));
    await roll(fleet, again, { below: ALL, refused: [] });
    await host.serves('two');
    expect(await host.call('hit')).toBe('two 4');
  });
});

describe('a version that is bad', () => {
  it.each([
    ['does not compile', { 'index.ts': 'export function hit( {' }, 'CompilationFailed'],
    ['imports what is not there', { 'index.ts': "import './gone.js';" }, 'CompilationFailed'],
    ['throws when it is loaded', { 'index.ts': "throw new Error('no');" }, 'EvaluationFailed'],
    [
      'throws in init',
      { 'index.ts': "export function init() { throw new Error('no'); }" },
      'LifecycleFailed',
    ],
    [
      'has another name',
      {
        'plugin.toml':
          'name = "other"\nversion = "2.0.0"\napi-version = { major = 0, minor = 1, patch = 0 }\nsource = "index.ts"',
        'index.ts': '',
      },
      'ManifestInvalid',
    ],
  ])('%s: is refused, and what served serves on', async (_, files, tag) => {
    const { fleet, reports, host, v1 } = await world();
    const v2 = await publish(fleet, '2.0.0', files);
    const doc = await roll(fleet, v2, { below: ALL });
    await host.told_('Nack');
    await eventually(() => reports.at(-1)?.status === 'nack');
    expect(reports.at(-1)).toMatchObject({
      rollout: doc.rollout,
      tried: v2.digest,
      serving: v1.digest,
      error: { _tag: tag },
    });
    expect(await host.call('who')).toBe('one');
    expect(linked(host)).toBe(v1.digest);
    // It is not tried again in its rollout, whatever else is written.
    const count = host.events.length;
    await edit(fleet, (now) => ({ ...now, wave: 5 }));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(host.events.slice(count).filter(({ _tag }) => _tag === 'ReloadFailed')).toEqual([]);
  });

  it('fails its probation: is refused after it had served', async () => {
    const probation = { forMs: 60_000, trip: consecutive(2) };
    const { fleet, reports, host, v1 } = await world({
      probation: { forMs: 1, trip: consecutive(2) },
    });
    await host.close();
    open.length = 0;
    const again = start(fleet, 'host-1', host.dir, { probation });
    await again.serves('one');
    await roll(fleet, await publish(fleet, '2.0.0', counter('two', "throw new Error('bad');")), {
      below: ALL,
    });
    await again.serves('two');
    for (let calls = 0; calls < 2; calls += 1) await again.call('hit').catch(() => undefined);
    await again.serves('one');
    await again.told_('Nack');
    await eventually(() => reports.at(-1)?.status === 'nack');
    expect(reports.at(-1)).toMatchObject({
      serving: v1.digest,
      error: { _tag: 'ProbationFailed' },
    });
    expect(linked(again)).toBe(v1.digest);
  });

  it('has a state that cannot go back: is refused before it serves', async () => {
    const { fleet, host } = await world();
    await host.call('hit');
    const oneWay = {
      'index.ts': `let count = 0;
export function who() { return 'two'; }
export function hit() { count += 1; return 'two ' + count; }
export function saveState() { return { hits: count }; }
export function restoreState(state: { hits: number }) { count = state.hits; }
export function migrate(state: { count: number }, from: number, to: number) {
  if (to < from) throw new Error('no way down');
  return { hits: state.count };
}
`,
    };
    await roll(fleet, await publish(fleet, '2.0.0', oneWay, { manifest: 'state-version = 2' }), {
      below: ALL,
    });
    const nack = await host.told_('Nack');
    expect(nack.message).toContain('cannot be taken back');
    expect(await host.call('hit')).toBe('one 2');
    const bothWays = {
      'index.ts': oneWay['index.ts'].replace(
        "throw new Error('no way down')",
        'return { count: (state as never as { hits: number }).hits }',
      ),
    };
    await roll(fleet, await publish(fleet, '3.0.0', bothWays, { manifest: 'state-version = 2' }), {
      below: ALL,
    });
    await host.serves('two');
    expect(await host.call('hit')).toBe('two 3');
    await edit(fleet, (doc) => abortRollout(doc, 'a person said so'));
    await host.serves('one');
    expect(await host.call('hit')).toBe('one 4');
  });

  it('was signed by nobody who is trusted, or is an older one: nothing of it is used', async () => {
    const { fleet, host, v1 } = await world();
    const stranger = await publish(fleet, '2.0.0', counter('two'), {
      privateKey: fleetKeys_().privateKey,
    });
    await roll(fleet, stranger, { below: ALL });
    expect((await host.told_('Nack')).message).toContain('none of the 1 trusted keys');
    host.told.length = 0;
    await roll(fleet, await publish(fleet, '0.9.0', counter('old'), { serial: 0 }), { below: ALL });
    expect((await host.told_('Nack')).message).toContain('it is an older version');
    expect(readdirSync(join(host.dir, 'versions/counter'))).toEqual([v1.digest]);
  });

  it('whose bundle is missing is waited for, and never refused', async () => {
    const { fleet, host } = await world();
    const other = memoryFleet();
    const v2 = await publish(other, '2.0.0', counter('two'));
    await roll(fleet, v2, { below: ALL });
    await host.told_('BundleMissing');
    expect(host.tags).not.toContain('Nack');
    const bytes = await other.get(v2.digest)();
    await fleet.put(v2.digest, E.isRight(bytes) ? bytes.right : new Uint8Array())();
    await host.serves('two');
  });
});

describe('a start', () => {
  it('serves what is linked without an engine', async () => {
    const { host } = await world();
    await host.close();
    open.length = 0;
    const never = memoryFleet();
    const gone = { ...never, beat: () => () => new Promise<never>(() => undefined) };
    await start(gone, 'host-1', host.dir).serves('one');
  });

  it('after a crash on trial links what was good, and refuses the version once the engine is there', async () => {
    const { fleet, reports, host, v1 } = await world();
    await host.close();
    open.length = 0;
    const v2 = await publish(fleet, '2.0.0', counter('two'));
    const doc = await roll(fleet, v2, { below: ALL });
    const probing = start(fleet, 'host-1', host.dir, { probation: { forMs: 600_000 } });
    await probing.serves('two');
    // What a killed process leaves behind: the link, and the trial in agent.json.
    const file = join(host.dir, 'agent.json');
    const left = readFileSync(file, 'utf8');
    expect(JSON.parse(left).plugins.counter.trying).toEqual({
      rollout: doc.rollout,
      digest: v2.digest,
    });
    await probing.close();
    open.length = 0;
    writeFileSync(file, left);
    const after = start(fleet, 'host-1', host.dir);
    await after.serves('one');
    await after.told_('Nack');
    // It is told again with what serves, once the first load is over.
    await eventually(
      () => reports.at(-1)?.status === 'nack' && reports.at(-1)?.serving === v1.digest,
    );
    expect(reports.at(-1)).toMatchObject({
      tried: v2.digest,
      serving: v1.digest,
      error: { _tag: 'VersionSuspect' },
    });
  });

  it('says that a document is too new, and goes on serving', async () => {
    const { fleet, host } = await world();
    await edit(fleet, (doc) => JSON.parse(JSON.stringify({ ...doc, v: 2 })));
    await host.told_('DocumentTooNew');
    expect(await host.call('who')).toBe('one');
  });

  it('of a second host of the same name is refused, and serves what it has', async () => {
    const { fleet, host } = await world();
    const twin = start(fleet, host.host);
    await twin.told_('HostNameTaken');
    await edit(fleet, (doc) => doc);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(twin.events).toEqual([]);
  });
});
