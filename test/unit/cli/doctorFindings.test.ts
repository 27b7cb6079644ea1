import { describe, expect, it } from 'vitest';
import type { DoctorFacts } from '../../../src/cli/doctor/DoctorFacts.js';
import { doctorFindings } from '../../../src/cli/doctor/doctorFindings.js';

const well = {
  dir: '/p',
  platform: 'linux',
  nodeVersion: '20.19.0',
  tree: {
    ...{ directoryCount: 100, fileCount: 1000, unreadable: [] as string[] },
    ...{ timedCount: 1000, wholeSecondCount: 1, futureCount: 0 },
  },
  mount: { path: '/', type: 'ext4' },
  inotify: {
    ...{ maxWatchCount: 1000, maxWatchSetting: 'fs.inotify.max_user_watches', usedWatchCount: 900 },
    ...{ maxInstanceCount: 128, maxInstanceSetting: 'fs.inotify.max_user_instances' },
    ...{ usedInstanceCount: 127, maxQueuedCount: 16_384 },
  },
  descriptors: { limit: 1024, usedCount: 30 },
  clock: { grainMs: 0.001, stepMs: 0.2 },
} satisfies DoctorFacts;

const notOk = (facts: DoctorFacts) => doctorFindings(facts).filter(({ _tag }) => _tag !== 'ok');
const inotify = (over: Partial<typeof well.inotify>): DoctorFacts => ({
  ...well,
  inotify: { ...well.inotify, ...over },
});
const tree = (over: Partial<typeof well.tree>): DoctorFacts => ({
  ...well,
  tree: { ...well.tree, ...over },
});

it('has nothing to say of a machine on which the last watch just fits', () => {
  expect(notOk(well)).toEqual([]);
  expect(doctorFindings(well).map(({ subject }) => subject)).toEqual([
    ...['Node', 'directories', 'filesystem', 'backend'],
    ...['inotify watches', 'inotify instances', 'inotify queue'],
    ...['descriptors', 'clock', 'file times'],
  ]);
});

describe('a problem, with what to do', () => {
  it.each([
    ['one watch too few', inotify({ usedWatchCount: 901 }), 'fs.inotify.max_user_watches=524288'],
    [
      'far too few watches',
      { ...inotify({}), tree: { ...well.tree, directoryCount: 400_000 } },
      'fs.inotify.max_user_watches=1048576',
    ],
    [
      'too few in a namespace of its own',
      inotify({ maxWatchCount: 50, maxWatchSetting: 'user.max_inotify_watches' }),
      'sudo sysctl -w user.max_inotify_watches=524288',
    ],
    [
      'no instance left',
      inotify({ usedInstanceCount: 128 }),
      'sudo sysctl -w fs.inotify.max_user_instances=1024;',
    ],
    ['an old Node', { ...well, nodeVersion: '20.18.3' }, 'install Node 20.19, or 22 and newer'],
    ['a Node between the lines', { ...well, nodeVersion: '21.7.3' }, 'install Node 20.19, or 22'],
    ['a Node of an old line', { ...well, nodeVersion: '18.20.0' }, 'install Node 20.19'],
    ['few descriptors', { ...well, descriptors: { limit: 256, usedCount: 30 } }, 'ulimit -n 4096'],
    ['closed directories', tree({ unreadable: ['/p/a', '/p/b'] }), 'chmod u+rx /p/a'],
  ])('%s', (_, facts, advice) => {
    const found = notOk(facts);
    expect(found.map(({ _tag }) => _tag)).toEqual(['problem']);
    expect(found[0]?.advice).toContain(advice);
  });
});

describe('a note', () => {
  it.each([
    ['a share', { ...well, mount: { path: '/n', type: 'nfs4' } }, 'nfs4, mounted at /n'],
    ['a short queue', inotify({ maxQueuedCount: 100 }), '100 events'],
    ['a clock that was set', { ...well, clock: { grainMs: 1, stepMs: -3600 } }, 'set by -3600 ms'],
    ['times to come', tree({ futureCount: 3 }), '3 of 1000 files were written in the future'],
    ['times of whole seconds', tree({ wholeSecondCount: 1000 }), 'whole seconds in all of 1000'],
    ['Linux without /proc', { ...well, inotify: undefined }, 'cannot be read'],
  ])('%s', (_, facts, text) => {
    const found = notOk(facts);
    expect(found.map(({ _tag }) => _tag)).toEqual(['note']);
    expect(found[0]?.text).toContain(text);
    expect(found[0]?.advice).toBeDefined();
  });
});

it('names the backend that watch would use, and why', () => {
  const backend = (facts: DoctorFacts) =>
    doctorFindings(facts).find(({ subject }) => subject === 'backend')?.text;
  expect(backend(well)).toMatch(/^chokidar, the default; nodeFs/);
  expect(backend({ ...well, platform: 'darwin', inotify: undefined })).toBe(
    'chokidar, the default',
  );
  expect(backend({ ...well, mount: { path: '/', type: 'virtiofs' } })).toMatch(/virtiofs sends no/);
});

it('asks nothing about inotify where there is none', () => {
  const facts: DoctorFacts = {
    ...well,
    ...{ platform: 'win32', inotify: undefined, mount: undefined, descriptors: undefined },
  };
  expect(notOk(facts)).toEqual([]);
  expect(doctorFindings(facts).some(({ subject }) => subject.includes('inotify'))).toBe(false);
});
