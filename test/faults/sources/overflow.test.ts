import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { manifest, pluginFolders } from '../../node/runtime/pluginFolders.js';
import { HostProcess } from '../../node/support/HostProcess.js';

const event =
  <T extends ReloadEvent['_tag']>(tag: T, plugin: string) =>
  (each: ReloadEvent): boolean =>
    each._tag === tag && each.plugin === plugin;

const queueLength = (): number => {
  try {
    return Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
  } catch {
    return 0; // not on Linux: nothing overflows, and every change must arrive all the same
  }
};

/** Writes to two files in turn: the kernel merges an event with the same one right before it. */
function writeOften(paths: readonly string[], count: number): void {
  const files = paths.map((path) => openSync(path, 'w'));
  for (let i = 0; i < count; i += 1) writeSync(files[i % files.length]!, `${i}`, 0);
  for (const file of files) closeSync(file);
}

test.each(['chokidar', 'nodeFs'])(
  'a queue that overflows while a plugin reloads loses no change, with %s',
  async (backend) => {
    const folders = pluginFolders();
    const slow = (mark: string) => `console.error('slow ${mark}');`;
    const gate = folders.path('gate');
    // Its reload goes on until the test creates the gate.
    const held = `import { existsSync } from 'node:fs'; ${slow('2')}
      while (!existsSync(${JSON.stringify(gate)})) await new Promise(setImmediate);`;
    const late = (mark: string) => `console.error('late ${mark}');`;
    for (const [name, source] of [['slow', slow('1')] as const, ['late', late('1')] as const]) {
      folders.plugin(`plugins/${name}`, { 'index.ts': source });
      folders.write(`plugins/${name}/plugin.toml`, manifest(name));
    }
    // The noise is in a folder of its own: in their folders it would reload the other plugins.
    folders.write('plugins/noisy/readme.md', 'no plugin');
    const host = new HostProcess([folders.path('plugins'), '--backend', backend]);
    onTestFinished(async () => void (await host.end('SIGKILL')));
    await host.event(event('Loaded', 'slow'));
    await host.event(event('Loaded', 'late'));

    writeFileSync(folders.path('plugins/slow/index.ts'), held);
    await host.event(event('ReloadStarted', 'slow'));
    await expect.poll(() => host.stderr, { timeout: 10_000 }).toContain('slow 2');
    host.signal('SIGSTOP');
    const noise = ['a.log', 'b.log'].map((name) => folders.path(`plugins/noisy/${name}`));
    writeOften(noise, Math.max(1_000, 2 * queueLength()));
    // The kernel's queue is full: it drops the events of these.
    writeFileSync(folders.path('plugins/slow/index.ts'), slow('3'));
    writeFileSync(folders.path('plugins/late/index.ts'), late('2'));
    writeFileSync(gate, '');
    host.signal('SIGCONT');

    await expect
      .poll(() => host.stderr, { timeout: 20_000 })
      .toMatch(/^(?=[^]*slow 3)(?=[^]*late 2)/);
    // The reload that was going on may have found the newer content itself, right before its commit.
    const lastOf = (plugin: string) => host.events.findLast((each) => each.plugin === plugin)?._tag;
    for (const plugin of ['slow', 'late']) {
      await expect.poll(() => lastOf(plugin), { timeout: 20_000 }).toMatch(/Reloaded|Unchanged/);
    }
    expect(host.events.filter(({ _tag }) => _tag === 'ReloadFailed')).toEqual([]);
  },
);
