import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFleet } from '../../../src/cli/arguments/parseFleet.js';
import type { FleetIo, UpkeptEngine } from '../../../src/cli/fleet/FleetIo.js';
import { fleetCommand, openNats } from '../../../src/cli/fleet/fleetCommand.js';
import { publishedVersion } from '../../../src/fleet/bundles/catalogue.js';
import { memoryFleet } from '../../../src/fleet/control/memoryFleet.js';
import type { OpenEngine } from '../../../src/fleet/control/openInBackground.js';
import type { Bundles, FleetStore } from '../../../src/fleet/protocol/FleetStore.js';
import { startRollout } from '../../../src/fleet/rollout/rolloutOrders.js';
import { report } from '../../unit/fleet/fleetWorld.js';
import { eventually } from '../fleet/FleetHost.js';
import { NatsServer, serverProgram } from '../nats/NatsServer.js';

const dir = mkdtempSync(join(tmpdir(), 'hotpipe-fleet-cli-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const key = join(dir, 'key.pem');

function writePlugin(version: string, body: string): string {
  const folder = join(dir, `counter-${version}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'plugin.toml'),
    `name = "counter"\nversion = "${version}"\nsource = "index.ts"\napi-version = { major = 0, minor = 1, patch = 0 }\n`,
  );
  writeFileSync(join(folder, 'index.ts'), body);
  return folder;
}

/** One command, as it was typed. */
function type(open: FleetIo['open'], ...words: readonly string[]) {
  const command = parseFleet(words);
  if (command === undefined) throw new Error('its help was asked for');
  let out = '';
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const print = (text: string): void => {
    out += text;
  };
  const exit = fleetCommand(command, { print, printError: print, ended: () => ended, open });
  return { exit, end, text: () => out };
}
async function done(open: FleetIo['open'], ...words: readonly string[]) {
  const { exit, text } = type(open, ...words);
  return { exit: await exit, out: text() };
}

const server = new NatsServer();
const memory: OpenEngine = { ...memoryFleet(), close: () => Promise.resolve() };
/** The engine of the long story: a real server where there is one. */
const open: FleetIo['open'] =
  serverProgram === undefined
    ? () => Promise.resolve(memory)
    : (of) => openNats({ ...of, url: server.url });
if (serverProgram === undefined) console.log('no nats-server here: the fleet is in memory');

beforeAll(async () => {
  if (serverProgram !== undefined) await server.start();
  expect(await done(() => Promise.resolve(memory), 'keygen', '--key', key)).toMatchObject({
    exit: 0,
    out: expect.stringContaining('signs versions'),
  });
});
afterAll(() => server.remove());

it('keygen gives the private key to its owner only, and replaces none', async () => {
  expect(statSync(key).mode & 0o077).toBe(0);
  await expect(done(() => Promise.resolve(memory), 'keygen', '--key', key)).rejects.toThrow(
    'EEXIST',
  );
});

it('status and a controller show the fleet on a page, until a signal', async () => {
  const alone: OpenEngine = { ...memoryFleet(), close: () => Promise.resolve() };
  const here = () => Promise.resolve(alone);
  const pages = [
    type(here, 'status', '--dashboard'),
    type(here, 'status', 'counter', '--dashboard=0'),
    type(here, 'controller', '--dashboard'),
  ];
  for (const { text, end, exit } of pages) {
    await eventually(() => /dashboard: \S+\n/.test(text()), text);
    const url = /dashboard: (\S+)\n/.exec(text())?.[1] ?? '';
    expect(await (await fetch(url)).text()).toContain('<section id="fleet"');
    const events = await fetch(url.replace('/?', '/events?'));
    const reader = events.body?.getReader();
    let told = '';
    await eventually(async () => {
      told += new TextDecoder().decode((await reader?.read())?.value);
      return told.includes('event: fleet');
    });
    await reader?.cancel();
    end();
    expect(await exit).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  }
});

it('every command: published, rolled out, refused, paused, promoted, aborted and taken back', async () => {
  const one = writePlugin('1.0.0', "export const who = () => 'one';");
  const two = writePlugin('2.0.0', "export const who = () => 'two';");
  const bad = writePlugin('3.0.0', "throw new Error('no licence');");
  const publish = (folder: string, ...more: readonly string[]) =>
    done(open, 'publish', folder, '--key', key, ...more);
  expect(await publish(one, '--serial', '1')).toMatchObject({
    exit: 0,
    out: expect.stringContaining('counter@1.0.0 is published: sha256-'),
  });
  expect(await publish(one, '--serial', '1')).toMatchObject({ exit: 0 });
  expect(await publish(two)).toMatchObject({ exit: 0 });
  expect(await publish(bad)).toMatchObject({ exit: 0 });
  writePlugin('2.0.0', "export const who = () => 'another two';");
  await expect(publish(two)).rejects.toThrow('give it another version');

  await expect(done(open, 'rollout', 'counter@9.9.9')).rejects.toThrow(
    'the engine has no bundle of counter 9.9.9',
  );
  await expect(done(open, 'abort', 'counter')).rejects.toThrow('was ever rolled out');
  await expect(done(open, 'status', 'counter')).rejects.toThrow('was ever rolled out');

  const home = mkdtempSync(join(dir, 'host-'));
  const host = type(open, 'agent', home, '--host', 'web-1', '--trust', `${key}.pub`);
  const steering = type(open, 'controller', '--bake', '10ms', '--waves', '1');
  const watched = type(open, 'status', 'counter', '--watch');
  const waited = await done(open, 'rollout', 'counter@1.0.0', '--wait');
  expect(waited).toMatchObject({ exit: 0, out: expect.stringContaining('1.0.0 is stable') });
  await eventually(() => host.text().includes('Proven'), host.text);

  expect(await done(open, 'rollout', 'counter@3.0.0', '--wait')).toMatchObject({
    exit: 1,
    out: expect.stringContaining('web-1 refused it'),
  });
  const status = await done(open, 'status', 'counter');
  expect(status.out).toMatch(/web-1: nack 3\.0\.0|web-1: nack sha256-/);
  expect(status.out).toContain('no licence');
  await expect(done(open, 'rollout', 'counter@3.0.0')).rejects.toThrow('--retry-refused');
  // Each line once, however often the engine and the host repeat it.
  await eventually(() => watched.text().includes('counter: web-1: nack'), watched.text);
  expect(watched.text()).toContain('counter: 1.0.0 on trial, wave 1, 1 hosts');
  expect(watched.text()).toContain(
    'counter: web-1: proven 1.0.0, serves 1.0.0, 0 calls, 0 failed\n',
  );
  const lines = watched.text().trimEnd().split('\n');
  expect(lines.filter((line, at) => line === lines[at - 1])).toEqual([]);
  expect(await done(open, 'hosts')).toMatchObject({ exit: 0, out: 'web-1\n' });

  // A pace that needs more hosts than there are holds the rollout, so that a person decides.
  const held = ['rollout', 'counter@2.0.0', '--expect-hosts', '5'] as const;
  expect(await done(open, ...held)).toMatchObject({ exit: 0 });
  expect((await done(open, 'pause', 'counter', '--reason', 'lunch')).out).toContain('paused');
  expect((await done(open, 'status')).out).toContain('2.0.0 on trial, wave 0, no host yet, paused');
  expect((await done(open, 'resume', 'counter')).out).toContain('goes on');
  expect((await done(open, 'abort', 'counter', '--reason', 'not today')).out).toBe(
    'counter: aborted; 1.0.0 is the stable version\n',
  );
  await expect(done(open, 'abort', 'counter')).rejects.toThrow('nothing is being rolled out');
  await done(open, ...held, '--retry-refused');
  expect((await done(open, 'promote', 'counter')).out).toContain('2.0.0 is the stable version');
  const json = await done(open, 'status', 'counter', '--json');
  expect(JSON.parse(json.out)).toMatchObject([{ document: { outcome: 'promoted' } }]);
  await expect(done(open, 'rollback', 'counter', '--to', '0.1.0')).rejects.toThrow(
    'the version before is 1.0.0, and not 0.1.0',
  );
  expect((await done(open, 'rollback', 'counter', '--to', '1.0.0')).out).toContain(
    'taken back; 1.0.0 is the stable version',
  );
  for (const { end } of [host, steering, watched]) end();
  expect([await host.exit, await steering.exit, await watched.exit]).toEqual([0, 0, 0]);
}, 60_000);

it('plan says how many hosts each wave has, and what a rollout would wait for, and writes nothing', async () => {
  const fleet = memoryFleet();
  const alone: OpenEngine = { ...fleet, close: () => Promise.resolve() };
  const here = () => Promise.resolve(alone);
  const one = writePlugin('1.0.0', "export const who = () => 'one';");
  await done(here, 'publish', one, '--key', key);
  const ofNone = await done(here, 'plan', 'counter@1.0.0');
  expect(ofNone).toMatchObject({
    exit: 0,
    out: expect.stringMatching(/is sha256-[0-9a-f]{64}; nothing is stable\n[^]*no host is alive/),
  });
  const digest = /sha256-[0-9a-f]{64}/.exec(ofNone.out)?.[0];
  await expect(done(here, 'plan', 'counter@9.9.9')).rejects.toThrow(
    'the engine has no bundle of counter 9.9.9',
  );
  for (const host of ['a', 'b', 'c', 'd', 'e'])
    await fleet.beat(host, { boot: `${host}.1`, labels: {} })();

  const plan = ['plan', 'counter@1.0.0', '--waves', '1,20%,50%,100%'] as const;
  expect(await done(here, ...plan, '--bake', '5m', '--expect-hosts', '6')).toEqual({
    exit: 0,
    out: `counter@1.0.0 is ${digest}; nothing is stable
wave 1: 1 more host, 1 of 5; when all have proven it, it bakes 300 s
wave 3: 2 more hosts, 3 of 5; when all have proven it, it bakes 300 s
wave 4: 2 more hosts, 5 of 5; when all have proven it, it bakes 300 s
it waits: 5 hosts are alive, of 6
then it is the stable version of every host
`,
  });
  expect(await done(here, 'status')).toMatchObject({ out: 'nothing was ever rolled out\n' });

  await done(here, 'rollout', 'counter@1.0.0');
  expect((await done(here, ...plan)).out).toContain('replaces 1.0.0, which is being rolled out');
  const read = await fleet.read('counter')();
  if (read._tag === 'Left' || read.right._tag === 'None') throw new Error('nothing was written');
  const { value, revision } = read.right.value;
  await fleet.write('counter', { ...value, candidate: null, refused: [`${digest}`] }, revision)();
  const refused = await done(here, ...plan, '--json');
  expect(refused.exit).toBe(1);
  expect(JSON.parse(refused.out)).toMatchObject({
    ...{ plugin: 'counter', version: '1.0.0', digest, stable: null, replaces: null },
    ...{ isRefused: true, isComplete: true, liveCount: 5 },
    waves: [
      { wave: 1, addedCount: 1, hostCount: 1 },
      { wave: 3, addedCount: 2, hostCount: 3 },
      { wave: 4, addedCount: 2, hostCount: 5 },
    ],
  });
  expect(await done(here, ...plan)).toMatchObject({
    exit: 1,
    out: expect.stringContaining('--retry-refused'),
  });
  expect(await done(here, ...plan, '--retry-refused')).toMatchObject({ exit: 0 });
});

/** A fleet with six versions of counter, of which the engine may be changed. */
async function sixVersions(change: Partial<FleetStore & Bundles> = {}) {
  const fleet = memoryFleet();
  const alone: UpkeptEngine = { ...fleet, ...change, close: () => Promise.resolve() };
  const here = () => Promise.resolve(alone);
  for (const serial of [1, 2, 3, 4, 5, 6]) {
    const folder = writePlugin(`1.${serial}.0`, `export const who = () => '${serial}';`);
    const published = await done(here, 'publish', folder, '--key', key, '--serial', `${serial}`);
    expect(published.exit).toBe(0);
  }
  const removedBy = async (...words: readonly string[]) => {
    const { exit, out } = await done(here, 'gc', '--json', ...words);
    const told: { removed: readonly { version: string }[] } = JSON.parse(out);
    return { exit, versions: told.removed.map(({ version }) => version) };
  };
  return { fleet, alone, here, removedBy };
}

it('gc removes what nothing needs, which is published again like any other', async () => {
  const { fleet, here, removedBy } = await sixVersions();
  expect(await removedBy('--keep', '6')).toEqual({ exit: 0, versions: [] });
  for (const version of ['1.1.0', '1.2.0']) {
    await done(here, 'rollout', `counter@${version}`);
    await done(here, 'promote', 'counter');
  }
  const tried = await publishedVersion(fleet, { plugin: 'counter', version: '1.3.0' })();
  const { digest } = E.isRight(tried) ? tried.right : { digest: '' };
  await fleet.beat('host-1', { boot: 'a.1', labels: {} })();
  const told = { plugin: 'counter', tried: 'sha256-x', serving: digest };
  await fleet.report(report('host-1', 'serving', told))();
  // Stable, the one before, what a live host serves, and the newest: 1.4.0 and 1.5.0 are left.
  const gc = await done(here, 'gc', '--keep', '1');
  expect(gc.exit).toBe(0);
  expect(gc.out).toMatch(
    /^counter@1\.4\.0 is removed: sha256-[0-9a-f]{64}, (\d+) bytes\ncounter@1\.5\.0 is removed: sha256-[0-9a-f]{64}, \d+ bytes\n2 removed, \d+ bytes; 4 kept\n$/,
  );
  expect(await fleet.stored()()).toMatchObject({ right: { length: 8 } });
  await expect(done(here, 'rollout', 'counter@1.4.0')).rejects.toThrow(
    'the engine has no bundle of counter 1.4.0',
  );
  const again = await done(here, 'publish', join(dir, 'counter-1.4.0'), '--key', key);
  expect(again.exit).toBe(0);
  expect((await done(here, 'rollout', 'counter@1.4.0')).exit).toBe(0);
});

it('gc and a rollout that begins at the same moment: one of both sees the other', async () => {
  for (const at of ['before', 'after'] as const) {
    const { fleet, here, alone, removedBy } = await sixVersions();
    const candidate = await publishedVersion(fleet, { plugin: 'counter', version: '1.2.0' })();
    if (E.isLeft(candidate)) throw new Error(candidate.left.message);
    let count = 0;
    const begin = async (): Promise<void> => {
      const order = { plugin: 'counter', candidate: candidate.right, rollout: 'x' };
      if ((count += 1) === 1) await fleet.write('counter', startRollout(undefined, order), 0)();
    };
    // The rollout has read the entry, and writes the document right before or after its removal.
    Object.assign(alone, {
      remove: (name: string) => async () => {
        const isEntryOfIt = name.startsWith('published-') && (removedCount += 1) === 2;
        if (isEntryOfIt && at === 'before') await begin();
        const result = await fleet.remove(name)();
        if (isEntryOfIt && at === 'after') await begin();
        return result;
      },
    });
    let removedCount = 0;
    expect(await removedBy('--keep', '4')).toEqual({ exit: 0, versions: ['1.1.0'] });
    expect(count).toBe(1);
    const left = await publishedVersion(fleet, { plugin: 'counter', version: '1.2.0' })();
    expect(left).toEqual(candidate);
    expect(E.isRight(await fleet.get(candidate.right.digest)())).toBe(true);
    expect((await done(here, 'status', 'counter')).exit).toBe(0);
  }
  // The removal sees no document yet, and the rollout that no entry is left.
  const { fleet, here, alone, removedBy } = await sixVersions();
  Object.assign(alone, {
    write:
      (...of: Parameters<typeof fleet.write>) =>
      async () => {
        await removedBy('--keep', '1');
        return fleet.write(...of)();
      },
  });
  await expect(done(here, 'rollout', 'counter@1.2.0')).rejects.toThrow('publish it again');
});

it('gc over a server of its own, where there is one', async () => {
  const here: FleetIo['open'] = async (of) => open({ ...of, namespace: 'gc' });
  for (const version of ['1.1.0', '1.2.0']) {
    const folder = writePlugin(version, `export const who = '${version}';`);
    await done(here, 'publish', folder, '--key', key, '--serial', version.slice(2, 3));
  }
  const gc = await done(here, 'gc', '--keep', '1');
  expect(gc).toMatchObject({ exit: 0, out: expect.stringMatching(/1\.1\.0 is[^]*1 removed, /) });
  expect(gc.out).not.toContain('1.2.0');
}, 30_000);

it('gc removes nothing while it does not know what is needed', async () => {
  const { here, alone } = await sixVersions();
  const reason = E.left({ _tag: 'EngineUnreachable', message: 'gone' } as const);
  const before = await done(here, 'gc', '--json', '--keep', '6');
  Object.assign(alone, { reportsOf: () => () => Promise.resolve(reason) });
  expect(await done(here, 'gc', '--keep', '1')).toEqual({ exit: 4, out: 'hotpipe: gone\n' });
  Object.assign(alone, {
    reportsOf: () => () => Promise.resolve(E.right([])),
    read: () => () => Promise.resolve(E.left({ _tag: 'DocumentTooNew', message: 'new' })),
  });
  expect(await done(here, 'gc', '--json', '--keep', '1')).toEqual(before);
  Object.assign(alone, { stored: undefined });
  await expect(done(here, 'gc')).rejects.toThrow('cannot remove bundles');
});

it.each([
  ['publish', ['publish', join(dir, 'counter-1.0.0'), '--key', join(dir, 'none.pem')], 'ENOENT'],
  ['agent', ['agent', dir, '--host', 'Web 1', '--trust', `${key}.pub`], '--host ("Web 1")'],
  ['agent', ['agent', dir, '--host', 'web-1', '--trust', key], 'trustedKeys'],
])('%s refuses what the command line names wrongly', async (_, words, message) => {
  await expect(done(() => Promise.resolve(memory), ...words)).rejects.toThrow(message);
});

it('a key that signs nothing is a wrong command line', async () => {
  const folder = writePlugin('4.0.0', 'export const a = 1;');
  const publishing = done(() => Promise.resolve(memory), 'publish', folder, '--key', `${key}.pub`);
  await expect(publishing).rejects.toMatchObject({ name: 'UsageError' });
});

it('what does not compile is not published', async () => {
  const folder = writePlugin('5.0.0', '} no');
  const publishing = done(() => Promise.resolve(memory), 'publish', folder, '--key', key);
  await expect(publishing).rejects.toThrow('index.ts');
});

describe('the program', () => {
  const hotpipe = (...args: readonly string[]) =>
    spawnSync(process.execPath, ['lib/cli/main.js', 'fleet', ...args], {
      encoding: 'utf8',
      timeout: 60_000,
    });

  it('exits with 4 when no engine is reached, and says where it looked', () => {
    const { status, stderr } = hotpipe('status', '--nats', 'nats://127.0.0.1:1');
    expect({ status, stderr }).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('no engine answers at nats://127.0.0.1:1'),
    });
  });

  it('exits with 2 for a wrong command line, and 1 for what is refused', () => {
    expect(hotpipe('keygen', '--key', key).status).toBe(2);
    // What is wrong on this machine is told without asking the engine.
    const none = ['--key', join(dir, 'none.pem'), '--nats', 'nats://127.0.0.1:1'] as const;
    expect(hotpipe('publish', join(dir, 'counter-1.0.0'), ...none)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--key: ENOENT'),
    });
    if (serverProgram === undefined) return;
    const { status, stderr } = hotpipe('abort', 'nothing', '--nats', server.url);
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('nothing of nothing was ever rolled out'),
    });
  });
});
