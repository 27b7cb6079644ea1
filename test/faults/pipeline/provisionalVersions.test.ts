import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TalkingChild } from '../support/TalkingChild.js';

const HOST = join(import.meta.dirname, '../support/pluginHost.mjs');
let root: string;
const hosts: TalkingChild[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hotpipe-provisional-'));
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.kill()));
  rmSync(root, { recursive: true, force: true });
});

function writePlugin(name: string, source: string): void {
  const folder = join(root, 'plugins', name);
  mkdirSync(folder, { recursive: true });
  const manifest = `name = "${name}"\nversion = "1.0.0"\nsource = "index.js"\n[api-version]\nmajor = 0\nminor = 1\npatch = 0\n`;
  if (!existsSync(join(folder, 'plugin.toml'))) {
    writeFileSync(join(folder, 'plugin.toml'), manifest);
  }
  writeFileSync(join(folder, 'index.js'), source);
}
const answering = (answer: string) => `
  let calls = 0;
  export const answer = () => '${answer} ' + ++calls;
  export const saveState = () => ({ calls });
  export const restoreState = (state) => { calls = state.calls; };`;
const bomb = `export const start = () => process.kill(process.pid, 'SIGKILL');`;

function startHost(confirmAfterMs: number): TalkingChild {
  const args = [join(root, 'plugins'), join(root, 'state'), String(confirmAfterMs)];
  const host = new TalkingChild(HOST, args);
  hosts.push(host);
  return host;
}
/** Waits until the copy of a proven version is stored and the ledger says that it is proven. */
async function proven(plugin: string): Promise<void> {
  const copy = join(root, 'state', 'versions', `${plugin}.1.state`);
  await expect.poll(() => existsSync(copy), { timeout: 60_000, interval: 5 }).toBe(true);
}

describe('a host that is killed with kill -9', () => {
  it('right after a commit: the next host runs the proven version with its state, and reports it; an edit is tried', async () => {
    writePlugin('counter', answering('v1'));
    const first = startHost(0);
    await first.hears({ _tag: 'Loaded', plugin: 'counter' });
    await proven('counter');
    expect(await first.ask('call counter answer')).toBe('v1 1');
    await first.kill('SIGTERM');

    const second = startHost(60_000);
    await second.hears({ _tag: 'Loaded', plugin: 'counter' });
    writePlugin('counter', answering('v2'));
    await second.hears({ _tag: 'Reloaded', plugin: 'counter' });
    expect(await second.ask('call counter answer')).toBe('v2 2');
    expect(await second.kill()).toBe('SIGKILL');

    const third = startHost(60_000);
    const failure = await third.hears({ _tag: 'ReloadFailed', plugin: 'counter' });
    expect(failure).toMatchObject({
      stillServing: 1,
      error: {
        _tag: 'VersionSuspect',
        crashes: 1,
        message: expect.stringContaining('The version before it runs in its place, from a copy'),
      },
    });
    expect(await third.ask('call counter answer')).toBe('v1 2');
    writePlugin('counter', answering('v3'));
    await third.hears({ _tag: 'Reloaded', plugin: 'counter' });
    expect(await third.ask('call counter answer')).toBe('v3 3');
    expect(await third.kill('SIGTERM')).toBe(0);
  });

  it('is the only one whose trials count as crashes: a second host runs a version that a living host has on trial', async () => {
    writePlugin('counter', answering('v1'));
    const before = startHost(0);
    await before.hears({ _tag: 'Loaded', plugin: 'counter' });
    await proven('counter');
    await before.kill('SIGTERM');
    const first = startHost(60_000);
    await first.hears({ _tag: 'Loaded', plugin: 'counter' });
    writePlugin('counter', answering('v2'));
    await first.hears({ _tag: 'Reloaded', plugin: 'counter' });

    const beside = startHost(60_000);
    await beside.hears({ _tag: 'Loaded', plugin: 'counter' });
    expect(await beside.ask('call counter answer')).toBe('v2 1');
    expect(beside.said.filter(({ _tag }) => _tag === 'ReloadFailed')).toEqual([]);
    await beside.kill('SIGTERM');
    await first.kill();

    const next = startHost(60_000);
    expect(await next.hears({ _tag: 'ReloadFailed', plugin: 'counter' })).toMatchObject({
      error: { _tag: 'VersionSuspect', crashes: 1 },
    });
    expect(await next.ask('call counter answer')).toBe('v1 1');
  });

  it('three times by a plugin that starts: the fourth host runs without it, and reports it', async () => {
    writePlugin('counter', answering('v1'));
    const before = startHost(0);
    await before.hears({ _tag: 'Loaded', plugin: 'counter' });
    await proven('counter');
    await before.kill('SIGTERM');
    writePlugin('bomb', bomb);
    for (let crash = 1; crash <= 3; crash++) expect(await startHost(60_000).ended).toBe('SIGKILL');

    const fourth = startHost(60_000);
    const failure = await fourth.hears({ _tag: 'ReloadFailed', plugin: 'bomb' });
    expect(failure).toMatchObject({
      stillServing: null,
      error: { _tag: 'VersionSuspect', crashes: 3, message: expect.stringContaining('3 times') },
    });
    await fourth.hears({ _tag: 'Loaded', plugin: 'counter' });
    expect(await fourth.ask('call counter answer')).toBe('v1 1');
  });
});
