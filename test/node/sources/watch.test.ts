import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { BehaviorSubject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { watch } from '../../../src/sources/index.js';
import { withWatched } from '../../cases/source/watched.js';

describe.each(['chokidar', 'nodeFs', 'polling'] as const)('watch over %s', (backend) => {
  it('reports a save in place as one Modified', () =>
    withWatched({ backend, files: { 'a.ts': 'one' } }, async (w) => {
      w.write('a.ts', 'three');
      await w.until(() => w.events.length > 0, 'an event');
      expect(await w.settled()).toEqual(['Modified a.ts']);
    }));

  it('reports the result of an atomic save, and nothing for its temporary file', () =>
    withWatched({ backend, files: { 'a.ts': 'one' } }, async (w) => {
      w.write('.a.ts.tmp', 'three');
      renameSync(w.path('.a.ts.tmp'), w.path('a.ts'));
      expect(await w.settled()).toEqual(['Modified a.ts']);
    }));

  it('reports sed -i as one Modified', () =>
    withWatched({ backend, files: { 'a.ts': 'one' } }, async (w) => {
      execFileSync('sed', ['-i', 's/one/three/', w.path('a.ts')]);
      expect(await w.settled()).toEqual(['Modified a.ts']);
    }));

  it('reports created files, also in new directories', () =>
    withWatched({ backend }, async (w) => {
      w.write('a.ts');
      w.write('p/q/r/b.ts');
      // Three new directories are watched one after the other, which may take longer than a temporary name is held back.
      await w.until(() => w.reported().length >= 2, 'both files');
      expect(await w.settled()).toEqual(['Created a.ts', 'Created p/q/r/b.ts']);
      w.write('p/q/r/b.ts', 'other');
      expect(await w.settled()).toEqual(['Modified p/q/r/b.ts']);
    }));

  it('reports deleted files, also those of a deleted directory', () =>
    withWatched({ backend, files: { 'd/a.ts': 'a', 'd/e/b.ts': 'b', 'c.ts': 'c' } }, async (w) => {
      rmSync(w.path('d'), { recursive: true });
      rmSync(w.path('c.ts'));
      const reported = await w.settled();
      expect(reported).toHaveLength(3);
      expect(reported).toEqual(
        expect.arrayContaining(['Deleted d/e/b.ts', 'Deleted d/a.ts', 'Deleted c.ts']),
      );
    }));

  it('reports renames of files and directories', () =>
    withWatched({ backend, files: { 'a.ts': 'a', 'd/e/b.ts': 'b' } }, async (w) => {
      renameSync(w.path('a.ts'), w.path('d/c.ts'));
      expect(await w.settled()).toEqual(['Renamed a.ts > d/c.ts']);
      renameSync(w.path('d'), w.path('f'));
      expect(await w.settled()).toEqual(['Renamed d/ > f/']);
      w.write('f/e/b.ts', 'other');
      expect(await w.settled()).toEqual(['Modified f/e/b.ts']);
    }));

  it('reports the files of a renamed directory with expandDirectories', () =>
    withWatched({ backend, expandDirectories: true, files: { 'd/e/b.ts': 'b' } }, async (w) => {
      renameSync(w.path('d'), w.path('f'));
      expect(await w.settled()).toEqual(['Renamed d/e/b.ts > f/e/b.ts']);
    }));

  it('reports nothing for a new mode, new times, or the same content', () =>
    withWatched({ backend, files: { 'a.ts': 'a' } }, async (w) => {
      chmodSync(w.path('a.ts'), 0o600);
      utimesSync(w.path('a.ts'), new Date(), new Date());
      w.write('a.ts', 'a');
      expect(await w.settled()).toEqual([]);
    }));

  it('honours extensions, include and exclude', () =>
    withWatched(
      {
        backend,
        extensions: ['ts', '.toml'],
        include: ['src/**'],
        exclude: ['**/*.test.ts', '**/node_modules'],
        files: { 'src/node_modules/x/i.ts': 'x' },
      },
      async (w) => {
        // `settled` writes a file that these filters exclude, so it cannot be used here.
        w.write('src/a.ts');
        w.write('src/.b.toml');
        w.write('src/a.test.ts');
        w.write('src/a.md');
        w.write('a.ts');
        w.write('src/node_modules/x/i.ts', 'other');
        await w.until(() => w.reported().length >= 2, 'two events');
        w.write('src/z.ts');
        await w.until(() => w.reported().includes('Created src/z.ts'), 'the last file');
        expect(w.reported()).toEqual([
          'Created src/.b.toml',
          'Created src/a.ts',
          'Created src/z.ts',
        ]);
      },
    ));

  it('watches a single file, also through atomic saves', () =>
    withWatched({ backend, paths: ['a.ts'], files: { 'a.ts': 'a', 'b.ts': 'b' } }, async (w) => {
      for (const content of ['first', 'the second', 'the very third']) {
        w.events.length = 0;
        w.write('b.ts', content);
        w.write('c.tmp', content);
        renameSync(w.path('c.tmp'), w.path('a.ts'));
        await w.until(() => w.events.length > 0, 'an event');
        expect(w.reported()).toEqual(['Modified a.ts']);
      }
    }));

  it('reports each event once when paths overlap', () =>
    withWatched(
      { backend, paths: ['.', 'a', 'a/x.ts'], files: { 'a/x.ts': 'x', 'a/y.ts': 'y' } },
      async (w) => {
        appendFileSync(w.path('a/x.ts'), 'more');
        expect(await w.settled()).toEqual(['Modified a/x.ts']);
        rmSync(w.path('a'), { recursive: true });
        expect(await w.settled()).toEqual(['Deleted a/y.ts', 'Deleted a/x.ts']);
        w.write('a/x.ts', 'again');
        expect(await w.settled()).toEqual(['Created a/x.ts']);
      },
    ));

  it('reports a path that does not exist, and watches it when it appears', () =>
    withWatched({ backend, paths: ['p/q/a.ts'] }, async (w) => {
      expect(w.errors.map(({ code, path }) => [code, path])).toEqual([
        ['ENOENT', w.path('p/q/a.ts')],
      ]);
      w.write('p/q/a.ts');
      await w.until(() => w.events.length > 0, 'an event');
      expect(w.reported()).toEqual(['Created p/q/a.ts']);
    }));

  it('follows a stream of path sets', () =>
    withWatched({ backend, files: { 'a/x.ts': 'x', 'b/y.ts': 'y', 'c/z.ts': 'z' } }, async (w) => {
      const sets$ = new BehaviorSubject([w.path('a')]);
      const seen: string[] = [];
      let isReady = false;
      const subscription = watch(sets$, { backend, onReady: () => (isReady = true) }).subscribe(
        (event) => seen.push(`${event._tag} ${event.path.slice(w.dir.length + 1)}`),
      );
      await w.until(() => isReady, 'onReady');
      w.write('b/y.ts', 'not yet watched');
      w.write('a/x.ts', 'edited');
      await w.until(() => seen.length > 0, 'an event of a');
      sets$.next([w.path('b')]);
      for (let i = 0; !seen.includes('Modified b/y.ts'); i++) {
        w.write('b/y.ts', `watched ${i}`);
        w.write('a/x.ts', `released ${i}`);
        await w.settled();
      }
      subscription.unsubscribe();
      expect(new Set(seen)).toEqual(new Set(['Modified a/x.ts', 'Modified b/y.ts']));
      expect(seen.filter((reported) => reported === 'Modified a/x.ts')).toHaveLength(1);
    }));

  it('reports a name that is not UTF-8 once, and watches the other files', () =>
    withWatched({ backend, files: { 'a.ts': 'a' } }, async (w) => {
      const odd = Buffer.concat([Buffer.from(`${w.dir}/`), Buffer.from([0x62, 0xff, 0x2e, 0x74])]);
      writeFileSync(odd, 'b');
      try {
        await w.until(() => w.errors.length > 0, 'an error');
        w.write('a.ts', 'edited');
        expect(await w.settled()).toEqual(['Modified a.ts']);
        expect(w.errors.map(({ code }) => code)).toEqual(['ERR_NAME']);
        expect(w.errors[0]?.message).toContain('not UTF-8');
      } finally {
        unlinkSync(odd);
      }
    }));

  it('emits nothing after unsubscribing, even from within an event', () =>
    withWatched({ backend }, async (w) => {
      let count = 0;
      let isReady = false;
      const subscription = watch(w.dir, { backend, onReady: () => (isReady = true) }).subscribe(
        () => {
          count += 1;
          subscription.unsubscribe();
        },
      );
      await w.until(() => isReady, 'onReady');
      for (const name of ['a.ts', 'b.ts', 'c.ts']) w.write(name);
      await w.settled();
      await w.settled();
      expect(count).toBe(1);
    }));
});

it('numbers batches from 1 and stamps events with absolute paths', () =>
  withWatched({ files: { 'a.ts': 'a' } }, async (w) => {
    w.write('a.ts', 'first');
    await w.until(() => w.events.length === 1, 'an event');
    w.write('a.ts', 'the second');
    await w.until(() => w.events.length === 2, 'two events');
    expect(w.events.map(({ batch, path, kind }) => [batch, path, kind])).toEqual([
      [1, w.path('a.ts'), 'file'],
      [2, w.path('a.ts'), 'file'],
    ]);
    expect(Math.abs((w.events[0]?.atMs ?? 0) - Date.now())).toBeLessThan(10_000);
  }));

it('throws at construction for options that can never work', () => {
  expect(() => watch([])).toThrow('no path was given');
  expect(() => watch('')).toThrow('paths[0] ("") is not a path');
  expect(() => watch('x', { settleMs: 30, settleMaxMs: 20 })).toThrow(
    'settleMaxMs (20) is less than settleMs (30)',
  );
  expect(() => watch('x', { settleMs: Number.NaN })).toThrow('settleMs (NaN)');
  expect(() => watch('x', { depth: -1 })).toThrow('depth (-1)');
  expect(() => watch('x', { exclude: [''] })).toThrow("exclude[0] ('') is not a glob");
  expect(() => watch('x', { exclude: ['*(*)b'] })).toThrow('repeats a wildcard');
  expect(() => watch('x', { exclude: ['x'.repeat(10_000_000)] })).toThrow(
    'exclude is longer than 65536 characters in all',
  );
  expect(() => watch('x', { extensions: ['a/b'] })).toThrow("extensions[0] ('a/b')");
});

it('reports nothing in new directories that are excluded', () =>
  withWatched({ exclude: ['**/node_modules'], files: { 'a.ts': 'a' } }, async (w) => {
    mkdirSync(w.path('node_modules/x'), { recursive: true });
    w.write('node_modules/x/i.ts');
    expect(await w.settled()).toEqual([]);
  }));
