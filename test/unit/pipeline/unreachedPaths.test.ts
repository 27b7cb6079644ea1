import { expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import { UnreachedPaths } from '../../../src/pipeline/stream/UnreachedPaths.js';

/** Each path is a directory, except those that are a link to another place. */
function start(links: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  const unreached = new UnreachedPaths('/p', {
    look: () => ({ kind: 'directory' }),
    realPath: (path) => {
      asked.push(path);
      return links[path] ?? path;
    },
  });
  return { unreached, asked };
}

const created = (path: string): WatchEvent => ({
  _tag: 'Created',
  path,
  kind: 'directory',
  atMs: 0,
  batch: 1,
});

it('asks where the directory really is once per set of paths, and for a path once', () => {
  const { unreached, asked } = start({ '/p/b': '/elsewhere' });
  const paths = ['/p/a', '/p/b', '/p/c', '/outside'];
  expect(unreached.of(paths)).toEqual(['/p/b', '/outside']);
  expect(asked).toEqual(['/p', '/p/a', '/p/b', '/p/c']);
  expect(unreached.of(paths)).toEqual(['/p/b', '/outside']);
  expect(asked).toHaveLength(4);
});

it('forgets the directories above paths that nobody asks for any more', () => {
  const { unreached } = start();
  for (let at = 0; at < 100; at += 1) unreached.of([`/p/${at}/src`, `/p/${at}/lib`]);
  expect(unreached.note(created('/p/50'))).toBe(false);
  expect(unreached.note(created('/p/99'))).toBe(true);
});

it('a directory above two paths counts until both are forgotten', () => {
  const { unreached } = start();
  unreached.of(['/p/a/src', '/p/a/lib']);
  expect(unreached.note(created('/p/a/src'))).toBe(true);
  expect(unreached.note(created('/p/a'))).toBe(true);
  expect(unreached.note(created('/p/a'))).toBe(false);
});
