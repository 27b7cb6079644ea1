import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  asyncScheduler,
  filter,
  firstValueFrom,
  mergeMap,
  type Observable,
  Subject,
  timeout,
  timer,
} from 'rxjs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { withMissedSaves } from '../../../src/pipeline/watchPlugins.js';
import { PluginRuntime } from '../../../src/runtime/PluginRuntime.js';

const LIMIT_MS = 20_000;
const API = { 'api-version': { major: 0, minor: 1, patch: 0 } };
const withApi = (name: string) =>
  JSON.stringify({ name, version: '1.0.0', source: 'index.js', ...API });
const code = (version: number) => `export const version = () => ${version};`;

let dir: string;
const at = (...names: string[]) => join(dir, ...names);
const write = (version: number) => writeFileSync(at('plugins/a/index.js'), code(version));
const move = (from: string, to: string) => renameSync(at(from), at(to));

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-backAsItWas-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(at('plugins/a'), { recursive: true });
  writeFileSync(at('plugins/a/plugin.json'), withApi('a'));
  write(1);
});

interface Running {
  readonly runtime: PluginRuntime;
  /** The source tells that the file was saved. It tells nothing else. */
  save(version: number): void;
  /** Done before the next attempt reads the files. */
  beforeNextAttempt(work: () => void): void;
  next(isWanted: (event: ReloadEvent) => boolean): Promise<ReloadEvent>;
}

/** A pipeline whose source sees what `save` tells it, and no difference before and after anything else. */
function start(): Running {
  const runtime = new PluginRuntime({ root: dir });
  const saves$ = new Subject<WatchEvent>();
  const emitted$ = new Subject<ReloadEvent>();
  let work = () => {};
  const source$: Observable<WatchEvent> = withMissedSaves(runtime, asyncScheduler, () => saves$);
  const pipeline = hotReload({
    source$,
    target: runtime,
    // As `watchPlugins` does: the source is there first.
    load: timer(0).pipe(mergeMap(() => runtime.loadEach(at('plugins')))),
    beforeReload: () => {
      const now = work;
      work = () => {};
      now();
    },
  }).subscribe((event) => {
    emitted$.next(event);
  });
  onTestFinished(async () => {
    pipeline.unsubscribe();
    await runtime.close();
  });
  return {
    runtime,
    save: (version) => {
      write(version);
      const path = at('plugins/a/index.js');
      saves$.next({ _tag: 'Modified', path, kind: 'file', atMs: Date.now(), batch: 1 });
    },
    beforeNextAttempt: (next) => {
      work = next;
    },
    next: (isWanted) => firstValueFrom(emitted$.pipe(filter(isWanted), timeout(LIMIT_MS))),
  };
}

const isServing = ({ _tag }: ReloadEvent) => _tag === 'Loaded' || _tag === 'Reloaded';

describe('what is as it was, but was otherwise when an attempt looked', {
  timeout: 2 * LIMIT_MS,
}, () => {
  it('serves: the folder was away', async () => {
    const { runtime, save, beforeNextAttempt, next } = start();
    await next(isServing);
    beforeNextAttempt(() => move('plugins/a', 'a'));
    const removed = next(({ _tag }) => _tag === 'Removed');
    save(2);
    await removed;
    const loaded = next(isServing);
    move('a', 'plugins/a');

    expect(await loaded).toMatchObject({ _tag: 'Loaded', plugin: 'a' });
    expect(await runtime.call('a', 'version')).toBe(2);
  });

  it('serves: the manifest was away', async () => {
    const { runtime, save, beforeNextAttempt, next } = start();
    await next(isServing);
    beforeNextAttempt(() => move('plugins/a/plugin.json', 'manifest'));
    const failed = next(({ _tag }) => _tag === 'ReloadFailed');
    save(2);
    expect(await failed).toMatchObject({ error: { _tag: 'ManifestNotFound' } });
    const reloaded = next(isServing);
    move('manifest', 'plugins/a/plugin.json');

    await reloaded;
    expect(await runtime.call('a', 'version')).toBe(2);
  });

  it('serves: the manifest was half written', async () => {
    const { runtime, save, beforeNextAttempt, next } = start();
    await next(isServing);
    beforeNextAttempt(() => writeFileSync(at('plugins/a/plugin.json'), '{ "name": '));
    const failed = next(({ _tag }) => _tag === 'ReloadFailed');
    save(2);
    expect(await failed).toMatchObject({ error: { _tag: 'ManifestInvalid' } });
    const reloaded = next(isServing);
    writeFileSync(at('plugins/a/plugin.json'), withApi('a'));

    await reloaded;
    expect(await runtime.call('a', 'version')).toBe(2);
  });

  it('serves: another text was loaded and is gone', async () => {
    const { runtime, save, beforeNextAttempt, next } = start();
    await next(isServing);
    beforeNextAttempt(() => write(3));
    const other = next(isServing);
    save(2);
    await other;
    expect(await runtime.call('a', 'version')).toBe(3);
    const reloaded = next(isServing);
    write(2);

    await reloaded;
    expect(await runtime.call('a', 'version')).toBe(2);
  });

  it('serves: an import was missing, and a nearer file was there', async () => {
    const { runtime, save, beforeNextAttempt, next } = start();
    await next(isServing);
    writeFileSync(at('plugins/a/part.js'), code(5));
    const index = at('plugins/a/index.js');
    beforeNextAttempt(() => {
      writeFileSync(index, "export { version } from './part.js';");
      move('plugins/a/part.js', 'part');
    });
    const failed = next(({ _tag }) => _tag === 'ReloadFailed');
    save(2);
    await failed;
    const reloaded = next(isServing);
    move('part', 'plugins/a/part.js');

    await reloaded;
    expect(await runtime.call('a', 'version')).toBe(5);
  });

  it('serves: its manifest was away when the directory was listed', async () => {
    move('plugins/a/plugin.json', 'manifest');
    const { runtime, next } = start();
    const loaded = next(isServing);
    await firstValueFrom(runtime.attempts$);
    move('manifest', 'plugins/a/plugin.json');

    expect(await loaded).toMatchObject({ _tag: 'Loaded', plugin: 'a' });
    expect(await runtime.call('a', 'version')).toBe(1);
  });

  it('serves: its manifest was half written at the first load', async () => {
    writeFileSync(at('plugins/a/plugin.json'), '{ "name": "a", ');
    const { runtime, next } = start();
    await next(({ _tag }) => _tag === 'ReloadFailed');
    const loaded = next(isServing);
    writeFileSync(at('plugins/a/plugin.json'), withApi('a'));

    expect(await loaded).toMatchObject({ _tag: 'Loaded', plugin: 'a' });
    expect(await runtime.call('a', 'version')).toBe(1);
  });
});
