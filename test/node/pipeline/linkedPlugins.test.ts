import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PluginRuntime } from '../../../src/runtime/index.js';
import { type WatchedPlugins, watchedPlugins } from './watchedPlugins.js';

const LIMIT = { timeout: 20_000, interval: 10 };

const MANIFEST = 'name = "p"\nversion = "1.0.0"\nsource = "./index.js"\n';

let dir: string;
let hasManifest: boolean;
let stop: WatchedPlugins['stop'];
let runtime: PluginRuntime;

const at = (name: string) => join(dir, name);
const build = (value: number, folder = 'built') => {
  mkdirSync(at(folder), { recursive: true });
  if (hasManifest) writeFileSync(at(`${folder}/plugin.toml`), MANIFEST);
  writeFileSync(at(`${folder}/index.js`), `exports.value = () => ${value};`);
};
const link = (target = 'built') => symlinkSync(join('..', target), at('plugins/p'));
const served = () => runtime.plugins().some(({ plugin }) => plugin === 'p');
const serves = (expected: number) =>
  vi.waitFor(async () => {
    expect(served()).toBe(true);
    expect(await runtime.call('p', 'value')).toBe(expected);
  }, LIMIT);
/** It is gone, and the link is watched by itself: a search of the whole tree would find what comes there much later. */
const isGone = async () => {
  await vi.waitFor(() => expect(served()).toBe(false), LIMIT);
  expect(await firstValueFrom(runtime.watchPaths$)).toContain(at('plugins/p'));
};

async function start(backend: 'chokidar' | 'nodeFs'): Promise<void> {
  runtime = new PluginRuntime({ manifests: hasManifest ? 'required' : 'optional' });
  ({ stop } = watchedPlugins(runtime, at('plugins'), { backend }));
  await runtime.ready().catch(() => undefined);
}

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-linked-plugins-')));
  mkdirSync(at('plugins'));
});

afterEach(async () => {
  await stop();
  rmSync(dir, { recursive: true, force: true });
});

describe.each([
  ['chokidar', true],
  ['chokidar', false],
  ['nodeFs', true],
  ['nodeFs', false],
] as const)('a plugin behind a link, over %s, with a manifest: %s', (backend, isManifest) => {
  beforeEach(() => {
    hasManifest = isManifest;
  });

  test('comes back when what the link leads to is removed and built again', async () => {
    build(1);
    link();
    await start(backend);
    await serves(1);
    for (const value of [2, 3]) {
      rmSync(at('built'), { recursive: true });
      await isGone();
      build(value);
      await serves(value);
    }
    writeFileSync(at('built/index.js'), 'exports.value = () => 4;');
    await serves(4);
  });

  test('comes back when its folder is emptied and filled again', async () => {
    build(1);
    link();
    await start(backend);
    await serves(1);
    rmSync(at('built'), { recursive: true });
    mkdirSync(at('built'));
    build(2);
    await serves(2);
  });

  test('comes when it is built for the first time after the start', async () => {
    link();
    await start(backend);
    await isGone();
    build(1);
    await serves(1);
  });

  test('may be a folder of its own when it comes back', async () => {
    build(1);
    link();
    await start(backend);
    await serves(1);
    rmSync(at('built'), { recursive: true });
    await isGone();
    build(2, 'aside');
    unlinkSync(at('plugins/p'));
    renameSync(at('aside'), at('plugins/p'));
    await serves(2);
    writeFileSync(at('plugins/p/index.js'), 'exports.value = () => 3;');
    await serves(3);
  });
});
