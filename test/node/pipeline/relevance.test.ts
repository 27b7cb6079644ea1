import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import type { presets } from '../../../src/pipeline/presets.js';
import { PluginRuntime } from '../../../src/runtime/index.js';
import type { WatchOptions } from '../../../src/sources/WatchOptions.js';
import { type WatchedPlugins, watchedPlugins } from './watchedPlugins.js';

const LOG_EVERY_MS = 20;
/** Far less than the seconds for which a log that counts would hold an edit, and far more than a busy machine needs. */
const LIMIT = { timeout: 20_000, interval: 5 };

let dir: string;
let events: WatchedPlugins['events'];
let ignored: WatchedPlugins['ignored'];
let stop: WatchedPlugins['stop'];
let runtime: PluginRuntime;

const write = (name: string, text: string) => {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), text);
};
const of = (tag: ReloadEvent['_tag']) => events.filter(({ _tag }) => _tag === tag);

async function start(preset: keyof typeof presets, more: WatchOptions = {}): Promise<void> {
  ({ events, ignored, stop } = watchedPlugins(runtime, dir, { preset, ...more }));
  await runtime.ready();
}

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-relevance-')));
  runtime = new PluginRuntime();
  write('a/plugin.toml', 'name = "a"\nversion = "1.0.0"\nsource = "./index.ts"\n');
  write('a/index.ts', 'export const value = () => 0;');
});

afterEach(async () => {
  await stop();
  rmSync(dir, { recursive: true, force: true });
});

test.each([
  ['development', 3],
  ['production', 1],
] as const)(
  'a log that grows in a plugin’s folder delays no edit, and starts nothing: %s',
  async (preset, count) => {
    const edits = Array.from({ length: count }, (_, at) => at + 1);
    await start(preset);
    const log = setInterval(() => appendFileSync(join(dir, 'a/out.log'), 'line\n'), LOG_EVERY_MS);
    try {
      await vi.waitFor(() => expect(ignored.length).toBeGreaterThan(0), LIMIT);
      for (const n of edits) {
        write('a/index.ts', `export const value = () => ${n};`);
        await vi.waitFor(() => expect(of('Reloaded')).toHaveLength(n), LIMIT);
      }
    } finally {
      clearInterval(log);
    }
    expect(await runtime.call('a', 'value')).toBe(count);
    const changes = events.flatMap((event) => (event._tag === 'ChangeDetected' ? [event] : []));
    // What is relevant to how long an edit waits: the window has seen nothing but the edits.
    expect(changes.flatMap(({ paths }) => paths)).toEqual(edits.map(() => join(dir, 'a/index.ts')));
    for (const { lastAtMs = 0, firstAtMs = 0 } of changes) expect(lastAtMs).toBe(firstAtMs);
    expect(of('Unchanged')).toEqual([]);
    const path = join(dir, 'a/out.log');
    expect(ignored.filter(({ why }) => why === 'noPlugin')).toContainEqual({
      path,
      why: 'noPlugin',
    });
  },
);

test('a plugin that writes its own file gives no event, and that file counts when reload-on names it', async () => {
  const code = (n: number) =>
    `import { writeFileSync } from 'node:fs';
export const value = () => { writeFileSync(new URL('./own.json', import.meta.url), String(${n} + Math.random())); return ${n}; };`;
  write('a/index.ts', code(1));
  await start('development');
  await runtime.call('a', 'value');
  await vi.waitFor(
    () => expect(ignored).toContainEqual({ path: join(dir, 'a/own.json'), why: 'noPlugin' }),
    LIMIT,
  );
  expect(events.map(({ _tag }) => _tag)).toEqual(['Loaded']);
  write(
    'a/plugin.toml',
    'name = "a"\nversion = "1.0.0"\nsource = "./index.ts"\nreload-on = ["*.json"]\n',
  );
  await vi.waitFor(() => expect(of('Reloaded')).toHaveLength(1), LIMIT);
  await runtime.call('a', 'value');
  await vi.waitFor(() => expect(of('Reloaded')).toHaveLength(2), LIMIT);
});

test('that a directory above, where no file need be, is only polled is no failure', async () => {
  const sets: (readonly string[])[] = [];
  // chokidar cannot watch the top of the filesystem, where a `tsconfig.json` could appear.
  await start('development', { onWatching: (paths) => sets.push(paths) });
  await vi.waitFor(() => expect(sets.at(-1)).toContain('/tsconfig.json'), LIMIT);
  expect(events.map(({ _tag }) => _tag)).toEqual(['Loaded']);
});

test('a file that a build under way may have read counts, in whatever folder of the plugin it is', async () => {
  await start('development');
  const seen: (readonly string[])[] = [];
  write('a/parts/new.ts', 'export const part = 1;');
  write('a/index.ts', `import { part } from './parts/new.js'; export const value = () => part;`);
  const building = runtime.validatePlugin('a')();
  seen.push(
    runtime.pluginsOf(join(dir, 'a/parts/new.ts')),
    runtime.pluginsOf(join(dir, 'a/x.log')),
  );
  await building;
  seen.push(runtime.pluginsOf(join(dir, 'a/parts/new.ts')), runtime.pluginsOf(join(dir, 'a/b.ts')));
  expect(seen).toEqual([['a'], [], ['a'], []]);
});
