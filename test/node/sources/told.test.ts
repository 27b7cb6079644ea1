import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { asyncScheduler, type SchedulerLike, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type WatchOptions, watch } from '../../../src/sources/index.js';

const boundMs = 20_000;

interface Told {
  readonly path: (name: string) => string;
  readonly write: (name: string, content?: string) => void;
  readonly lines: readonly string[];
  /** Waits until all of these were told since the start. */
  readonly expectTold: (...expected: readonly string[]) => Promise<void>;
}

/** Watches a new directory, with one line per event and call. */
async function told(
  files: readonly (string | readonly [name: string, content: string])[],
  options: WatchOptions,
  body: (told: Told) => Promise<void>,
  paths?: (path: (name: string) => string) => Parameters<typeof watch>[0],
) {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-told-')));
  const path = (name: string) => join(dir, name);
  const write = (name: string, content = name) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), content);
  };
  for (const file of files) {
    if (typeof file === 'string') write(file);
    else write(...file);
  }
  const lines: string[] = [];
  const until = async (isDone: () => boolean) => {
    for (const endMs = Date.now() + boundMs; !isDone() && Date.now() < endMs; ) await delay(2);
  };
  const subscription = watch(paths?.(path) ?? dir, {
    ...options,
    onReady: () => lines.push('ready'),
    onWatching: (watched) => lines.push(`watching ${watched.length}`),
    onError: (error) => lines.push(`${error.code} ${relative(dir, error.path)}`),
    onRecovered: (error) => lines.push(`recovered ${error.code} ${relative(dir, error.path)}`),
    onIgnored: ({ path, why }) => lines.push(`${why} ${relative(dir, path)}`),
  }).subscribe(({ _tag, path, batch }) => lines.push(`${_tag} ${relative(dir, path)} ${batch}`));
  const expectTold = async (...expected: readonly string[]) => {
    await until(() => expected.every((line) => lines.includes(line)));
    expect(lines).toEqual(expect.arrayContaining([...expected]));
  };
  try {
    await expectTold('ready');
    await body({ path, write, lines, expectTold });
  } finally {
    subscription.unsubscribe();
    rmSync(dir, { recursive: true, force: true });
  }
}

describe.each(['chokidar', 'nodeFs'] as const)('what is no event, over %s', (backend) => {
  it('names why, and the edit beside it is an event', () =>
    told(
      ['a.ts', 'b.ts', 'c.ts', 'watch.log', ['.gitignore', 'secret.ts\n'], 'deep/x.ts'],
      { backend, extensions: ['ts'], exclude: ['gen*'], gitignore: true, depth: 1 },
      async ({ path, write, lines, expectTold }) => {
        write('watch.log', 'line');
        await expectTold('extension watch.log');
        write('gen.ts');
        await expectTold('exclude gen.ts');
        write('secret.ts');
        await expectTold('gitignore secret.ts');
        mkdirSync(path('deep/deeper'));
        await expectTold('depth deep/deeper');
        const aDayAgo = new Date(Date.now() - 86_400_000);
        utimesSync(path('a.ts'), aDayAgo, aDayAgo);
        await expectTold('touched a.ts');
        chmodSync(path('b.ts'), 0o600);
        await expectTold('touched b.ts');
        write('c.ts', 'c.ts');
        await expectTold('sameContent c.ts');
        const events = () =>
          lines.filter((line) => /^(Created|Modified|Deleted|Renamed)/.test(line));
        expect(events()).toEqual([]);
        write('a.ts', 'edited');
        await expectTold('Modified a.ts 1');
      },
    ));

  it('names what came and went, and says nothing of what was deleted', () =>
    told(['a.ts', 'b.ts'], { backend }, async ({ path, write, lines, expectTold }) => {
      write('new.ts');
      rmSync(path('new.ts'));
      await expectTold('netNothing new.ts');
      write('a.ts~');
      rmSync(path('a.ts~'));
      await expectTold('temporary a.ts~');
      rmSync(path('b.ts'));
      await expectTold('Deleted b.ts 1');
      write('a.ts', 'the last edit');
      await expectTold('Modified a.ts 2');
      expect(lines.filter((line) => line.includes('b.ts'))).toEqual(['Deleted b.ts 1']);
    }));

  it('is told of once a second per path', () =>
    told(
      ['a.ts', 'x.log'],
      { backend, extensions: ['ts'] },
      async ({ write, lines, expectTold }) => {
        const startMs = performance.now();
        for (let count = 0; performance.now() - startMs < 500; count++) {
          write('x.log', `${count}`);
          await delay(5);
        }
        const longMs = performance.now() - startMs;
        await expectTold('extension x.log');
        const count = lines.filter((line) => line === 'extension x.log').length;
        expect(count).toBeLessThanOrEqual(1 + Math.floor(longMs / 1000));
      },
    ));
});

describe.each(['chokidar', 'nodeFs', 'polling'] as const)(
  'files that exist, over %s',
  (backend) => {
    it('are Created before onReady in one batch, with initial', () =>
      told(
        ['b.ts', 'a.ts', 'sub/c.ts', 'x.log'],
        { backend, initial: true, extensions: ['ts'] },
        async ({ write, lines, expectTold }) => {
          expect(lines.filter((line) => !line.includes('x.log'))).toEqual([
            'Created a.ts 1',
            'Created b.ts 1',
            'Created sub/c.ts 1',
            'ready',
            'watching 1',
          ]);
          write('a.ts', 'edited');
          await expectTold('Modified a.ts 2');
        },
      ));

    it('are Created when their path joins the set', () => {
      const paths$ = new Subject<readonly string[]>();
      return told(
        ['one/a.ts', 'two/b.ts'],
        { backend, initial: true },
        async ({ path, lines, expectTold }) => {
          paths$.next([path('one'), path('two')]);
          await expectTold('watching 2');
          expect(lines).toEqual([
            'Created one/a.ts 1',
            'ready',
            'watching 1',
            'Created two/b.ts 2',
            'watching 2',
          ]);
        },
        (path) => {
          queueMicrotask(() => paths$.next([path('one')]));
          return paths$;
        },
      );
    });

    it('a file that is written while it is first looked at is never missed', async () => {
      const files = Array.from({ length: 200 }, (_, index) => `d${index % 20}/f${index}.ts`);
      const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-told-')));
      const known = new Map<string, string>();
      for (const name of files) {
        mkdirSync(dirname(join(dir, name)), { recursive: true });
        writeFileSync(join(dir, name), '0');
      }
      const { readFileSync } = await import('node:fs');
      const subscription = watch(dir, { backend, initial: true }).subscribe(({ _tag, path }) => {
        if (_tag !== 'Deleted') known.set(relative(dir, path), readFileSync(path, 'utf8'));
      });
      try {
        for (let round = 1; round <= 10; round++) {
          for (const name of files) writeFileSync(join(dir, name), `${round}`);
          await delay(1);
        }
        const isKnown = () => files.every((name) => known.get(name) === '10');
        for (const endMs = Date.now() + boundMs; !isKnown() && Date.now() < endMs; ) await delay(5);
        expect(files.filter((name) => known.get(name) !== '10')).toEqual([]);
      } finally {
        subscription.unsubscribe();
        rmSync(dir, { recursive: true, force: true });
      }
    });

    it('a root that vanishes is told of once, and so is its return', () =>
      told(
        ['root/sub/a.ts', 'other/b.ts'],
        { backend },
        async ({ path, write, lines, expectTold }) => {
          renameSync(path('root'), path('gone'));
          await expectTold('ROOT_GONE root');
          write('other/b.ts', 'edited');
          renameSync(path('gone'), path('root'));
          await expectTold('recovered ROOT_GONE root');
          expect(lines.filter((line) => line.startsWith('ROOT_GONE'))).toHaveLength(1);
          const isTold = () => lines.some((line) => line.startsWith('Modified root/sub/a.ts'));
          // An edit that comes before the file is told to be back is part of that.
          for (
            let edit = 1, endMs = Date.now() + boundMs;
            !isTold() && Date.now() < endMs;
            edit += 1
          ) {
            write('root/sub/a.ts', `edit ${edit}`);
            await delay(200);
          }
          expect(isTold()).toBe(true);
        },
        (path) => [path('root'), path('other')],
      ));
  },
);

it('directories whose names chokidar gets wrong are polled', () =>
  told(['a\\b/x.ts', 'c/y.ts'], { backend: 'chokidar' }, async ({ write, lines, expectTold }) => {
    expect(lines).toContain('ERR_BACKEND_PATH a\\b');
    write('a\\b/x.ts', 'edited');
    await expectTold('Modified a\\b/x.ts 1');
    write('a\\b/z.ts');
    await expectTold('Created a\\b/z.ts 2');
  }));

it('with a scheduler of the caller the background scan still finds what no hint came for', async () => {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-told-')));
  // Another object than asyncScheduler, as somebody who wraps it has.
  const own: SchedulerLike = Object.create(asyncScheduler);
  const seen: string[] = [];
  writeFileSync(join(dir, 'a.ts'), '1');
  const backend = {
    name: 'deaf',
    watch: () => new Subject<never>(),
    watchDirectories: (demands$: Subject<{ dir: string }>) => {
      const hints$ = new Subject<{ dir: string; name: null }>();
      demands$.subscribe(({ dir }) => queueMicrotask(() => hints$.next({ dir, name: null })));
      return hints$;
    },
  };
  const subscription = watch(dir, {
    backend: backend as never,
    scheduler: own,
    onReady: () => setTimeout(() => writeFileSync(join(dir, 'a.ts'), '22'), 50),
  }).subscribe(({ _tag, path }) => seen.push(`${_tag} ${relative(dir, path)}`));
  try {
    for (const endMs = Date.now() + boundMs; seen.length === 0 && Date.now() < endMs; )
      await delay(20);
    expect(seen).toEqual(['Modified a.ts']);
  } finally {
    subscription.unsubscribe();
    rmSync(dir, { recursive: true, force: true });
  }
});

it.each(['recursive', 'followSymlinks', 'expandDirectories', 'gitignore', 'initial'])(
  '%s that is neither true nor false is refused, with its value',
  (name) => {
    for (const value of ['', 'false', 0, 1, null, {}]) {
      expect(() => watch('.', { [name]: value })).toThrow(
        `watch: ${name} (${JSON.stringify(value)}) is not true or false`,
      );
    }
  },
);
