import { writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { HostProcess } from '../support/HostProcess.js';
import { manifest, type PluginFolders, pluginFolders } from './pluginFolders.js';

const tag = (wanted: ReloadEvent['_tag']) => (event: ReloadEvent) => event._tag === wanted;

/** Runs `hotpipe watch --worker` with one plugin, and waits until that is loaded. */
async function startHost(folders: PluginFolders, source: string): Promise<HostProcess> {
  folders.plugin('plugins/a', { 'index.ts': source });
  folders.write('plugins/a/plugin.toml', manifest('a'));
  const host = new HostProcess([
    '--worker',
    folders.path('plugins'),
    '--state',
    folders.path('state'),
  ]);
  onTestFinished(async () => void (await host.end('SIGKILL')));
  await host.event(tag('Loaded'));
  return host;
}

test('hotpipe watch --worker: reloads, restarts a plugin that crashed, prints only events to stdout, and ends in time', async () => {
  const folders = pluginFolders();
  const source = (mark: string) => `import { isMainThread } from 'node:worker_threads';
    console.log('${mark}', isMainThread);
    let n = 0; export const saveState = () => ({ n }); export const restoreState = (state) => { n = state.n; };
    export const start = (ctx) => { ctx.setInterval(() => { n += 1; }, 5); };`;
  const host = await startHost(folders, source('first'));

  writeFileSync(folders.path('plugins/a/index.ts'), source('second'));
  expect(await host.event(tag('Reloaded'))).toMatchObject({ from: 1, to: 2 });
  expect(await host.event(tag('StateRestored'))).toMatchObject({ plugin: 'a' });

  writeFileSync(
    folders.path('plugins/a/index.ts'),
    `${source('third')} setTimeout(() => process.exit(3), 300);`,
  );
  expect(await host.event(tag('Restarted'))).toMatchObject({ plugin: 'a', version: 3 });

  await expect.poll(() => host.stderr).toMatch(/first false[^]*second false[^]*third false/);
  expect(host.stderr).toContain('process.exit(3)');
  const { code, tookMs } = await host.end('SIGTERM');
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(2_000);
});

test('a new version that ends its worker before it serves: the old one serves on, with its memory', async () => {
  const folders = pluginFolders();
  const source = `let n = 0; export const saveState = () => ({ n });
    export const start = (ctx) => { ctx.setInterval(() => { n += 1; console.log('count', n); }, 5); };`;
  const host = await startHost(folders, source);
  await expect.poll(() => host.stderr).toContain('count 20\n');

  writeFileSync(folders.path('plugins/a/index.ts'), `${source} process.exit(3);`);
  const isFinal = (event: ReloadEvent) => event._tag === 'ReloadFailed' && !event.willRetry;
  expect(await host.event(isFinal)).toMatchObject({ stillServing: 1, error: { _tag: 'Crashed' } });
  // The answer to this comes after all consequences of the failure.
  writeFileSync(folders.path('plugins/a/index.ts'), source);
  await host.event(tag('Unchanged'));

  expect(host.events.filter(tag('Restarted'))).toEqual([]);
  expect(host.stderr.split('count 1\n')).toHaveLength(2);
});
