import { describe, expect, it } from 'vitest';
import { findMovedDirectories } from '../../../src/sources/changes/movedDirectories.js';
import type { Identity } from '../../../src/sources/disk/Look.js';
import { type Directory, newDirectory } from '../../../src/sources/forest/Directory.js';

describe('moved directories', () => {
  const directory = (path: string, reported?: Identity, live?: Identity): Directory => ({
    ...newDirectory(path),
    reported,
    live,
  });
  const id = (ino: number, birthMs = 1): Identity => ({ dev: 1, ino, birthMs });

  it('are found without those that moved along, and with those that moved elsewhere', () => {
    const touched = [
      ...[directory('/d', id(1)), directory('/d/in', id(2)), directory('/d/out', id(3))],
      ...[directory('/e/in', undefined, id(2)), directory('/e', undefined, id(1))],
      directory('/far', undefined, id(3)),
    ];
    expect(findMovedDirectories(touched)).toEqual([
      { from: '/d', to: '/e' },
      { from: '/d/out', to: '/far' },
    ]);
  });

  it('are not paired by a reused inode: the whole identity must be the same', () => {
    expect(
      findMovedDirectories([directory('/d', id(1)), directory('/e', undefined, id(1, 2))]),
    ).toEqual([]);
  });
});
