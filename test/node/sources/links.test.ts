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
import { describe, expect, it } from 'vitest';
import { type WatchOptions, watch } from '../../../src/sources/index.js';

const boundMs = 9_000;

interface Linked {
  readonly path: (name: string) => string;
  readonly write: (name: string, content?: string) => void;
  /** Waits until exactly this was reported since the last call, and nothing else within the next 60 ms. */
  readonly expectReported: (...expected: readonly string[]) => Promise<void>;
}

/** Watches `root` in a new directory: `link` leads to `real`, `to-a` to `a`. Links below a root are not followed. */
async function withLinks(
  root: string | readonly string[],
  options: WatchOptions,
  body: (linked: Linked) => Promise<void>,
) {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-links-')));
  const path = (name: string) => join(dir, name);
  const write = (name: string, content = name) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), content);
  };
  for (const name of ['real/conf.json', 'real/plugins/p.ts', 'a/f.ts', 'b/f.ts', 'b/g.ts']) {
    write(name, name);
  }
  symlinkSync('real', path('link'));
  symlinkSync('a', path('to-a'));
  symlinkSync('../a', path('real/inner'));
  const reported: string[] = [];
  let isReady = false;
  const until = async (isDone: () => boolean) => {
    for (const endMs = Date.now() + boundMs; !isDone() && Date.now() < endMs; ) await delay(2);
  };
  const subscription = watch([root].flat().map(path), {
    ...options,
    onReady: () => (isReady = true),
    onError: (error) => reported.push(`${error.code} ${relative(dir, error.path)}`),
  }).subscribe(({ _tag, path }) => reported.push(`${_tag} ${relative(dir, path)}`));
  try {
    await until(() => isReady);
    await body({
      path,
      write,
      expectReported: async (...expected) => {
        await until(() => reported.length >= expected.length);
        await delay(60);
        expect(reported.splice(0).sort()).toEqual(expected.toSorted());
      },
    });
  } finally {
    subscription.unsubscribe();
    rmSync(dir, { recursive: true, force: true });
  }
}

describe.each(['chokidar', 'nodeFs', 'polling'] as const)('behind a link, over %s', (backend) => {
  it('a file that is a root is watched', () =>
    withLinks('link/conf.json', { backend }, async ({ write, expectReported }) => {
      write('real/conf.json', 'edited');
      await expectReported('Modified link/conf.json');
    }));

  it('a directory that is a root is found again when it comes back', () =>
    withLinks('link/plugins', { backend }, async ({ path, write, expectReported }) => {
      rmSync(path('real/plugins'), { recursive: true });
      await expectReported('Deleted link/plugins/p.ts', 'ROOT_GONE link/plugins');
      write('real/plugins/q.ts');
      await expectReported('Created link/plugins/q.ts');
      write('real/plugins/q.ts', 'edited');
      await expectReported('Modified link/plugins/q.ts');
    }));

  it('a root that does not exist is watched from the moment it appears', () =>
    withLinks('link/later/d', { backend }, async ({ write, expectReported }) => {
      await expectReported('ENOENT link/later/d');
      write('real/later/d/f.ts');
      await expectReported('Created link/later/d/f.ts');
    }));

  it('a root that is a link to a directory is followed, and the links in it are entries of their own', () =>
    withLinks('link', { backend }, async ({ path, write, expectReported }) => {
      write('real/plugins/p.ts', 'edited');
      await expectReported('Modified link/plugins/p.ts');
      write('a/f.ts', 'no root');
      unlinkSync(path('real/inner'));
      await expectReported('Deleted link/inner');
      rmSync(path('real/plugins'), { recursive: true });
      await expectReported('Deleted link/plugins/p.ts');
    }));

  it('a root that is a link is followed to its new target', () =>
    withLinks('to-a', { backend }, async ({ path, write, expectReported }) => {
      symlinkSync('b', path('new'));
      renameSync(path('new'), path('to-a'));
      await expectReported('Modified to-a/f.ts', 'Created to-a/g.ts');
      write('b/g.ts', 'edited');
      await expectReported('Modified to-a/g.ts');
      unlinkSync(path('to-a'));
      await expectReported('Deleted to-a/g.ts', 'Deleted to-a/f.ts', 'ROOT_GONE to-a');
      symlinkSync('a', path('to-a'));
      await expectReported('Created to-a/f.ts');
    }));

  it('a link that is a root is an entry of another root above it', () =>
    withLinks(['.', 'to-a'], { backend }, async ({ path, write, expectReported }) => {
      write('a/f.ts', 'edited');
      await expectReported(...['a/f.ts', 'to-a/f.ts'].map((name) => `Modified ${name}`));
      unlinkSync(path('to-a'));
      symlinkSync('b', path('to-a'));
      await expectReported('Modified to-a', 'Modified to-a/f.ts', 'Created to-a/g.ts');
    }));

  it('a root below a link that gets another target is watched there', () =>
    withLinks('link/plugins', { backend }, async ({ path, write, expectReported }) => {
      write('other/plugins/p.ts', 'of the other');
      symlinkSync('other', path('new'));
      renameSync(path('new'), path('link'));
      await expectReported('Modified link/plugins/p.ts');
      write('other/plugins/p.ts', 'edited');
      await expectReported('Modified link/plugins/p.ts');
    }));
});
