import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PluginRuntime } from '../../../src/runtime/index.js';
import { type WatchedPlugins, watchedPlugins } from './watchedPlugins.js';

const LIMIT = { timeout: 20_000, interval: 5 };

let dir: string;
let watched: WatchedPlugins;
let runtime: PluginRuntime;

const write = (name: string, text: string) => {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), text);
};
const command = (name: string) => `exports.name = '${name}';`;
const names = () => runtime.call('bot', 'names');
const serves = (expected: readonly string[]) =>
  vi.waitFor(async () => expect(await names()).toEqual(expected), LIMIT);

async function start(): Promise<void> {
  watched = watchedPlugins(runtime, join(dir, 'plugins'));
  await runtime.ready();
}

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-computed-')));
  runtime = new PluginRuntime({ manifests: 'optional' });
});

afterEach(async () => {
  await watched.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** How programs load the files of a folder: of each kind, one that reads the folder itself, and one that reads the folders in it. */
const LOADERS = {
  require: {
    flat: (folder: string) => `
const { readdirSync } = require('node:fs');
const path = require('node:path');
const folder = path.join(__dirname, '${folder}');
const all = readdirSync(folder).map((file) => require(path.join(folder, file)));
exports.names = () => all.map(({ name }) => name).sort();`,
    nested: (folder: string) => `
const { readdirSync } = require('node:fs');
const path = require('node:path');
const folder = path.join(__dirname, '${folder}');
const all = readdirSync(folder).flatMap((area) =>
  readdirSync(path.join(folder, area)).map((file) => require(path.join(folder, area, file))));
exports.names = () => all.map(({ name }) => name).sort();`,
    entry: 'bot.cjs',
  },
  'import()': {
    flat: (folder: string) => `
import { readdirSync } from 'node:fs';
const all = [];
for (const file of readdirSync(new URL('${folder}', import.meta.url))) all.push(await import(\`${folder}/\${file}\`));
export const names = () => all.map(({ name }) => name).sort();`,
    nested: (folder: string) => `
import { readdirSync } from 'node:fs';
const files = readdirSync(new URL('${folder}', import.meta.url), { recursive: true });
const all = await Promise.all(files.filter((file) => file.endsWith('.cjs')).map((file) => import('${folder}/' + file)));
export const names = () => all.map(({ name }) => name).sort();`,
    entry: 'bot.mjs',
  },
} as const;

/** Where the folder may be, seen from the plugin. */
const PLACES = [
  { where: 'in the folder of the plugin', plugin: 'plugins/bot', folder: './commands' },
  { where: 'outside of it', plugin: 'plugins/bot', folder: '../../lib/commands' },
  { where: 'beside a plugin of one file', plugin: 'plugins', folder: '../commands' },
] as const;

describe.each(Object.entries(LOADERS))(
  'files that %s loads by the names in a folder',
  (_, loader) => {
    /** Writes the program, with one command in `at`, and starts it. */
    async function startBot({ plugin, folder }: (typeof PLACES)[number], isNested: boolean) {
      const isFile = plugin === 'plugins';
      const entry = isFile ? loader.entry : loader.entry.replace('bot', 'index');
      write(`${plugin}/${entry}`, (isNested ? loader.nested : loader.flat)(folder));
      const commands = join(plugin, folder);
      write(`${commands}/${isNested ? 'fun/' : ''}a.cjs`, command('a'));
      write(`${commands}/${isNested ? 'talk/' : ''}t.cjs`, command('t'));
      await start();
      expect(await names()).toEqual(['a', 't']);
      return commands;
    }

    test.each(PLACES)('come and go, $where', async (place) => {
      const commands = await startBot(place, false);
      write(`${commands}/b.cjs`, command('b'));
      await serves(['a', 'b', 't']);
      rmSync(join(dir, commands, 'a.cjs'));
      await serves(['b', 't']);
    });

    test.each(PLACES)('come in a folder more, $where', async (place) => {
      const commands = await startBot(place, true);
      write(`${commands}/jobs/b.cjs`, command('b'));
      await serves(['a', 'b', 't']);
      write(`${commands}/jobs/c.cjs`, command('c'));
      await serves(['a', 'b', 'c', 't']);
      write(`elsewhere/d.cjs`, command('d'));
      renameSync(join(dir, 'elsewhere'), join(dir, commands, 'more'));
      await serves(['a', 'b', 'c', 'd', 't']);
      rmSync(join(dir, commands, 'jobs'), { recursive: true });
      await serves(['a', 'd', 't']);
    });
  },
);

test('a folder that had none gets a folder, where what loads it is elsewhere in the plugin', async () => {
  const loader = LOADERS['import()'].nested('../commands').replace('const names', 'const list');
  write('plugins/bot/src/core/loader.mjs', loader);
  write('plugins/bot/src/commands/a.cjs', command('a'));
  write('plugins/bot/index.mjs', `export { list as names } from './src/core/loader.mjs';`);
  await start();
  expect(await names()).toEqual(['a']);
  write('plugins/bot/src/commands/fun/b.cjs', command('b'));
  await serves(['a', 'b']);
});

test('a thread’s plugin too', async () => {
  runtime = new PluginRuntime({ manifests: 'optional', mode: 'worker' });
  write('plugins/bot/index.mjs', LOADERS['import()'].flat('./commands'));
  write('plugins/bot/commands/a.cjs', command('a'));
  await start();
  write('plugins/bot/commands/b.cjs', command('b'));
  await serves(['a', 'b']);
});

test('a file beside the entry lists nothing: what appears there starts nothing', async () => {
  const computed = `const file = ['part', 'cjs'].join('.');
const { name } = await import('./' + file);
export const names = () => [name];`;
  write('plugins/bot/index.mjs', computed);
  write('plugins/bot/part.cjs', command('a'));
  await start();
  expect(await names()).toEqual(['a']);
  write('plugins/bot/scratch.cjs', command('b'));
  const path = join(dir, 'plugins/bot/scratch.cjs');
  await vi.waitFor(() => expect(watched.ignored.map((one) => one.path)).toContain(path), LIMIT);
  expect(watched.events.filter(({ _tag }) => _tag === 'ChangeDetected')).toEqual([]);
});

test('a file that the text names lists nothing: what appears beside it starts nothing', async () => {
  const literal = `const { name } = await import('./commands/a.cjs');\nexport const names = () => [name];`;
  write('plugins/bot/index.mjs', literal);
  write('plugins/bot/commands/a.cjs', command('a'));
  await start();
  write('plugins/bot/commands/b.cjs', command('b'));
  const path = join(dir, 'plugins/bot/commands/b.cjs');
  await vi.waitFor(() => expect(watched.ignored.map((one) => one.path)).toContain(path), LIMIT);
  expect(watched.events.filter(({ _tag }) => _tag === 'ChangeDetected')).toEqual([]);
});
