import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { Subject } from 'rxjs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ChildProcessTarget } from '../../../examples/childProcess/ChildProcessTarget.js';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import type { ReloadEvent, UnstampedEvent } from '../../../src/model/reload/ReloadEvent.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { left, pluginFolders, right } from './pluginFolders.js';

/** A server that answers with its process id and `version`; `onTerm` is its handler of SIGTERM. */
const server = (version: number, onTerm = 'process.exit(0)') => `
import { createServer } from 'node:http';
process.on('SIGTERM', () => { ${onTerm}; });
createServer((_, response) => response.end('${version} ' + process.pid)).listen(Number(process.env.PORT), '127.0.0.1');`;

const checked = (entry: string) => ({ check: [process.execPath, '--check', entry] as const });

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

async function lay(
  text: string,
  options:
    | Partial<ConstructorParameters<typeof ChildProcessTarget>[0]>
    | ((entry: string) => Partial<ConstructorParameters<typeof ChildProcessTarget>[0]>) = {},
) {
  const folders = pluginFolders();
  folders.write('server.mjs', text);
  const entry = folders.path('server.mjs');
  const port = await freePort();
  const target = new ChildProcessTarget({
    name: 'server',
    command: [process.execPath, entry],
    sources: [folders.dir],
    port,
    env: { PORT: String(port) },
    ...(typeof options === 'function' ? options(entry) : options),
  });
  onTestFinished(() => target.close());
  const told: UnstampedEvent[] = [];
  target.events$.subscribe((event) => told.push(event));
  const ask = async () => (await (await fetch(`http://127.0.0.1:${port}/`)).text()).split(' ');
  const reload = target.reloadPlugin('server');
  return { folders, entry, port, target, told, ask, reload };
}

const isAlive = (pid: string | undefined) => {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
};

describe('a child process as the target of reloads', () => {
  test('is ended, and started again when its port is free', async () => {
    const { folders, target, ask, reload, told } = await lay(server(1));
    expect(right(await reload())).toMatchObject({ from: 0, to: 1 });
    const [first, pid] = await ask();
    folders.write('server.mjs', server(2));
    const { from, to, stageMs } = right(await reload());
    const [second, next] = await ask();

    expect([first, second, from, to, Object.keys(stageMs)]).toEqual([
      '1',
      '2',
      1,
      2,
      ['validate', 'stop', 'start'],
    ]);
    expect([isAlive(pid), isAlive(next)]).toEqual([false, true]);
    right(await target.unloadPlugin('server')());
    expect([isAlive(next), target.plugins(), told]).toEqual([
      false,
      [{ plugin: 'server', version: 0 }],
      [],
    ]);
  });

  test('a typo is found before the old one is asked to end', async () => {
    const { folders, ask, reload } = await lay(server(1), checked);
    right(await reload());
    const before = await ask();
    folders.write('server.mjs', 'const = 1;');

    expect(left(await reload())).toMatchObject({
      _tag: 'CompilationFailed',
      frame: expect.stringContaining('SyntaxError'),
    });
    expect(await ask()).toEqual(before);
  });

  test('one that ignores SIGTERM is killed at the deadline', async () => {
    const { ask, reload } = await lay(server(1, ''), { stopTimeoutMs: 100 });
    right(await reload());
    const [, pid] = await ask();
    right(await reload());

    expect([isAlive(pid), (await ask())[0]]).toEqual([false, '1']);
  });

  test('fails when the process exits at once, never listens, or finds its port taken', async () => {
    const crashing = await lay(`console.error('no database'); process.exit(3);`);
    expect(left(await crashing.reload())).toMatchObject({
      _tag: 'Crashed',
      message: expect.stringMatching(/ended with 3\. no database/),
    });
    const silent = await lay('setInterval(() => {}, 1000);', { startTimeoutMs: 400 });
    expect(left(await silent.reload())).toMatchObject({
      _tag: 'TimedOut',
      phase: 'start',
      limitMs: 400,
    });
    const taken = await lay(server(1), { startTimeoutMs: 100 });
    const other = createServer();
    await new Promise<void>((listening) => other.listen(taken.port, '127.0.0.1', listening));
    onTestFinished(() => void other.close());
    expect(left(await taken.reload())).toMatchObject({ _tag: 'TimedOut', phase: 'port' });
    expect(taken.target.plugins()).toMatchObject([{ version: 0 }]);
  });

  test('refuses what a process cannot do', async () => {
    const { target } = await lay(server(1));
    expect(left(await target.replacePlugin('server', 1)())).toMatchObject({
      _tag: 'VersionNotKept',
    });
    expect(left(await target.restorePluginState('server')())).toMatchObject({
      _tag: 'StateRejected',
    });
    expect(left(await target.reloadPlugin('other')())).toMatchObject({ _tag: 'PluginNotFound' });
    expect(right(await target.getPluginState('server')())).toMatchObject({ _tag: 'None' });
  });

  test('through the pipeline: a saved file restarts it, and an exit by itself is reported', async () => {
    const { folders, entry, target, ask, reload } = await lay(server(1));
    right(await reload());
    const source$ = new Subject<WatchEvent>();
    const events: ReloadEvent[] = [];
    const running = hotReload({ source$, target, debounce: { minMs: 5 } }).subscribe((event) =>
      events.push(event),
    );
    onTestFinished(() => running.unsubscribe());
    folders.write('server.mjs', server(2));
    source$.next({ _tag: 'Modified', path: entry, kind: 'file', atMs: 0, batch: 1 });
    await vi.waitFor(() => expect(events.at(-1)?._tag).toBe('Reloaded'), { timeout: 10_000 });
    const [version, pid] = await ask();
    process.kill(Number(pid), 'SIGKILL');
    await vi.waitFor(() => expect(events.at(-1)?._tag).toBe('ReloadFailed'), { timeout: 10_000 });

    expect(version).toBe('2');
    expect(events.at(-1)).toMatchObject({
      plugin: 'server',
      stillServing: null,
      error: { _tag: 'Crashed', reason: expect.stringContaining('SIGKILL') },
    });
  });
});
