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
import { watch, type WatchOptions } from '../../../src/sources/index.js';

const boundMs = 9_000;

interface Linked {
  readonly path: (name: string) => string;
  readonly write: (name: string, content?: string) => void;
  /** Waits until exactly this was said since the last time, and nothing else in the moment after. */
  readonly expectSaid: (...expected: readonly string[]) => Promise<void>;
}

/** Watches `root` in a directory of its own: `link` leads to `real`, `to-a` to `a`. Symbolic links are not followed. */
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
  const said: string[] = [];
  let isReady = false;
  const until = async (isDone: () => boolean) => {
    for (const endMs = Date.now() + boundMs; !isDone() && Date.now() < endMs; ) await delay(2);
  };
  const subscription = watch([root].flat().map(path), {
    ...options,
    onReady: () => (isReady = true),
    onError: (error) => said.push(`${error.code} ${relative(dir, error.path)}`),
  }).subscribe(({ _tag, path }) => said.push(`${_tag} ${relative(dir, path)}`));
  try {
    await until(() => isReady);
    await body({
      ...{ path, write },
      expectSaid: async (...expected) => {
        await until(() => said.length >= expected.length);
        await delay(60);
        expect(said.splice(0).sort()).toEqual(expected.toSorted());
      },
    });
  } finally {
    subscription.unsubscribe();
    rmSync(dir, { recursive: true, force: true });
  }
}

describe.each(['chokidar', 'nodeFs', 'polling'] as const)('behind a link, over %s', (backend) => {
  it('a file that is named is watched', () =>
    withLinks('link/conf.json', { backend }, async ({ write, expectSaid }) => {
      write('real/conf.json', 'edited');
      await expectSaid('Modified link/conf.json');
    }));

  it('a directory that is named is found again when it comes back', () =>
    withLinks('link/plugins', { backend }, async ({ path, write, expectSaid }) => {
      rmSync(path('real/plugins'), { recursive: true });
      await expectSaid('Deleted link/plugins/p.ts');
      write('real/plugins/q.ts');
      await expectSaid('Created link/plugins/q.ts');
      write('real/plugins/q.ts', 'edited');
      await expectSaid('Modified link/plugins/q.ts');
    }));

  it('a path that is named and missing is watched from the moment it appears', () =>
    withLinks('link/later/d', { backend }, async ({ write, expectSaid }) => {
      await expectSaid('ENOENT link/later/d');
      write('real/later/d/f.ts');
      await expectSaid('Created link/later/d/f.ts');
    }));

  it('a root that is a link to a directory is followed, and the links in it are entries', () =>
    withLinks('link', { backend }, async ({ path, write, expectSaid }) => {
      write('real/plugins/p.ts', 'edited');
      await expectSaid('Modified link/plugins/p.ts');
      write('a/f.ts', 'nobody named it');
      unlinkSync(path('real/inner'));
      await expectSaid('Deleted link/inner');
      rmSync(path('real/plugins'), { recursive: true });
      await expectSaid('Deleted link/plugins/p.ts');
    }));

  it('a root that is a link is followed to where it is led', () =>
    withLinks('to-a', { backend }, async ({ path, write, expectSaid }) => {
      symlinkSync('b', path('new'));
      renameSync(path('new'), path('to-a'));
      await expectSaid('Modified to-a/f.ts', 'Created to-a/g.ts');
      write('b/g.ts', 'edited');
      await expectSaid('Modified to-a/g.ts');
      unlinkSync(path('to-a'));
      await expectSaid('Deleted to-a/g.ts', 'Deleted to-a/f.ts');
      symlinkSync('a', path('to-a'));
      await expectSaid('Created to-a/f.ts');
    }));

  it('a link that one root names is an entry to another root above it', () =>
    withLinks(['.', 'to-a'], { backend }, async ({ path, write, expectSaid }) => {
      write('a/f.ts', 'edited');
      await expectSaid(...['a/f.ts', 'to-a/f.ts'].map((name) => `Modified ${name}`));
      unlinkSync(path('to-a'));
      symlinkSync('b', path('to-a'));
      await expectSaid('Modified to-a', 'Modified to-a/f.ts', 'Created to-a/g.ts');
    }));

  it('a root below a link that is led elsewhere is watched there', () =>
    withLinks('link/plugins', { backend }, async ({ path, write, expectSaid }) => {
      write('other/plugins/p.ts', 'of the other');
      symlinkSync('other', path('new'));
      renameSync(path('new'), path('link'));
      await expectSaid('Modified link/plugins/p.ts');
      write('other/plugins/p.ts', 'edited');
      await expectSaid('Modified link/plugins/p.ts');
    }));
});
