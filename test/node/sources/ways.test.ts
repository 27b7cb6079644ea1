import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { watch as chokidar } from 'chokidar';
import { describe, expect, it } from 'vitest';
import { chokidarBackend, type WatchOptions, watch } from '../../../src/sources/index.js';

/** Less than the pause before the first background scan, which would find the change as well. */
const boundMs = 4_000;

interface Deploy {
  readonly path: (name: string) => string;
  readonly write: (name: string, content?: string) => void;
  /** Makes a link in one step, in place of what is there. */
  readonly lead: (name: string, target: string) => void;
  /** Waits until all of these were reported since the last call. */
  readonly expectReported: (...expected: readonly string[]) => Promise<void>;
}

async function deployed(
  files: readonly string[],
  links: Readonly<Record<string, string>>,
  root: string | readonly string[],
  options: WatchOptions,
  body: (deploy: Deploy) => Promise<void>,
) {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-ways-')));
  const path = (name: string) => join(dir, name);
  const write = (name: string, content = name) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), content);
  };
  const lead = (name: string, target: string) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    symlinkSync(target, path(`${name}.next`));
    renameSync(path(`${name}.next`), path(name));
  };
  for (const name of files) write(name);
  for (const [name, target] of Object.entries(links)) lead(name, target);
  const reported: string[] = [];
  let isReady = false;
  const until = async (isDone: () => boolean) => {
    for (const endMs = Date.now() + boundMs; !isDone() && Date.now() < endMs; ) await delay(2);
  };
  const subscription = watch([root].flat().map(path), {
    ...options,
    onReady: () => (isReady = true),
    onError: (error) => reported.push(`${error.code} ${relative(dir, error.path)}`),
    onRecovered: (error) => reported.push(`recovered ${error.code} ${relative(dir, error.path)}`),
  }).subscribe(({ _tag, path }) => reported.push(`${_tag} ${relative(dir, path)}`));
  try {
    await until(() => isReady);
    await body({
      path,
      write,
      lead,
      expectReported: async (...expected) => {
        await until(() => expected.every((line) => reported.includes(line)));
        expect(reported).toEqual(expect.arrayContaining([...expected]));
        reported.length = 0;
      },
    });
  } finally {
    subscription.unsubscribe();
    rmSync(dir, { recursive: true, force: true });
  }
}

const releases = ['rel/1/plugins/p.ts', 'rel/2/plugins/p.ts', 'rel/2/plugins/q.ts'];

describe.each(['chokidar', 'nodeFs'] as const)('on the way to a root, over %s', (backend) => {
  it('a release link above the root is led elsewhere, and back', () =>
    deployed(
      releases,
      { current: 'rel/1' },
      'current/plugins',
      { backend },
      async ({ lead, write, expectReported }) => {
        lead('current', 'rel/2');
        await expectReported('Modified current/plugins/p.ts', 'Created current/plugins/q.ts');
        write('rel/2/plugins/q.ts', 'edited');
        await expectReported('Modified current/plugins/q.ts');
        lead('current', 'rel/1');
        await expectReported('Modified current/plugins/p.ts', 'Deleted current/plugins/q.ts');
      },
    ));

  it('a link two hops away is led elsewhere', () =>
    deployed(
      releases,
      { current: 'hops/one', 'hops/one': '../stable', stable: 'rel/1' },
      'current/plugins',
      { backend },
      async ({ lead, expectReported }) => {
        lead('stable', 'rel/2');
        await expectReported('Modified current/plugins/p.ts');
        lead('hops/one', '../rel/1');
        await expectReported('Modified current/plugins/p.ts');
        lead('stable', 'rel/1');
        lead('hops/one', '../rel/2');
        await expectReported('Modified current/plugins/p.ts');
      },
    ));

  it('a directory above the root is exchanged', () =>
    deployed(
      ['app/v/plugins/p.ts', 'other/v/plugins/p.ts'],
      {},
      'app/v/plugins',
      { backend },
      async ({ path, write, expectReported }) => {
        renameSync(path('app'), path('old'));
        renameSync(path('other'), path('app'));
        await expectReported('Modified app/v/plugins/p.ts');
        write('app/v/plugins/p.ts', 'edited');
        await expectReported('Modified app/v/plugins/p.ts');
      },
    ));

  it('the target of the link is exchanged', () =>
    deployed(
      releases,
      { current: 'rel/1' },
      'current/plugins',
      { backend },
      async ({ path, expectReported }) => {
        renameSync(path('rel/1'), path('rel/old'));
        renameSync(path('rel/2'), path('rel/1'));
        await expectReported('Modified current/plugins/p.ts', 'Created current/plugins/q.ts');
      },
    ));

  it('a link is replaced by a directory, and a directory by a link', () =>
    deployed(
      releases,
      { current: 'rel/1' },
      'current/plugins',
      { backend },
      async ({ path, lead, expectReported }) => {
        unlinkSync(path('current'));
        renameSync(path('rel/2'), path('current'));
        await expectReported('Created current/plugins/q.ts');
        renameSync(path('current'), path('rel/2'));
        lead('current', 'rel/1');
        await expectReported('Deleted current/plugins/q.ts');
      },
    ));

  it('a file that is a link: its target is edited, replaced, and exchanged by another link', () =>
    deployed(
      ['shared/1/x.ts', 'shared/2/x.ts'],
      { 'lib/x.ts': '../shared/1/x.ts' },
      'lib/x.ts',
      { backend },
      async ({ path, write, lead, expectReported }) => {
        write('shared/1/x.ts', 'edited');
        await expectReported('Modified lib/x.ts');
        write('shared/1/new', 'replaced');
        renameSync(path('shared/1/new'), path('shared/1/x.ts'));
        await expectReported('Modified lib/x.ts');
        lead('lib/x.ts', '../shared/2/x.ts');
        await expectReported('Modified lib/x.ts');
        write('shared/2/x.ts', 'again');
        await expectReported('Modified lib/x.ts');
        unlinkSync(path('shared/2/x.ts'));
        await expectReported('Deleted lib/x.ts');
        write('shared/2/x.ts', 'back');
        await expectReported('Created lib/x.ts');
      },
    ));

  it.each(['later/d', 'later/f.ts'])('a dangling link that leads to %s one day', (target) =>
    deployed([], { root: target }, 'root', { backend }, async ({ write, expectReported }) => {
      await expectReported('ENOENT root');
      write('later/other.ts');
      write(target === 'later/d' ? 'later/d/f.ts' : target);
      await expectReported(
        target === 'later/d' ? 'Created root/f.ts' : 'Created root',
        'recovered ENOENT root',
      );
    }),
  );

  it('with followed links, a link in the middle of a tree of many files', () =>
    deployed(
      [
        ...releases,
        ...Array.from({ length: 300 }, (_, index) => `tree/d${index % 30}/f${index}.ts`),
      ],
      { 'tree/current': '../rel/1' },
      'tree',
      { backend, followSymlinks: true },
      async ({ lead, write, expectReported }) => {
        lead('tree/current', '../rel/2');
        await expectReported('Modified tree/current/plugins/p.ts');
        write('rel/2/plugins/q.ts', 'edited');
        await expectReported('Modified tree/current/plugins/q.ts');
      },
    ));

  it('two roots behind one link, one of which leaves the set', () =>
    deployed(
      [...releases, 'rel/1/conf.json', 'rel/2/conf.json'],
      { current: 'rel/1' },
      ['current/plugins', 'current/conf.json'],
      { backend },
      async ({ lead, expectReported }) => {
        lead('current', 'rel/2');
        await expectReported('Modified current/plugins/p.ts', 'Modified current/conf.json');
      },
    ));
});

it('chokidar watches no directory above a root, which it would read whole at each change in it', async () => {
  const watched: string[] = [];
  const backend = chokidarBackend({
    watch: (path, options) => {
      watched.push(path);
      return chokidar(path, options);
    },
  });
  await deployed(
    ['app/plugins/a.ts', 'other.txt'],
    {},
    'app/plugins',
    { backend },
    async ({ path, write, expectReported }) => {
      expect(watched).toEqual([path('app/plugins')]);
      renameSync(path('app'), path('away'));
      write('app/plugins/b.ts');
      await expectReported('Deleted app/plugins/a.ts', 'Created app/plugins/b.ts');
      expect(watched.filter((dir) => dir !== path('app/plugins'))).toEqual([]);
    },
  );
});
