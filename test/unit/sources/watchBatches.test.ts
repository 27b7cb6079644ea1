import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { schedulerClock } from '../../../src/sources/disk/Clock.js';
import { FakeDisk } from '../../cases/source/fakeDisk.js';
import { startSession } from '../../cases/source/startSession.js';

/** A session over a backend that hints at once, or sends nothing while it is deaf. */
function start(files: Readonly<Record<string, string>>, answerMs?: number) {
  const scheduler = new VirtualTimeScheduler();
  const disk = new FakeDisk(scheduler);
  for (const [path, content] of Object.entries(files)) disk.write(path, content);
  const clock = schedulerClock(scheduler);
  const reported: string[] = [];
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
          if (answerMs === undefined) onHint({ dir, name: null });
          else clock.after(answerMs, () => onHint({ dir, name: null }));
        },
        release: (dir) => disk.release(dir),
        close: () => hints.unsubscribe(),
      };
    },
    onEvents: (events) => {
      for (const event of events) {
        const from = event._tag === 'Renamed' ? `${event.from} > ` : '';
        reported.push(
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
    return reported.map((each) => each.trim());
  };
  return { disk, backend, at, finish };
}

describe('a batch', () => {
  it('waits for a long file that is still being written, even without a hint', () => {
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

  it('reports a rename as one event, even when the new name looks temporary', () => {
    const { disk, at, finish } = start({ '/r/a': 'x', '/r/c': 'y' });
    at(100, () => disk.rename('/r/a', '/r/a~'));
    at(103, () => disk.write('/r/c', 'zz'));
    expect(finish()).toEqual(['Modified /r/c 2', 'Renamed /r/a > /r/a~ 1']);
  });

  it('reports for a moved directory what was deleted in it, and nothing for the directories that moved along', () => {
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

  const inDirectory = (files: Readonly<Record<string, string>>, answerMs?: number) => {
    const started = start({}, answerMs);
    started.at(10, () => {
      started.disk.makeDirectory('/r/d');
      for (const [name, content] of Object.entries(files))
        started.disk.write(`/r/d/${name}`, content);
    });
    const finish = () => started.finish().slice(Object.keys(files).length);
    return { ...started, finish };
  };

  it('reports the rename of a directory once, even when names in it look temporary', () => {
    const { disk, at, finish } = inDirectory({ 'x.ts': 'x', 'y.tmp': 'y', 'z~': 'z' });
    at(500, () => disk.rename('/r/d', '/r/e'));
    expect(finish()).toEqual(['Renamed /r/d > /r/e']);
  });

  it('reports the rename of a directory that holds only such a name', () => {
    const { disk, at, finish } = inDirectory({ 'y.bak': 'y' });
    at(500, () => disk.rename('/r/d', '/r/e'));
    expect(finish()).toEqual(['Renamed /r/d > /r/e']);
  });

  it('reports the rename of a directory before the writes that go on in it', () => {
    const { disk, at, finish } = inDirectory({ x: 'x', y: 'y' }, 1);
    at(500, () => disk.rename('/r/d', '/r/e'));
    for (let i = 0; i < 40; i++) at(500 + 2 * i, () => disk.write('/r/e/x', 'x'.repeat(2 + i)));
    const reported = finish();
    expect(reported[0]).toEqual('Renamed /r/d > /r/e');
    expect(new Set(reported.slice(1).map((each) => each.split(' ', 2).join(' ')))).toEqual(
      new Set(['Modified /r/e/x']),
    );
    expect(reported.at(-1)).toEqual('Modified /r/e/x 41');
  });

  it('reports the rename of a directory before what is replaced in it, or renamed to a name that looks temporary', () => {
    const { disk, at, finish } = inDirectory({ x: 'x', y: 'y', z: 'z' });
    at(500, () => {
      disk.rename('/r/d', '/r/e');
      disk.rename('/r/e/z', '/r/e/z~');
    });
    at(505, () => {
      disk.remove('/r/e/x');
      disk.write('/r/e/x', 'another');
    });
    at(512, () => disk.write('/r/e/x', 'another, and longer'));
    expect(finish()).toEqual([
      ...['Renamed /r/d > /r/e', 'Deleted /r/e/z', 'Modified /r/e/x 19', 'Created /r/e/z~ 1'],
    ]);
  });
});
