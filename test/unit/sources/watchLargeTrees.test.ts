import { dirname } from 'node:path';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Hint } from '../../../src/sources/backends/WatchBackend.js';
import type { NetEvent } from '../../../src/sources/changes/netEvents.js';
import { schedulerClock } from '../../../src/sources/disk/Clock.js';
import type { SessionOptions } from '../../../src/sources/session/SessionPorts.js';
import { FakeDisk } from '../../cases/source/fakeDisk.js';
import { applyEvent } from '../../cases/source/listener.js';
import { startSession } from '../../cases/source/startSession.js';

const dirCount = 20;
const filesPerDir = 50;
const fileCount = dirCount * filesPerDir;
const firstLookCount = 100;
/** When the session starts: the files are old by then. */
const startMs = 5_000;
const dirs = Array.from({ length: dirCount }, (_, i) => `/r/d${i}`);
const paths = dirs.flatMap((dir) => Array.from({ length: filesPerDir }, (_, i) => `${dir}/f${i}`));
/** Listed last, and so known by name: directories are listed from the last one on. */
const [late = ''] = paths;

/** A session over a tree that counts as large, with counted looks. */
function start(
  options: Partial<SessionOptions> = {},
  { isDeaf = false, extra = [] }: { isDeaf?: boolean; extra?: readonly string[] } = {},
) {
  const scheduler = new VirtualTimeScheduler(undefined, 60_000);
  const disk = new FakeDisk(scheduler);
  const clock = schedulerClock(scheduler);
  for (const dir of dirs) disk.makeDirectory(dir);
  for (const path of extra) disk.makeDirectory(dirname(path));
  for (const path of [...extra, ...paths]) disk.write(path, `before ${path}`);
  scheduler.schedule(() => {}, startMs);
  scheduler.flush();

  const counts = { looks: 0, reads: 0, lists: 0 };
  const looked: string[] = [];
  const { look, digest, list, entries } = disk.fileSystem;
  Object.assign(disk.fileSystem, {
    look: (path: string, follow: boolean) => {
      counts.looks += 1;
      looked.push(path);
      return look(path, follow);
    },
    digest: (path: string, maxBytes: number) => {
      counts.reads += 1;
      return digest(path, maxBytes);
    },
    list: (dir: string) => {
      counts.lists += 1;
      return list(dir);
    },
    entries: (dir: string) => {
      counts.lists += 1;
      return entries?.(dir);
    },
  });
  let sendHint: (hint: Hint) => void = () => {};
  const told: string[] = [];
  const seen: NetEvent[] = [];
  /** What is known to one who reads the file of each event. */
  const reader = disk.files();
  let atReady: typeof counts | undefined;
  let onReady: () => void = () => {};
  const session = startSession(
    disk,
    {
      clock,
      watcher: (onHint) => {
        sendHint = onHint;
        return disk.watcher(isDeaf ? () => {} : undefined)(onHint);
      },
      onEvents: (events) => {
        seen.push(...events);
        for (const event of events) {
          applyEvent(event, reader, disk.files());
          told.push(
            event._tag === 'Renamed'
              ? `Renamed ${event.from} ${event.to}`
              : `${event._tag} ${event.path}`,
          );
        }
      },
      onReady: () => {
        atReady = { ...counts };
        onReady();
      },
    },
    { firstLookCount, ...options },
  );
  return {
    disk,
    clock,
    told,
    seen,
    reader,
    counts,
    looked,
    hint: (hint: Hint) => sendHint(hint),
    atReady: () => atReady,
    /** Watches, does something when everything is watched and nothing else was looked at yet, and goes on until nothing is left to do. */
    run: (act: () => void = () => {}) => {
      onReady = act;
      session.watch(['/r']);
      scheduler.flush();
    },
  };
}

describe('the start in a large tree', () => {
  it('looks at as many files as it may, and at each directory once', () => {
    const { run, atReady } = start();
    run();
    const { looks = 0, reads = 0, lists } = atReady() ?? {};
    expect(lists).toBeLessThanOrEqual(1 + dirCount + 1);
    // The root is looked at thrice: what it is, whether it is a link, and what leads to it.
    const ofDirectories = dirCount + 3;
    expect(looks - 2 * reads).toBeLessThanOrEqual(firstLookCount + ofDirectories);
    expect(looks - 2 * reads).toBeGreaterThanOrEqual(firstLookCount);
  });

  it('looks at each file once until all are known', () => {
    const { run, counts, looked, told } = start();
    run();
    const isFile = (path: string) => path.includes('/f');
    expect(new Set(looked.filter(isFile)).size).toBe(fileCount);
    // Reading a file ahead takes two more.
    expect(looked.filter(isFile)).toHaveLength(fileCount + 2 * counts.reads);
    expect(counts.reads).toBe(fileCount);
    expect(told).toEqual([]);
  });

  it('is as that in a small one where it has no more files', () => {
    const small = start({ firstLookCount: fileCount });
    small.run();
    const never = start({ firstLookCount: Infinity });
    never.run();
    expect(small.looked).toEqual(never.looked);
    expect(small.counts).toEqual(never.counts);
  });

  it('reports each file that is there, where that is asked for', () => {
    const { run, told } = start({ initial: true });
    run();
    expect(told).toEqual([...paths].sort().map((path) => `Created ${path}`));
  });

  it('looks at each file where times are of another clock, or the backend polls', () => {
    for (const options of [{ areTimesOurs: false }, { pollEveryMs: 100 }]) {
      const { run, atReady } = start(options);
      run();
      expect(atReady()?.looks).toBeGreaterThanOrEqual(fileCount);
    }
  });
});

describe('a file that was not looked at yet', () => {
  it('is reported when it is written, and not when nothing happened to it', () => {
    const { disk, hint, run, told } = start();
    run(() => {
      disk.write(late, 'after');
      hint({ dir: '/r/d0', name: 'f1' });
    });
    expect(told).toEqual([`Modified ${late}`]);
  });

  it('is reported when its times were set back: a program cannot set the time of the last change', () => {
    const { disk, run, told } = start();
    const { look } = disk.fileSystem;
    Object.assign(disk.fileSystem, {
      look: (path: string, follow: boolean) => {
        const found = look(path, follow);
        return found?.kind === 'file' ? { ...found, mtimeMs: 1_234 } : found;
      },
    });
    run(() => disk.write(late, 'after'));
    expect(told).toEqual([`Modified ${late}`]);
  });

  it('is Deleted and Created when it is renamed, and Renamed when it was looked at', () => {
    const early = start();
    early.run(() => early.disk.rename(late, '/r/new'));
    expect(early.told).toEqual([`Deleted ${late}`, 'Created /r/new']);
    const later = start();
    later.run(() => later.clock.after(1_000, () => later.disk.rename(late, '/r/new')));
    expect(later.told).toEqual([`Renamed ${late} /r/new`]);
  });

  it('is Deleted and Created when its directory is renamed; the directory is Renamed when all in it was looked at', () => {
    const inDir = (dir: string) => Array.from({ length: filesPerDir }, (_, i) => `${dir}/f${i}`);
    const early = start();
    early.run(() => early.disk.rename('/r/d0', '/r/other'));
    const deleted = inDir('/r/d0').map((path) => `Deleted ${path}`);
    const created = inDir('/r/other').map((path) => `Created ${path}`);
    expect(early.told).toEqual([...deleted.sort().reverse(), ...created.sort()]);

    // The directory below it was looked at.
    const below = start({ firstLookCount: 1 }, { extra: ['/r/z/x', '/r/z/sub/y'] });
    below.run(() => below.disk.rename('/r/z', '/r/other'));
    expect(below.told).toEqual([
      'Deleted /r/z/x',
      'Renamed /r/z/sub /r/other/sub',
      'Created /r/other/x',
    ]);

    const later = start();
    later.run(() => later.clock.after(1_000, () => later.disk.rename('/r/d0', '/r/other')));
    expect(later.told).toEqual(['Renamed /r/d0 /r/other']);
    expect(later.seen[0]).toMatchObject({ kind: 'directory' });
  });

  it('and is written after its directory moved is reported under its new path', () => {
    const { disk, run, told } = start();
    run(() => {
      disk.rename('/r/d0', '/r/other');
      disk.write('/r/other/f0', 'after');
    });
    expect(told.filter((each) => each.endsWith('/f0') && !each.includes('/d'))).toEqual([
      'Created /r/other/f0',
    ]);
    expect(told).toContain('Deleted /r/d0/f0');
  });

  it.each<[string, (disk: FakeDisk) => void]>([
    [
      'another directory takes the place of its own: a move changes no time of the files in it',
      (disk) => {
        disk.remove('/r/d0');
        disk.rename('/r/d1', '/r/d0');
      },
    ],
    [
      'another directory takes the place of its own, and the one above moves',
      (disk) => {
        disk.remove('/r/d0/sub');
        disk.rename('/r/d0/other', '/r/d0/sub');
        disk.rename('/r/d0', '/r/moved');
      },
    ],
    [
      'two directories change places',
      (disk) => {
        disk.rename('/r/d0/sub', '/r/d0/third');
        disk.rename('/r/d0/other', '/r/d0/sub');
        disk.rename('/r/d0/third', '/r/d0/other');
      },
    ],
  ])('is reported when %s', (_, act) => {
    const { disk, run, reader } = start(
      { firstLooksPerSliceCount: 1 },
      { extra: ['/r/d0/sub/x', '/r/d0/other/x'] },
    );
    run(() => act(disk));
    expect(Object.fromEntries(reader)).toEqual(Object.fromEntries(disk.files()));
  });

  it('is reported after a full scan when its hint was lost', () => {
    const { disk, hint, run, told } = start({ firstLooksPerSliceCount: 1 }, { isDeaf: true });
    run(() => {
      disk.write(late, 'after');
      hint('overflow');
    });
    expect(told).toEqual([`Modified ${late}`]);
  });

  it('is reported by its first look when its hint was lost and nobody knows', () => {
    const { disk, clock, looked, run, told } = start(
      { firstLooksPerSliceCount: 1 },
      { isDeaf: true },
    );
    let written: string | undefined;
    run(() => {
      clock.after(50, () => {
        written = paths.find((path) => !looked.includes(path));
        if (written !== undefined) disk.write(written, 'after');
      });
    });
    expect(told).toEqual([`Modified ${written}`]);
  });

  it('is reported when its hint comes after its first look, on a disk whose clock is behind', () => {
    const { disk, clock, hint, run, told } = start({}, { isDeaf: true });
    const { look } = disk.fileSystem;
    Object.assign(disk.fileSystem, {
      look: (path: string, follow: boolean) => {
        const found = look(path, follow);
        if (found === undefined || found.kind === 'unreadable') return found;
        return { ...found, mtimeMs: found.mtimeMs - 10, ctimeMs: found.ctimeMs - 10 };
      },
    });
    run(() => {
      disk.write(late, 'after');
      clock.after(500, () => hint({ dir: '/r/d0', name: 'f0' }));
    });
    expect(told).toEqual([`Modified ${late}`]);
  });

  it('is reported although the wall clock was set back by an hour before it was written', () => {
    const { disk, clock, run, told } = start();
    const { stampMs } = clock;
    const hourMs = 3_600_000;
    const { look } = disk.fileSystem;
    run(() => {
      disk.write(late, 'after');
      Object.assign(clock, { stampMs: () => stampMs() - hourMs });
      Object.assign(disk.fileSystem, {
        look: (path: string, follow: boolean) => {
          const found = look(path, follow);
          if (path !== late || found === undefined || found.kind === 'unreadable') return found;
          return { ...found, mtimeMs: found.mtimeMs - hourMs, ctimeMs: found.ctimeMs - hourMs };
        },
      });
    });
    expect(told).toEqual([`Modified ${late}`]);
  });

  it('and has a time that has not come yet is reported when it is hinted at, and not otherwise', () => {
    const { disk, hint, run, told } = start();
    const { look } = disk.fileSystem;
    Object.assign(disk.fileSystem, {
      look: (path: string, follow: boolean) => {
        const found = look(path, follow);
        return found?.kind === 'file' ? { ...found, mtimeMs: 1e12 } : found;
      },
    });
    run(() => hint({ dir: '/r/d0', name: 'f0' }));
    expect(told).toEqual([`Modified ${late}`]);
  });
});

it('reports a storm right after the start with as few looks as one later', () => {
  const looksOf = (afterMs: number) => {
    const { disk, clock, counts, run, told } = start({ stormCount: 256 });
    let before = 0;
    let readsBefore = 0;
    run(() => {
      clock.after(afterMs, () => {
        before = counts.looks;
        readsBefore = counts.reads;
        for (const path of paths) disk.write(path, 'after, and longer');
      });
    });
    expect([...told].sort()).toEqual([...paths].sort().map((path) => `Modified ${path}`));
    return (counts.looks - before - 2 * (counts.reads - readsBefore)) / fileCount;
  };
  expect(looksOf(0)).toBeLessThanOrEqual(1.5);
  expect(looksOf(5_000)).toBeLessThanOrEqual(1.5);
});
