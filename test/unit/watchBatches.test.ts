import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { newDirectory, type Directory, type Identity } from '../../src/sources/Directory.js';
import { isSameLook } from '../../src/sources/isSameLook.js';
import type { Look } from '../../src/sources/Look.js';
import { movedDirectories } from '../../src/sources/movedDirectories.js';
import { schedulerClock } from '../../src/sources/schedulerClock.js';
import { FakeDisk } from '../cases/source/fakeDisk.js';
import { startSession } from '../cases/source/startSession.js';

/** A session over a backend that hints at once, or at nothing while it is deaf. */
function start(files: Readonly<Record<string, string>>) {
  const scheduler = new VirtualTimeScheduler();
  const disk = new FakeDisk(scheduler);
  for (const [path, content] of Object.entries(files)) disk.write(path, content);
  const clock = schedulerClock(scheduler);
  const said: string[] = [];
  const backend = { isDeaf: false };
  const session = startSession(disk, {
    clock,
    watcher: (onHint) => {
      const hints = disk.hints$.subscribe((hint) => {
        if (!backend.isDeaf) onHint(hint);
      });
      return {
        watch: (dir) => {
          disk.watch(dir);
          onHint({ dir, name: null });
        },
        release: (dir) => disk.release(dir),
        close: () => hints.unsubscribe(),
      };
    },
    onEvents: (events) => {
      for (const event of events) {
        const from = event._tag === 'Renamed' ? `${event.from} > ` : '';
        said.push(
          `${event._tag} ${from}${event.path} ${disk.files().get(event.path)?.length ?? ''}`,
        );
      }
    },
  });
  session.watch(['/r']);
  const at = (ms: number, act: () => void) => clock.after(ms, act);
  const finish = (ms = 2_000) => {
    at(ms, () => session.close());
    scheduler.flush();
    return said.map((each) => each.trim());
  };
  return { disk, backend, at, finish };
}

describe('a batch', () => {
  it('waits for a long file that is still being written, though no hint says so', () => {
    const { disk, backend, at, finish } = start({ '/r/a': 'x'.repeat(9_000) });
    at(100, () => disk.write('/r/a', 'x'.repeat(5_000)));
    // Past the first look, before the file has been the same for two milliseconds.
    at(101, () => {
      backend.isDeaf = true;
      disk.write('/r/a', 'x'.repeat(6_000));
    });
    at(103, () => disk.write('/r/a', 'x'.repeat(8_000)));
    expect(finish()).toEqual(['Modified /r/a 8000']);
  });

  it('never tears a rename in two, though the new name is one that is kept back', () => {
    const { disk, at, finish } = start({ '/r/a': 'x', '/r/c': 'y' });
    at(100, () => disk.rename('/r/a', '/r/a~'));
    at(103, () => disk.write('/r/c', 'zz'));
    expect(finish()).toEqual(['Modified /r/c 2', 'Renamed /r/a > /r/a~ 1']);
  });

  it('says of a moved directory what was deleted in it, and nothing of the directories that moved along', () => {
    const { disk, at, finish } = start({});
    at(10, () => {
      for (const dir of ['/r/d', '/r/d/deep']) disk.makeDirectory(dir);
      for (const file of ['/r/d/a', '/r/d/b', '/r/d/deep/c']) disk.write(file, 'x');
    });
    at(500, () => {
      disk.rename('/r/d', '/r/e');
      disk.remove('/r/e/b');
    });
    expect(finish().slice(3)).toEqual(['Renamed /r/d > /r/e', 'Deleted /r/e/b']);
  });
});

describe('two looks', () => {
  const look: Look = {
    ...{ kind: 'file', isFollowed: false, dev: 1, ino: 7, birthMs: 1 },
    ...{ mtimeMs: 2, ctimeMs: 3, sizeBytes: 4 },
  };

  it.each(['dev', 'ino', 'birthMs', 'mtimeMs', 'ctimeMs', 'sizeBytes'] as const)(
    'differ where %s does',
    (field) => {
      expect(isSameLook(look, { ...look })).toBe(true);
      expect(isSameLook(look, { ...look, [field]: 9 })).toBe(false);
    },
  );

  it('are the same where neither finds a file, and not where one does', () => {
    expect(isSameLook(undefined, undefined)).toBe(true);
    expect(isSameLook(look, undefined)).toBe(false);
  });
});

describe('moved directories', () => {
  const directory = (path: string, reported?: Identity, live?: Identity): Directory => ({
    ...newDirectory(path),
    reported,
    live,
  });
  const id = (ino: number, birthMs = 1): Identity => ({ dev: 1, ino, birthMs });

  it('are told without those that moved along, which are told where they moved elsewhere', () => {
    const touched = [
      ...[directory('/d', id(1)), directory('/d/in', id(2)), directory('/d/out', id(3))],
      ...[directory('/e/in', undefined, id(2)), directory('/e', undefined, id(1))],
      directory('/far', undefined, id(3)),
    ];
    expect(movedDirectories(touched)).toEqual([
      { from: '/d', to: '/e' },
      { from: '/d/out', to: '/far' },
    ]);
  });

  it('need one identity: an inode that is used again proves nothing', () => {
    expect(
      movedDirectories([directory('/d', id(1)), directory('/e', undefined, id(1, 2))]),
    ).toEqual([]);
  });
});
