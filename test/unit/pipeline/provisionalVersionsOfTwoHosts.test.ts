import { isRight } from 'fp-ts/lib/Either.js';
import { isSome } from 'fp-ts/lib/Option.js';
import { lastValueFrom, of, toArray, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ReloadError } from '../../../src/model/reload/ReloadError.js';
import type { StateStore } from '../../../src/model/reload/StateStore.js';
import type { TriedVersion } from '../../../src/model/reload/VersionTrials.js';
import type { PluginFiles } from '../../../src/modules/files/PluginFiles.js';
import { provisionalVersions } from '../../../src/pipeline/trials/provisionalVersions.js';
import { sha256Of } from '../../../src/state/ledger/VersionLedger.js';
import { createFileStore } from '../../../src/state/writer/createFileStore.js';
import { SharedDirectory, type StateLock } from '../../../src/state/writer/SharedDirectory.js';
import { errno, ModelDisk } from '../state/ModelDisk.js';

const PATH = '/plugins/counter/index.ts';
const DIR = '/state';
const version = (text: string): TriedVersion => ({
  plugin: 'counter',
  fingerprint: sha256Of(text),
  files: new Map([[PATH, text]]),
});

/** A lock that one process at a time can have. A process that is killed loses it. */
function machineLock() {
  let owner: number | undefined;
  const lockOf = (pid: number): StateLock => ({
    acquire: () => {
      if (owner !== undefined && owner !== pid) return Promise.resolve(undefined);
      owner = pid;
      return Promise.resolve(() => {
        owner = undefined;
        return Promise.resolve();
      });
    },
  });
  const kill = (pid: number) => {
    if (owner === pid) owner = undefined;
  };
  return { lockOf, kill };
}

function pluginFiles(text: string): PluginFiles {
  const stamp = { kind: 'file', sizeBytes: text.length, identity: text, isSettled: true } as const;
  return {
    stat: (path) => (path === PATH ? stamp : undefined),
    read: () => ({ text, before: stamp, after: stamp, sizeBytes: text.length }),
    realPath: (path) => path,
    list: () => [],
  };
}

/** A machine on which several processes use one directory of ledgers. */
function machine() {
  const disk = new ModelDisk();
  const { lockOf, kill } = machineLock();
  const storeOf = (pid: number, lock: StateLock | undefined): StateStore =>
    createFileStore({
      files: disk,
      writer: { pid, token: String(pid).padStart(12, '0'), isAlive: () => true },
      dir: DIR,
      shared: () => new SharedDirectory(DIR),
      generations: 3,
      maxBytes: 100_000,
      onCorrupt: undefined,
      lock,
    });
  const start = (pid: number, onDisk: string, lock: 'locked' | 'none' = 'locked') => {
    const scheduler = new VirtualTimeScheduler();
    const errors: ReloadError[] = [];
    const versions = provisionalVersions(storeOf(pid, lock === 'none' ? undefined : lockOf(pid)), {
      confirmAfterMs: 1_000,
      scheduler,
      files: pluginFiles(onDisk),
      onError: (error) => errors.push(error),
    });
    const boot = async () => {
      const loads$ = of({ _tag: 'Right', right: { plugin: 'counter', version: 1 } } as const);
      const results = await lastValueFrom(versions.load(loads$).pipe(toArray()));
      return results.map((result) => (isRight(result) ? 'serves' : result.left._tag));
    };
    const run = async (text: string) => {
      const began = await versions.begin(version(text));
      if (isRight(began)) versions.served(version(text));
      return isRight(began) ? 'runs' : began.left._tag;
    };
    const prove = () => scheduler.flush();
    return { versions, errors, boot, run, prove, close: () => versions.close() };
  };
  const ledger = async () => {
    const loaded = await storeOf(0, undefined).load('versions.ledger')();
    return isRight(loaded) && isSome(loaded.right) ? loaded.right.value.state : undefined;
  };
  /** A first host proves `v1` and closes. */
  const prepare = async () => {
    const host = start(1, 'v1');
    await host.run('v1');
    host.prove();
    await expect
      .poll(ledger)
      .toMatchObject({ confirmed: [{ plugin: 'counter' }], trials: [], suspects: [] });
    await host.close();
  };
  return { disk, start, kill, ledger, prepare };
}

const onTrial = (text: string, crashes = 0) => ({
  trials: [{ plugin: 'counter', fingerprint: sha256Of(text), crashes }],
  suspects: [],
});
const wasTried = (text: string) => ({
  trials: [],
  suspects: [{ plugin: 'counter', fingerprint: sha256Of(text), crashes: 1 }],
});

describe('provisionalVersions, with two hosts on one directory', () => {
  it('does not count the trial of a host that is alive as a crash, and leaves the ledger unchanged', async () => {
    const { start, ledger, prepare } = machine();
    await prepare();
    await start(2, 'v2').run('v2');
    const second = start(3, 'v2');

    expect(await second.boot()).toEqual(['serves']);
    expect(await second.run('v2')).toBe('runs');
    second.prove();
    await second.close();
    expect(await ledger()).toMatchObject(onTrial('v2'));
    expect(second.errors).toMatchObject([
      { _tag: 'StateSaveFailed', reason: 'another host saves to this directory' },
    ]);
  });

  it('counts the trial as a crash when that host was killed, also while a host that was refused still runs', async () => {
    const { start, kill, ledger, prepare } = machine();
    await prepare();
    await start(2, 'v2').run('v2');
    await start(3, 'v2').boot();
    kill(2);

    expect(await start(4, 'v2').boot()).toEqual(['serves', 'VersionSuspect']);
    expect(await ledger()).toMatchObject(wasTried('v2'));
  });

  it('takes over from a host that was killed, after it has read what that host wrote last', async () => {
    const { start, kill, ledger, prepare } = machine();
    await prepare();
    const first = start(2, 'v2');
    await first.run('v2');
    const second = start(3, 'v2');
    await second.boot();
    first.prove();
    await expect.poll(ledger).toMatchObject({ trials: [] });
    await first.run('v3');
    kill(2);

    expect(await second.run('v3')).toBe('VersionSuspect');
    expect(await second.run('v4')).toBe('runs');
    expect(await ledger()).toMatchObject({
      confirmed: [{ fingerprint: sha256Of('v2') }],
      trials: [{ fingerprint: sha256Of('v4') }],
      suspects: [{ fingerprint: sha256Of('v3'), crashes: 1 }],
    });
  });

  it('counts nothing when it cannot write', async () => {
    const { disk, start, kill, ledger, prepare } = machine();
    await prepare();
    await start(2, 'v2').run('v2');
    kill(2);
    disk.beforeCall = (name) => {
      if (name === 'create') throw errno('EROFS');
    };
    const readOnly = start(3, 'v2');

    expect(await readOnly.boot()).toEqual(['serves']);
    expect(await readOnly.run('v2')).toBe('runs');
    expect(await ledger()).toMatchObject(onTrial('v2'));
  });

  it('counts every trial as a crash when there is no lock, because no host can know who is alive', async () => {
    const { start, ledger, prepare } = machine();
    await prepare();
    await start(2, 'v2').run('v2');

    expect(await start(3, 'v2', 'none').boot()).toEqual(['serves', 'VersionSuspect']);
    expect(await ledger()).toMatchObject(wasTried('v2'));
  });

  it('does not use the store after it is closed', async () => {
    const { start, ledger, prepare } = machine();
    await prepare();
    const host = start(2, 'v2');
    await host.close();

    expect(await host.run('v2')).toBe('runs');
    expect(host.errors).toEqual([]);
    expect(await ledger()).toMatchObject({ trials: [] });
  });
});
