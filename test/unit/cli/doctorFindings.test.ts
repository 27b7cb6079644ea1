import { describe, expect, it } from 'vitest';
import type { DoctorFacts } from '../../../src/cli/doctor/DoctorFacts.js';
import { doctorFindings } from '../../../src/cli/doctor/doctorFindings.js';

const healthy = {
  dir: '/p',
  platform: 'linux',
  nodeVersion: '20.19.0',
  tree: {
    directoryCount: 100,
    fileCount: 1000,
    unreadable: [] as string[],
    timedCount: 1000,
    wholeSecondCount: 1,
    futureCount: 0,
  },
  mount: { path: '/', type: 'ext4' },
  inotify: {
    maxWatchCount: 1000,
    maxWatchSetting: 'fs.inotify.max_user_watches',
    usedWatchCount: 900,
    maxInstanceCount: 128,
    maxInstanceSetting: 'fs.inotify.max_user_instances',
    usedInstanceCount: 127,
    maxQueuedCount: 16_384,
  },
  descriptors: { limit: 1024, usedCount: 30 },
  clock: { grainMs: 0.001, stepMs: 0.2 },
} satisfies DoctorFacts;

const notOk = (facts: DoctorFacts) => doctorFindings(facts).filter(({ _tag }) => _tag !== 'ok');
const inotify = (over: Partial<typeof healthy.inotify>): DoctorFacts => ({
  ...healthy,
  inotify: { ...healthy.inotify, ...over },
});
const tree = (over: Partial<typeof healthy.tree>): DoctorFacts => ({
  ...healthy,
  tree: { ...healthy.tree, ...over },
});

it('finds nothing on a machine on which the last watch just fits', () => {
  expect(notOk(healthy)).toEqual([]);
  expect(doctorFindings(healthy).map(({ subject }) => subject)).toEqual([
    'Node',
    'directories',
    'filesystem',
    'backend',
    'inotify watches',
    'inotify instances',
    'inotify queue',
    'descriptors',
    'clock',
    'file times',
  ]);
});

describe('a problem says how to fix it', () => {
  it.each([
    ['one watch too few', inotify({ usedWatchCount: 901 }), 'fs.inotify.max_user_watches=524288'],
    [
      'far too few watches',
      { ...inotify({}), tree: { ...healthy.tree, directoryCount: 400_000 } },
      'fs.inotify.max_user_watches=1048576',
    ],
    [
      'too few watches in a user namespace',
      inotify({ maxWatchCount: 50, maxWatchSetting: 'user.max_inotify_watches' }),
      'sudo sysctl -w user.max_inotify_watches=524288',
    ],
    [
      'no instance left',
      inotify({ usedInstanceCount: 128 }),
      'sudo sysctl -w fs.inotify.max_user_instances=1024;',
    ],
    ['an old Node', { ...healthy, nodeVersion: '20.18.3' }, 'install Node 22 or later'],
    ['Node 21', { ...healthy, nodeVersion: '21.7.3' }, 'install Node 22'],
    ['Node 18', { ...healthy, nodeVersion: '18.20.0' }, 'install Node 22'],
    [
      'few descriptors',
      { ...healthy, descriptors: { limit: 256, usedCount: 30 } },
      'ulimit -n 4096',
    ],
    ['unreadable directories', tree({ unreadable: ['/p/a', '/p/b'] }), 'chmod u+rx /p/a'],
  ])('%s', (_, facts, advice) => {
    const found = notOk(facts);
    expect(found.map(({ _tag }) => _tag)).toEqual(['problem']);
    expect(found[0]?.advice).toContain(advice);
  });
});

describe('a note is given for', () => {
  it.each([
    ['a network share', { ...healthy, mount: { path: '/n', type: 'nfs4' } }, 'nfs4, mounted at /n'],
    ['a short queue', inotify({ maxQueuedCount: 100 }), '100 events'],
    [
      'a clock that was set',
      { ...healthy, clock: { grainMs: 1, stepMs: -3600 } },
      'set by -3600 ms',
    ],
    [
      'file times in the future',
      tree({ futureCount: 3 }),
      '3 of 1000 files have a time in the future',
    ],
    [
      'file times of whole seconds',
      tree({ wholeSecondCount: 1000 }),
      'whole seconds in all of 1000',
    ],
    ['Linux without /proc', { ...healthy, inotify: undefined }, 'cannot be read'],
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
  expect(backend(healthy)).toMatch(/^chokidar, the default; nodeFs/);
  expect(backend({ ...healthy, platform: 'darwin', inotify: undefined })).toBe(
    'chokidar, the default',
  );
  expect(backend({ ...healthy, mount: { path: '/', type: 'virtiofs' } })).toMatch(
    /virtiofs sends no/,
  );
});

it('says nothing about inotify where there is none', () => {
  const facts: DoctorFacts = {
    ...healthy,
    platform: 'win32',
    inotify: undefined,
    mount: undefined,
    descriptors: undefined,
  };
  expect(notOk(facts)).toEqual([]);
  expect(doctorFindings(facts).some(({ subject }) => subject.includes('inotify'))).toBe(false);
});
