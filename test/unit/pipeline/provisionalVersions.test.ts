import { type Either, isLeft, isRight, left, right } from 'fp-ts/lib/Either.js';
import { concat, defer, lastValueFrom, NEVER, of, toArray, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ReloadError } from '../../../src/model/reload/ReloadError.js';
import type { TriedVersion } from '../../../src/model/reload/VersionTrials.js';
import type { PluginFiles } from '../../../src/modules/files/PluginFiles.js';
import { provisionalVersions } from '../../../src/pipeline/trials/provisionalVersions.js';
import { memoryStateStore, type StateStore } from '../../../src/state/index.js';

const PATH = '/plugins/counter/index.ts';
const version = (text: string, plugin = 'counter'): TriedVersion => ({
  plugin,
  fingerprint: `of ${text}`,
  files: new Map([[PATH, text]]),
});

/** A disk with one file. */
const diskWith = (held: { text: string }): PluginFiles => {
  const stampOf = ({ text }: typeof held) =>
    ({ kind: 'file', sizeBytes: text.length, identity: text, isSettled: true }) as const;
  return {
    stat: (path) => (path === PATH ? stampOf(held) : undefined),
    read: () => {
      const stamp = stampOf(held);
      return { text: held.text, before: stamp, after: stamp, sizeBytes: stamp.sizeBytes };
    },
    realPath: (path) => path,
    list: () => [],
  };
};

/** Lets pending promises of a store in memory resolve. */
const tasks = async () => {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
};

/** A host starts with the ledger that the host before it left. The store outlives a host that is killed. */
function start(store: StateStore, onDisk = 'v1') {
  const scheduler = new VirtualTimeScheduler();
  const errors: ReloadError[] = [];
  const disk = { text: onDisk };
  const versions = provisionalVersions(store, {
    confirmAfterMs: 1_000,
    scheduler,
    files: diskWith(disk),
    onError: (error) => errors.push(error),
  });
  const run = async (text: string) => {
    const began = await versions.begin(version(text));
    if (isRight(began)) versions.served(version(text));
    return began;
  };
  /** Lets the version serve long enough to prove itself, and lets that be written. */
  const prove = async () => {
    scheduler.flush();
    await tasks();
  };
  const load = (results: readonly Either<ReloadError, { plugin: string; version: number }>[]) =>
    lastValueFrom(versions.load(of(...results)).pipe(toArray()));
  const seen = () => versions.files.read(PATH, 100).text;
  const write = (text: string) => {
    disk.text = text;
  };
  return { versions, errors, run, prove, load, seen, write };
}

/** A store in which an earlier host has proven `v1`. */
async function withProven(): Promise<StateStore> {
  const store = memoryStateStore();
  const host = start(store);
  await host.run('v1');
  await host.prove();
  return store;
}

const suspect = { _tag: 'Left', left: { _tag: 'VersionSuspect', plugin: 'counter' } };
const loaded = [right({ plugin: 'counter', version: 1 })];

describe('a version that a person took back', () => {
  const reason = 'it is slow';
  /** A host went back from `v2`, which is on disk, to `v1`. */
  async function backFromSecond() {
    const store = await withProven();
    const host = start(store, 'v2');
    await host.run('v2');
    await host.prove();
    await host.run('v1');
    expect(isRight(await host.versions.tookBack!(version('v2'), version('v1'), reason))).toBe(true);
    return { store, host };
  }

  it('is not what the next host loads, nor the one after a crash', async () => {
    const { store } = await backFromSecond();
    for (let crashes = 0; crashes < 3; crashes += 1) {
      const next = start(store, 'v2');
      const seen: string[] = [];
      await lastValueFrom(
        next.versions.load(
          defer(() => {
            seen.push(next.seen());
            return of(...loaded);
          }),
        ),
      );
      expect([seen, next.seen()]).toEqual([['v1'], 'v2']);
      expect(next.versions.takenBack!('counter')).toMatchObject({ to: 'of v1', reason });
      expect(isRight(await next.run('v1'))).toBe(true);
    }
  });

  it('is loaded when its files changed, and then it is forgotten', async () => {
    const { store } = await backFromSecond();
    const next = start(store, 'v3');
    await next.load(loaded);
    expect(next.seen()).toBe('v3');
    await next.run('v3');
    await tasks();

    expect(next.versions.takenBack!('counter')).toBeUndefined();
    expect(await store.load('versions.ledger')()).toMatchObject({
      right: { value: { state: { takenBack: [] } } },
    });
  });

  it('is forgotten when a person goes forward to it', async () => {
    const { host } = await backFromSecond();
    await host.run('v2');
    await tasks();

    expect(host.versions.takenBack!('counter')).toBeUndefined();
  });

  it('is not noted when the copy cannot be kept', async () => {
    const memory = memoryStateStore();
    const full = { _tag: 'Io', plugin: 'counter', message: 'the disk is full' };
    const store: StateStore = { ...memory, save: () => () => Promise.resolve(left(full)) };
    const { versions } = start(store, 'v2');
    const noted = await versions.tookBack!(version('v2'), version('v1'), reason);

    expect(noted).toMatchObject({ left: { _tag: 'StateSaveFailed', plugin: 'counter' } });
    expect(versions.takenBack!('counter')).toBeUndefined();
  });
});

describe('a build', () => {
  const build = (text: string) => ({ ...version(text), fingerprint: `build-${text}` });
  const trialsIn = async (store: StateStore) => {
    const stored = await store.load('versions.ledger')();
    const trials = /"trials":(\[.*?\]),"suspects"/.exec(JSON.stringify(stored))?.[1] ?? '[]';
    return [...trials.matchAll(/"fingerprint":"([^"]*)"/g)].map(([, fingerprint]) => fingerprint);
  };

  it('is noted, durably, before it is compiled, and no more when it has ended', async () => {
    const store = memoryStateStore();
    const { versions } = start(store);
    expect(isRight(await versions.beginBuild!(build('v1')))).toBe(true);
    expect(await trialsIn(store)).toEqual(['build-v1']);
    versions.endBuild!(build('v1'));
    await tasks();
    expect(await trialsIn(store)).toEqual([]);
  });

  it('is noted once by a host, with all that its build was noted as', async () => {
    const memory = memoryStateStore();
    let saves = 0;
    const counting: StateStore = { ...memory, save: (of) => (saves++, memory.save(of)) };
    const { versions } = start(counting);
    await versions.beginBuild!(build('v1'));
    versions.endBuild!({ ...build('v1'), builds: ['build-v0', 'build-v1'] });
    await tasks();
    const before = saves;
    for (const text of ['v0', 'v1']) {
      expect(isRight(await versions.beginBuild!(build(text)))).toBe(true);
    }
    expect(saves).toBe(before);
    await versions.beginBuild!(build('v2'));
    versions.endBuild!(build('v2'));
    await versions.beginBuild!(build('v1'));
    await tasks();
    expect([saves > before, await trialsIn(memory)]).toEqual([true, ['build-v1']]);
  });

  it('is refused when it ended a host, and nothing else was on trial', async () => {
    const store = memoryStateStore();
    await start(store).versions.beginBuild!(build('v1'));
    const next = start(store);
    expect(await next.versions.beginBuild!(build('v1'))).toMatchObject(suspect);
    expect(isRight(await next.versions.beginBuild!(build('v2')))).toBe(true);
  });

  it('that a proven version came from is not noted again', async () => {
    const store = memoryStateStore();
    const host = start(store);
    const proven = { ...version('v1'), builds: ['build-v1'] };
    await host.versions.begin(proven);
    host.versions.served(proven);
    await host.prove();
    const next = start(store);
    expect(isRight(await next.versions.beginBuild!(build('v1')))).toBe(true);
    expect(await trialsIn(store)).toEqual([]);
    await next.versions.beginBuild!(build('v2'));
    expect(await trialsIn(store)).toEqual(['build-v2']);
  });

  it('goes beside the trial of the version that serves, which goes on after it', async () => {
    const store = memoryStateStore();
    const { versions, run } = start(store);
    await run('v1');
    await versions.beginBuild!(build('v2'));
    expect(await trialsIn(store)).toEqual(['build-v2']);
    versions.endBuild!(build('v2'));
    await tasks();
    expect(await trialsIn(store)).toEqual(['of v1']);
  });
});

describe('provisionalVersions', () => {
  it('tells of each version that has proven itself, and of no other', async () => {
    const store = memoryStateStore();
    const { versions, run, prove } = start(store);
    const told: string[] = [];
    const stop = versions.proven(({ fingerprint }) => told.push(fingerprint));
    await run('v1');
    expect(told).toEqual([]);
    await prove();
    expect(told).toEqual(['of v1']);
    await run('v1');
    await prove();
    stop();
    await run('v2');
    await prove();

    expect(told).toEqual(['of v1']);
  });

  it('has written a trial down, durably, before the version runs', async () => {
    const store = memoryStateStore();
    const { versions } = start(store);
    expect(isRight(await versions.begin(version('v1')))).toBe(true);

    expect(await store.load('versions.ledger')()).toMatchObject({
      right: { value: { state: { trials: [{ plugin: 'counter', crashes: 0 }] } } },
    });
  });

  it('lets no version run before its trial is durable', async () => {
    const memory = memoryStateStore();
    let finish = () => {};
    const disk = new Promise<void>((resolve) => (finish = resolve));
    const store: StateStore = { ...memory, save: (of) => () => disk.then(memory.save(of)) };
    let mayRun = false;
    const began = start(store)
      .versions.begin(version('v1'))
      .then(() => (mayRun = true));
    await tasks();
    expect(mayRun).toBe(false);

    finish();
    await began;
    expect(mayRun).toBe(true);
  });

  it('starts the proven version when the host ended before the newer one had proven itself, and reports it', async () => {
    const store = await withProven();
    await start(store, 'v2').run('v2');
    const next = start(store, 'v2');

    expect(await next.load(loaded)).toMatchObject([
      loaded[0],
      {
        left: {
          _tag: 'VersionSuspect',
          crashes: 1,
          message: expect.stringContaining('The version before it runs in its place'),
        },
      },
    ]);
    expect(await next.run('v1')).toMatchObject({ _tag: 'Right' });
    expect(await next.run('v2')).toMatchObject(suspect);
  });

  it('shows the proven files during the first load, and the disk when it has ended', async () => {
    const store = await withProven();
    await start(store, 'v2').run('v2');
    const next = start(store, 'v2');
    const seen: string[] = [];
    next.versions
      .load(of(...loaded))
      .subscribe({ next: () => seen.push(next.seen()), complete: () => seen.push(next.seen()) });
    await expect.poll(() => seen.length).toBe(3);

    expect(seen).toEqual(['v1', 'v1', 'v2']);
  });

  it('shows an edit at once, also while another plugin still loads', async () => {
    const store = await withProven();
    await start(store, 'v2').run('v2');
    const next = start(store, 'v2');
    const loading = next.versions.load(concat(of(...loaded), NEVER)).subscribe();
    await tasks();
    expect(next.seen()).toBe('v1');
    next.write('v3');

    expect(next.seen()).toBe('v3');
    expect(next.versions.files.stat(PATH)?.identity).toBe('v3');
    loading.unsubscribe();
  });

  it('runs a version that was edited while no host ran', async () => {
    const store = await withProven();
    await start(store, 'v2').run('v2');
    const next = start(store, 'v3');

    expect(await next.load(loaded)).toEqual(loaded);
    expect(await next.run('v3')).toMatchObject({ _tag: 'Right' });
  });

  it('leaves out a plugin without a proven version after three crashes of the host', async () => {
    const store = memoryStateStore();
    for (let crash = 0; crash < 3; crash++) {
      expect(await start(store).run('v1')).toMatchObject({ _tag: 'Right' });
    }
    const fourth = start(store);

    expect(await fourth.run('v1')).toMatchObject({
      left: { _tag: 'VersionSuspect', crashes: 3, message: expect.stringContaining('3 times') },
    });
    expect(await fourth.run('v2')).toMatchObject({ _tag: 'Right' });
  });

  it('tries suspects one at a time, so that an innocent one is cleared', async () => {
    const store = memoryStateStore();
    const names = ['innocent', 'guilty', 'other'];
    const first = start(store);
    await Promise.all(names.map((name) => first.versions.begin(version('v1', name))));
    const second = start(store);
    const begun: string[] = [];
    for (const name of names) {
      void second.versions.begin(version('v1', name)).then(() => {
        begun.push(name);
        second.versions.served(version('v1', name));
      });
    }
    await tasks();
    expect(begun).toEqual(['innocent']);
    await second.prove();
    expect(begun).toEqual(['innocent', 'guilty']);

    expect(await store.load('versions.ledger')()).toMatchObject({
      right: { value: { state: { trials: [{ plugin: 'guilty', crashes: 1 }] } } },
    });
    await second.versions.close();
    await tasks();
    expect(begun).toEqual(names);
  });

  it('gives the turn of a trial that was given up to the next one of its plugin, and tells each wait', async () => {
    const store = memoryStateStore();
    const first = start(store);
    await first.versions.begin(version('v1', 'server'));
    await first.versions.begin(version('v1', 'waiting'));
    const next = start(store);
    expect(isRight(await next.versions.begin(version('v1', 'server')))).toBe(true);
    next.versions.served(version('v1', 'server'));
    const told: string[] = [];
    const onWait = () => (told.push('waits'), () => told.push('goes on'));
    const begins = [1, 2].map(() => next.versions.begin(version('v1', 'waiting'), onWait));
    await tasks();
    expect(told).toEqual(['waits', 'waits']);
    await next.prove();

    expect(await Promise.all(begins)).toMatchObject([
      { left: { _tag: 'Aborted', plugin: 'waiting' } },
      { _tag: 'Right' },
    ]);
    expect(told).toEqual(['waits', 'waits', 'goes on', 'goes on']);
  });

  it('suspects no version that failed to load, that was replaced, or whose host was closed', async () => {
    const store = await withProven();
    const first = start(store);
    await first.versions.begin(version('v2'));
    first.versions.dropped(version('v2'));
    await first.run('v3');
    await first.run('v1');
    await first.prove();
    const second = start(store);
    for (const text of ['v2', 'v3']) {
      expect(await second.run(text)).toMatchObject({ _tag: 'Right' });
    }
    const third = start(store, 'v3');

    expect(await third.run('v3')).toMatchObject(suspect);
    const kept: StateStore = { ...store, close: () => Promise.resolve() };
    const fourth = start(kept);
    await fourth.run('v4');
    await fourth.versions.close();
    expect(await start(store).run('v4')).toMatchObject({ _tag: 'Right' });
  });

  it('continues the trial of the version that serves when a newer one fails to load', async () => {
    const store = await withProven();
    const host = start(store);
    await host.run('v2');
    await host.versions.begin(version('v3'));
    host.versions.dropped(version('v3'));
    await tasks();
    const next = start(store, 'v2');

    expect(await next.run('v2')).toMatchObject(suspect);
    expect(await next.run('v3')).toMatchObject({ _tag: 'Right' });
  });

  it('writes nothing for a version that has proven itself', async () => {
    const store = await withProven();
    let saves = 0;
    const counting: StateStore = { ...store, save: (of) => (saves++, store.save(of)) };
    expect(await start(counting).run('v1')).toMatchObject({ _tag: 'Right' });

    expect(saves).toBe(0);
  });

  it('runs the plugin although the ledger cannot be written, and reports the failure', async () => {
    const full = { _tag: 'StateSaveFailed', plugin: '', message: 'the disk is full' };
    const store: StateStore = { ...memoryStateStore(), save: () => async () => left(full) };
    const { run, errors } = start(store);

    expect(await run('v1')).toMatchObject({ _tag: 'Right' });
    expect(errors).toEqual([full]);
  });

  it('starts with an empty ledger when the stored one cannot be decoded', async () => {
    const store = memoryStateStore();
    const record = { plugin: 'versions.ledger', schema: 1, codeHash: '', state: { trials: 'all' } };
    await store.save(record)();

    expect(await start(store).run('v1')).toMatchObject({ _tag: 'Right' });
  });

  it('writes once for many versions that begin at once', async () => {
    const store = memoryStateStore();
    let saves = 0;
    const counting: StateStore = { ...store, save: (of) => (saves++, store.save(of)) };
    const { versions } = start(counting);
    const names = Array.from({ length: 50 }, (_, n) => `p${n}`);
    const began = await Promise.all(names.map((name) => versions.begin(version('v1', name))));

    expect(began.filter(isLeft)).toEqual([]);
    expect(saves).toBeLessThanOrEqual(2);
    expect(await store.load('versions.ledger')()).toMatchObject({
      right: { value: { state: { trials: names.map((plugin) => ({ plugin })) } } },
    });
  });

  it('proves a version after five seconds by default, and not earlier', async () => {
    const scheduler = new VirtualTimeScheduler();
    const versions = provisionalVersions(memoryStateStore(), { scheduler });
    const told: number[] = [];
    versions.proven(() => told.push(scheduler.frame));
    await versions.begin(version('v1'));
    versions.served(version('v1'));
    scheduler.maxFrames = 4_999;
    scheduler.flush();
    await tasks();
    expect(told).toEqual([]);
    scheduler.maxFrames = 5_000;
    scheduler.flush();
    await tasks();
    expect(told).toEqual([5_000]);
  });

  it('proves no version of which no copy can be kept, and lets the next suspect try', async () => {
    const memory = memoryStateStore();
    const names = ['innocent', 'guilty'];
    const first = start(memory);
    await Promise.all(names.map((name) => first.versions.begin(version('v1', name))));
    const full = { _tag: 'StateSaveFailed', plugin: '', message: 'the disk is full' };
    const store: StateStore = {
      ...memory,
      save: (of) => (names.includes(of.plugin) ? async () => left(full) : memory.save(of)),
    };
    const second = start(store);
    const told: string[] = [];
    const begun: string[] = [];
    second.versions.proven(({ plugin }) => told.push(plugin));
    for (const name of names) {
      void second.versions.begin(version('v1', name)).then(() => {
        begun.push(name);
        second.versions.served(version('v1', name));
      });
    }
    await tasks();
    await second.prove();
    expect([told, begun]).toEqual([[], names]);
    expect(await memory.load('versions.ledger')()).toMatchObject({
      right: { value: { state: { confirmed: [] } } },
    });
  });

  it('begins no trial once it is closed, and writes nothing where none was under way', async () => {
    const memory = memoryStateStore();
    let saves = 0;
    let closes = 0;
    const store: StateStore = {
      ...memory,
      save: (of) => (saves++, memory.save(of)),
      close: () => Promise.resolve(void closes++),
    };
    const { versions, prove } = start(store);
    await versions.close();
    expect([saves, closes]).toEqual([0, 1]);
    expect(isRight(await versions.begin(version('v1')))).toBe(true);
    expect(saves).toBe(0);

    const running = start(store);
    await running.run('v2');
    await running.versions.close();
    await running.prove();
    await prove();
    expect(await memory.load('versions.ledger')()).toMatchObject({
      right: { value: { state: { trials: [], confirmed: [] } } },
    });
  });

  it('goes on with the trial of what serves when another copy of it is dropped', async () => {
    const store = memoryStateStore();
    const host = start(store);
    await host.run('v1');
    host.versions.dropped(version('v1'));
    await tasks();
    await host.prove();
    expect(await store.load('versions.ledger')()).toMatchObject({
      right: { value: { state: { trials: [], confirmed: [{ fingerprint: 'of v1' }] } } },
    });
  });

  it('ends the trial of a version when a proven one serves in its place', async () => {
    const store = await withProven();
    const host = start(store);
    await host.run('v2');
    await host.run('v1');
    await tasks();
    expect(await store.load('versions.ledger')()).toMatchObject({
      right: { value: { state: { trials: [], confirmed: [{ fingerprint: 'of v1' }] } } },
    });
    await host.prove();
    expect(await start(store).run('v2')).toMatchObject({ _tag: 'Right' });
  });

  it('leaves the trial of another plugin alone when a proven version serves', async () => {
    const store = await withProven();
    const host = start(store);
    await host.versions.begin(version('v1', 'other'));
    await host.run('v1');
    await tasks();
    expect(await store.load('versions.ledger')()).toMatchObject({
      right: { value: { state: { trials: [{ plugin: 'other' }] } } },
    });
  });

  it('notes a version that was taken back also where none is on trial', async () => {
    const { versions } = start(memoryStateStore());
    expect(isRight(await versions.tookBack!(version('v2'), version('v1'), 'slow'))).toBe(true);
    expect(versions.takenBack!('counter')).toMatchObject({ to: 'of v1' });
  });

  it('shows the disk again when nobody waits for the first load any more', async () => {
    const store = await withProven();
    await start(store, 'v2').run('v2');
    const next = start(store, 'v2');
    const loading = next.versions.load(NEVER).subscribe();
    await tasks();
    expect(next.seen()).toBe('v1');
    loading.unsubscribe();
    expect(next.seen()).toBe('v2');
  });

  it('reports a suspect beside its own plugin, and nothing beside a failed load', async () => {
    const store = await withProven();
    await start(store, 'v2').run('v2');
    const next = start(store, 'v2');
    const failed = left({ _tag: 'Io', plugin: 'counter', message: 'it is gone' });
    const other = right({ plugin: 'other', version: 1 });
    expect(await next.load([failed, other, ...loaded])).toMatchObject([
      failed,
      other,
      loaded[0],
      { left: { _tag: 'VersionSuspect', plugin: 'counter' } },
    ]);
  });

  it('throws at once for options that cannot work', () => {
    expect(() => provisionalVersions(memoryStateStore(), { confirmAfterMs: Number.NaN })).toThrow(
      RangeError,
    );
    expect(() => provisionalVersions(memoryStateStore(), { maxCrashes: 0 })).toThrow(RangeError);
    expect(() =>
      provisionalVersions(memoryStateStore(), { confirmAfterMs: 0, maxCrashes: 1 }),
    ).not.toThrow();
    expect(() => provisionalVersions(memoryStateStore(), { confirmAfterMs: -1 })).toThrow(
      'provisionalVersions: confirmAfterMs (-1) is less than 0',
    );
    expect(() => provisionalVersions(memoryStateStore(), { maxCrashes: 0.5 })).toThrow(
      'provisionalVersions: maxCrashes (0.5) is not a whole number from 1',
    );
  });
});
