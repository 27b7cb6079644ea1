import { describe, expect, it } from 'vitest';
import { MovedDirectories } from '../../../src/sources/changes/movedDirectories.js';
import { netEvents } from '../../../src/sources/changes/netEvents.js';
import type { PathDiff } from '../../../src/sources/changes/pairRenames.js';
import type { Look } from '../../../src/sources/disk/Look.js';

const look = (ino: number, mtimeMs = 1): Look => ({
  ...{ kind: 'file', isFollowed: false, dev: 1, ino, birthMs: ino * 10 },
  ...{ mtimeMs, ctimeMs: mtimeMs, sizeBytes: 3 },
});
const touched = (path: string, before?: Look, after?: Look): PathDiff => ({
  path,
  before: before === undefined ? undefined : { ...before, digest: Number.NaN },
  after,
  isChanged: before !== undefined && after !== undefined && before.mtimeMs !== after.mtimeMs,
});
const said = (items: readonly PathDiff[], moved: { from: string; to: string }[] = []) =>
  netEvents(items, new MovedDirectories(moved)).map((group) =>
    group.map((e) => (e._tag === 'Renamed' ? `${e.from} > ${e.path}` : `${e._tag} ${e.path}`)),
  );

describe('netEvents', () => {
  it('says nothing of what came and went, or is as it was', () => {
    expect(said([touched('/a'), touched('/b', look(1), look(1))])).toEqual([]);
  });

  it('calls a path that had a file and has one Modified, whoever it is', () => {
    expect(said([touched('/a', look(1), look(2, 9))])).toEqual([['Modified /a']]);
  });

  it('pairs by device, inode and time of birth, and by nothing less', () => {
    expect(said([touched('/a', look(1)), touched('/b', undefined, look(1))])).toEqual([
      ['/a > /b'],
    ]);
    const reborn = { ...look(1), birthMs: 11 };
    expect(said([touched('/a', look(1)), touched('/b', undefined, reborn)])).toEqual([
      ['Deleted /a', 'Created /b'],
    ]);
    const elsewhere = { ...look(1), dev: 2 };
    expect(said([touched('/a', look(1)), touched('/b', undefined, elsewhere)])).toEqual([
      ['Deleted /a', 'Created /b'],
    ]);
    const unknown = { ...look(1), ino: 0 };
    expect(said([touched('/a', unknown), touched('/b', undefined, unknown)])).toEqual([
      ['Deleted /a', 'Created /b'],
    ]);
  });

  it('says an edit after the rename, in a group of its own', () => {
    expect(said([touched('/a', look(1)), touched('/b', undefined, look(1, 5))])).toEqual([
      ['/a > /b'],
      ['Modified /b'],
    ]);
  });

  it('lets a moved directory stand for what moved along, and says what else became of it', () => {
    const moved = [{ from: '/d', to: '/e' }];
    const along = [touched('/d/a', look(1)), touched('/e/a', undefined, look(1))];
    expect(said(along, moved)).toEqual([['/d > /e']]);
    expect(
      said(
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

  it('tells what moved out of a directory before that moved, under the name that it had then', () => {
    const moved = [
      { from: '/d', to: '/e' },
      { from: '/d/in', to: '/longer' },
    ];
    const items = [
      ...[touched('/d/a', look(1)), touched('/e/a', undefined, look(1))],
      ...[touched('/d/in/b', look(2)), touched('/longer/b', undefined, look(2))],
    ];
    expect(said(items, moved)).toEqual([['/d/in > /longer', '/d > /e']]);
  });

  it('says nothing of a moved directory without files', () => {
    expect(said([], [{ from: '/d', to: '/e' }])).toEqual([]);
  });

  it('says what goes before what comes, the deepest first', () => {
    expect(
      said([
        touched('/z', undefined, look(9)),
        touched('/m', look(3), look(3, 4)),
        touched('/d/a', look(1)),
        touched('/d/e/b', look(2)),
      ]),
    ).toEqual([['Deleted /d/e/b', 'Deleted /d/a', 'Modified /m', 'Created /z']]);
  });
});
