import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Observable, tap } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { hotReload, presets, watchPlugins } from '../../../src/index.js';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import type { RehearsedPlugin, ReloadTarget } from '../../../src/model/reload/ReloadTarget.js';
import { createModuleCompiler } from '../../../src/modules/buildGraph.js';
import { rehearseReloads } from '../../../src/pipeline/rehearsal/rehearseReloads.js';
import type { PluginRuntime, RuntimeOptions } from '../../../src/runtime/index.js';
import { VirtualTime } from '../../../src/testing/index.js';
import { type TraceRecord, traceRing } from '../../../src/trace/index.js';
import { pluginFolders, startRuntime } from '../runtime/pluginFolders.js';

const PLUGIN = (value: number) => `export function answer() { return ${value}; }\n`;
const BUILT = fileURLToPath(new URL('../../../dist/index.js', import.meta.url));

const development = (source$: Observable<WatchEvent>, target: ReloadTarget) =>
  hotReload({ ...presets.development, rehearsal: 'off', source$, target });

/** What the plugin of a runtime's rehearsal does: when it was loaded, how often it was saved, and when it has ended. */
function watchRehearsal(runtime: PluginRuntime) {
  const seen = { savesCount: 0, hasBegun: false, hasEnded: false };
  const original = runtime.rehearsal.bind(runtime);
  const watched = (rehearsed: RehearsedPlugin): RehearsedPlugin => ({
    ...rehearsed,
    save() {
      seen.savesCount += 1;
      return rehearsed.save();
    },
    async end() {
      await rehearsed.end();
      seen.hasEnded = true;
    },
  });
  vi.spyOn(runtime, 'rehearsal').mockImplementation(() => {
    const rehearsal = original();
    return (
      rehearsal && {
        ...rehearsal,
        async begin() {
          const rehearsed = await rehearsal.begin();
          seen.hasBegun = true;
          return rehearsed && watched(rehearsed);
        },
      }
    );
  });
  return seen;
}

/** A host in development, over a directory with one plugin. */
function startHost(options: RuntimeOptions = {}) {
  const folders = pluginFolders();
  folders.plugin('counter', { 'index.ts': PLUGIN(0) });
  const { runtime, errors } = startRuntime(options);
  const rehearsal = watchRehearsal(runtime);
  const records: TraceRecord[] = [];
  const trace = traceRing();
  const events: ReloadEvent[] = [];
  const running = hotReload({
    ...presets.development,
    ...watchPlugins(runtime, folders.dir, { backend: 'nodeFs' }),
    target: runtime,
    trace: {
      next: (record) => {
        records.push(record);
        trace.next(record);
      },
      error: (error) => trace.error(error),
      complete: () => trace.complete(),
    },
  }).subscribe((event) => events.push(event));
  onTestFinished(() => running.unsubscribe());
  return { folders, runtime, errors, rehearsal, records, events, running };
}

describe('a rehearsal of reloads', () => {
  it('goes through the whole way of a save, each time', async () => {
    const { runtime, errors } = startRuntime();
    const rehearsal = runtime.rehearsal();
    const events: ReloadEvent[] = [];
    await rehearseReloads(
      rehearsal ?? expect.fail('no rehearsal'),
      (source$, target) => development(source$, target).pipe(tap((event) => events.push(event))),
      new AbortController().signal,
    );
    const tags = events.map(({ _tag }) => _tag);
    const reloaded = events.filter((event) => event._tag === 'Reloaded');

    expect(new Set(tags)).toEqual(
      new Set(['ChangeDetected', 'ReloadStarted', 'StateRestored', 'Reloaded']),
    );
    expect(reloaded.length).toBeGreaterThan(1);
    expect(errors).toEqual([]);
  });

  it('is seen by nobody', async () => {
    const calls: unknown[] = [];
    const listeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
    const { folders, runtime, errors, rehearsal, records, events } = startHost({
      onCall: (call) => void calls.push(call),
    });
    await vi.waitFor(() => expect(events.map(({ _tag }) => _tag)).toEqual(['Loaded']));
    const before = {
      ...{ listeners: listeners(), prepare: Error.prepareStackTrace },
      ...{ recordsCount: records.length, names: readdirSync(folders.dir, { recursive: true }) },
    };
    const after = () => ({
      ...{ listeners: listeners(), prepare: Error.prepareStackTrace },
      ...{ recordsCount: records.length, names: readdirSync(folders.dir, { recursive: true }) },
    });
    await vi.waitFor(() => expect(rehearsal.hasEnded).toBe(true), 10_000);

    expect(rehearsal.savesCount).toBeGreaterThan(1);
    expect(after()).toEqual(before);
    expect(events.length).toBe(1);
    expect(runtime.plugins()).toMatchObject([{ plugin: 'counter', version: 1 }]);
    expect([errors, calls]).toEqual([[], []]);
    expect(JSON.stringify(records)).not.toContain('rehears');
    await expect(runtime.call('counter', 'answer')).resolves.toBe(0);

    writeFileSync(folders.path('counter/index.ts'), PLUGIN(1));
    await vi.waitFor(() =>
      expect(events.at(-1)).toMatchObject({ _tag: 'Reloaded', from: 1, to: 2 }),
    );
  });

  it('is given up when a save comes', async () => {
    const { folders, rehearsal, events } = startHost();
    await vi.waitFor(() => expect(rehearsal.hasBegun).toBe(true), { timeout: 10_000, interval: 1 });
    writeFileSync(folders.path('counter/index.ts'), PLUGIN(1));
    await vi.waitFor(() => expect(rehearsal.hasEnded).toBe(true), 10_000);
    await vi.waitFor(() => expect(events.at(-1)?._tag).toBe('Reloaded'));
    const savesCount = rehearsal.savesCount;
    await new Promise((resolve) => setTimeout(resolve, 100));

    expect(rehearsal.savesCount).toBe(savesCount);
    expect(savesCount).toBeLessThan(6);
  });

  it('ends with the subscription', async () => {
    const { rehearsal, running } = startHost();
    await vi.waitFor(() => expect(rehearsal.hasBegun).toBe(true), { timeout: 10_000, interval: 1 });
    running.unsubscribe();
    await vi.waitFor(() => expect(rehearsal.hasEnded).toBe(true), 10_000);

    expect(rehearsal.savesCount).toBeLessThan(6);
  });

  it('is there once, and not where the host brings a clock, turns or a compiler', () => {
    const { runtime } = startRuntime();
    expect(runtime.rehearsal()).toBeDefined();
    expect(runtime.rehearsal()).toBeUndefined();
    const others: readonly RuntimeOptions[] = [
      { scheduler: new VirtualTime() },
      { nextTurn: () => Promise.resolve() },
      { compiler: createModuleCompiler('leave') },
    ];
    for (const options of others) expect(startRuntime(options).runtime.rehearsal()).toBeUndefined();
  });

  it('keeps no process alive', async () => {
    const program = `
      import { NEVER } from 'rxjs';
      import { hotReload, PluginRuntime, presets } from ${JSON.stringify(BUILT)};
      const target = new PluginRuntime();
      hotReload({ ...presets.development, source$: NEVER, target }).subscribe();
      process.on('exit', () => console.log(target.rehearsal() === undefined));
    `;
    const args = ['--input-type=module', '-e', program];
    const ended = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });

    // It was asked for, and the process ended before it began, or soon after.
    expect(ended.stdout).toBe('true\n');
  });
});
