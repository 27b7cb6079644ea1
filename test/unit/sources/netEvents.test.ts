import { describe, expect, it } from 'vitest';
import { MovedDirectories } from '../../../src/sources/changes/movedDirectories.js';
import { netEvents } from '../../../src/sources/changes/netEvents.js';
import type { PathDiff } from '../../../src/sources/changes/pairRenames.js';
import type { Look } from '../../../src/sources/disk/Look.js';

const look = (ino: number, mtimeMs = 1): Look => ({
  kind: 'file',
  isFollowed: false,
  dev: 1,
  ino,
  birthMs: ino * 10,
  mtimeMs,
  ctimeMs: mtimeMs,
  sizeBytes: 3,
  atimeMs: 0,
});
const touched = (path: string, before?: Look, after?: Look): PathDiff => ({
  path,
  before: before === undefined ? undefined : { ...before, digest: Number.NaN, isFresh: false },
  after,
  isChanged: before !== undefined && after !== undefined && before.mtimeMs !== after.mtimeMs,
});
const reported = (items: readonly PathDiff[], moved: { from: string; to: string }[] = []) =>
  netEvents(items, new MovedDirectories(moved)).map((group) =>
    group.map((e) => (e._tag === 'Renamed' ? `${e.from} > ${e.path}` : `${e._tag} ${e.path}`)),
  );

describe('netEvents', () => {
  it('reports nothing for a path that came and went, or is as it was', () => {
    expect(reported([touched('/a'), touched('/b', look(1), look(1))])).toEqual([]);
  });

  it('reports Modified for a path that had a file and has another one', () => {
    expect(reported([touched('/a', look(1), look(2, 9))])).toEqual([['Modified /a']]);
  });

  it('pairs a rename only when device, inode and time of birth are the same', () => {
    expect(reported([touched('/a', look(1)), touched('/b', undefined, look(1))])).toEqual([
      ['/a > /b'],
    ]);
    const reborn = { ...look(1), birthMs: 11 };
    expect(reported([touched('/a', look(1)), touched('/b', undefined, reborn)])).toEqual([
      ['Deleted /a', 'Created /b'],
    ]);
    const elsewhere = { ...look(1), dev: 2 };
    expect(reported([touched('/a', look(1)), touched('/b', undefined, elsewhere)])).toEqual([
      ['Deleted /a', 'Created /b'],
    ]);
    const unknown = { ...look(1), ino: 0 };
    expect(reported([touched('/a', unknown), touched('/b', undefined, unknown)])).toEqual([
      ['Deleted /a', 'Created /b'],
    ]);
  });

  it('reports the edit of a renamed file in the next group', () => {
    expect(reported([touched('/a', look(1)), touched('/b', undefined, look(1, 5))])).toEqual([
      ['/a > /b'],
      ['Modified /b'],
    ]);
  });

  it('reports a moved directory once, and in the next group what else became of its files', () => {
    const moved = [{ from: '/d', to: '/e' }];
    const along = [touched('/d/a', look(1)), touched('/e/a', undefined, look(1))];
    expect(reported(along, moved)).toEqual([['/d > /e']]);
    expect(
      reported(
        [
          ...along,
          ...[touched('/d/b', look(2)), touched('/e/b', undefined, look(2, 7))],
          touched('/d/c', look(3)),
          touched('/e/n', undefined, look(4)),
        ],
        moved,
      ),
    ).toEqual([
      ['/d > /e', 'Created /e/n'],
      ['Deleted /e/c', 'Modified /e/b'],
    ]);
  });

  it('reports a directory that moved out of a moved one first, under its old name', () => {
    const moved = [
      { from: '/d', to: '/e' },
      { from: '/d/in', to: '/longer' },
    ];
    const items = [
      ...[touched('/d/a', look(1)), touched('/e/a', undefined, look(1))],
      ...[touched('/d/in/b', look(2)), touched('/longer/b', undefined, look(2))],
    ];
    expect(reported(items, moved)).toEqual([['/d/in > /longer', '/d > /e']]);
  });

  it('reports files of a directory that was removed before another took its place, and the outer one moved, under their old paths', () => {
    const moved = [
      { from: '/d', to: '/moved' },
      { from: '/other', to: '/moved/in' },
    ];
    const items = [
      ...[touched('/d/a', look(1)), touched('/moved/a', undefined, look(1))],
      touched('/d/in/b', look(2)),
      ...[touched('/other/b', look(3)), touched('/moved/in/b', undefined, look(3))],
    ];
    expect(reported(items, moved)).toEqual([
      ['Deleted /d/in/b', '/other > /moved/in', '/d > /moved'],
    ]);
  });

  it('reports a file in a moved directory that took the place of another, also with the same size and time', () => {
    const moved = [{ from: '/d', to: '/e' }];
    const items = [touched('/d/a', look(1)), touched('/e/a', undefined, look(2))];
    expect(reported(items, moved)).toEqual([['/d > /e'], ['Modified /e/a']]);
  });

  it('reports nothing for a moved directory without files', () => {
    expect(reported([], [{ from: '/d', to: '/e' }])).toEqual([]);
  });

  it('reports deletions before creations, the deepest first', () => {
    expect(
      reported([
        touched('/z', undefined, look(9)),
        touched('/m', look(3), look(3, 4)),
        touched('/d/a', look(1)),
        touched('/d/e/b', look(2)),
      ]),
    ).toEqual([['Deleted /d/e/b', 'Deleted /d/a', 'Modified /m', 'Created /z']]);
  });
});
