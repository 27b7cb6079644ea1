import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Observable, Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explainPath } from '../../../src/explain/index.js';
import type { IgnoredPath } from '../../../src/model/events/IgnoredPath.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { type WatchPluginsOptions, watchPlugins } from '../../../src/pipeline/watchPlugins.js';
import { PluginRuntime } from '../../../src/runtime/index.js';
import { type TraceRing, traceRing } from '../../../src/trace/traceRing.js';

let dir = '';
let ends: (() => unknown)[] = [];
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-explain-')));
  ends = [() => rmSync(dir, { recursive: true, force: true })];
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
});

const write = (path: string, text: string) => {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
};

/** A host of one plugin that imports a file beside it, one above it and one that is missing. */
async function host(
  options: WatchPluginsOptions = {},
  trace?: TraceRing,
  mode: 'in-process' | 'worker' = 'in-process',
) {
  write('plugins/a/plugin.toml', 'name = "a"\nversion = "1.0.0"\nsource = "./index.ts"\n');
  write('plugins/a/index.ts', "import '../../shared.ts'; export * from './part.ts';");
  write('plugins/a/part.ts', 'export const one = () => 1;');
  write('plugins/a/debug.log', '');
  write('plugins/a/deep/er/note.txt', '');
  write('shared.ts', 'export {};');
  write('elsewhere.ts', '');
  const runtime = new PluginRuntime({ root: dir, mode });
  ends.push(() => runtime.close());
  const watched = watchPlugins(runtime, join(dir, 'plugins'), options);
  const events$: Observable<unknown> = hotReload({
    ...watched,
    target: runtime,
    ...(trace && { root: dir, trace }),
  });
  const subscription: Subscription = events$.subscribe();
  ends.push(() => subscription.unsubscribe());
  await runtime.ready('a');
  const explain = (path: string) =>
    explainPath(join(dir, path), { watch: watched, target: runtime });
  return { explain, runtime, watched };
}

describe('explainPath', () => {
  it('says that a file that a version has read reloads it', async () => {
    const { explain } = await host();

    expect(explain('plugins/a/part.ts')).toMatchObject({
      reloads: ['a'],
      via: { a: [join(dir, 'plugins/a/index.ts'), join(dir, 'plugins/a/part.ts')] },
      because: ['The source of a imports part.ts.'],
      text: expect.stringMatching(/part\.ts reloads a\. /),
    });
  });

  it('says so of a file outside of the directory, as soon as it is watched', async () => {
    const { explain } = await host();

    await expect.poll(() => explain('shared.ts').reloads, { timeout: 10_000 }).toEqual(['a']);
    expect(explain('elsewhere.ts')).toMatchObject({
      reloads: [],
      because: [
        expect.stringMatching(/^It is in none of the watched directories/),
        'No plugin uses it either.',
      ],
    });
  });

  it.each(['in-process', 'worker'] as const)(
    'says which files lead to it, by import and by require, %s',
    async (mode) => {
      const { explain, runtime } = await host({}, undefined, mode);
      write('plugins/a/lib/one.ts', "import './two.cjs';");
      write(
        'plugins/a/lib/two.cjs',
        "require('./three'); require('./' + ['four', 'cjs'].join('.'));",
      );
      write('plugins/a/lib/three.cjs', '');
      write('plugins/a/lib/three/index.js', "require('../two.cjs');");
      write('plugins/a/lib/four.cjs', '');
      write('plugins/a/index.ts', "import './lib/one.ts'; import './gone.ts';");
      write('plugins/a/gone.ts', '');
      await expect
        .poll(() => explain('plugins/a/lib/three/index.js').because, { timeout: 10_000 })
        .toEqual([
          'The source of a imports lib/one.ts, which imports lib/two.cjs, which imports lib/three/index.js.',
        ]);

      // That a name is computed, only the run tells.
      await expect
        .poll(() => explain('plugins/a/lib/four.cjs').via, { timeout: 10_000 })
        .toEqual({
          a: ['index.ts', 'lib/one.ts', 'lib/two.cjs', 'lib/four.cjs'].map((path) =>
            join(dir, 'plugins/a', path),
          ),
        });
      expect(explain('plugins/a/index.ts').because).toEqual(['It is the source of a.']);
      expect(explain('plugins/a/plugin.toml').because).toEqual([
        expect.stringMatching(/^A reload of a could use it: a version read it/),
      ]);
      expect(runtime.importChain('nobody', join(dir, 'shared.ts'))).toBeUndefined();
    },
  );

  it('says that nothing uses a log', async () => {
    const { explain } = await host();

    expect(explain('plugins/a/debug.log')).toMatchObject({
      reloads: [],
      because: [expect.stringMatching(/^No plugin uses it: no version has read it/)],
    });
  });

  it.each<readonly [string, WatchPluginsOptions, string, RegExp]>([
    ['a glob', { exclude: ['**/part.ts'] }, 'plugins/a/part.ts', /^It is excluded/],
    [
      'a glob of a folder',
      { exclude: ['a/deep'] },
      'plugins/a/deep/er/note.txt',
      /^The directory .*a\/deep above it is excluded/,
    ],
    ['an ending', { extensions: ['.toml'] }, 'plugins/a/part.ts', /none of "extensions"/],
    [
      'a glob that does not include it',
      { include: ['**/*.toml'] },
      'plugins/a/part.ts',
      /"include" does not/,
    ],
    ['a temporary name', {}, 'plugins/a/part.ts~', /name of a temporary file/],
  ])('says what keeps a save from being seen: %s', async (_name, options, path, why) => {
    const { explain } = await host(options);

    expect(explain(path).because[0]).toMatch(why);
    expect(explain(path).reloads).toEqual([]);
  });

  it('reads .gitignore files when it is asked', async () => {
    const { explain } = await host({ gitignore: true });
    expect(explain('plugins/a/part.ts').reloads).toEqual(['a']);

    write('plugins/a/.gitignore', 'part.ts\n');
    expect(explain('plugins/a/part.ts')).toMatchObject({
      reloads: [],
      because: [
        'It is ignored by git, and the option "gitignore" is set.',
        'A reload of a could use it, but its save is not seen.',
      ],
    });
  });

  it('says that a save did nothing because the file was only touched, or written as it was', async () => {
    const { runtime, watched } = await host();
    const ignored: IgnoredPath[] = [];
    // Its source is subscribed to already: from the next subscription on.
    const again = watched.ignored$.subscribe((path) => ignored.push(path));
    ends.push(() => again.unsubscribe());
    const source = watched.source$.subscribe();
    ends.push(() => source.unsubscribe());
    const path = join(dir, 'plugins/a/part.ts');
    const why = () => explainPath(path, { watch: watched, target: runtime, ignored }).because;
    expect(why()).toHaveLength(1);
    await expect
      .poll(
        () => {
          utimesSync(path, new Date(), new Date());
          return why()[1];
        },
        { timeout: 20_000, interval: 200 },
      )
      .toMatch(
        /nothing was reloaded: (only its times|it was written, and its content was as before)/,
      );
  });

  it('writes what was ignored into the trace of the run', async () => {
    const ring = traceRing({ redact: 'none' });
    await host({}, ring);
    const lines = () => ring.records().filter(({ k }) => k === 'ign');
    await expect
      .poll(
        () => {
          write('plugins/a/debug.log', `${Math.random()}`);
          return lines();
        },
        { timeout: 20_000, interval: 200 },
      )
      .toContainEqual(
        expect.objectContaining({
          path: expect.stringMatching(/plugins\/a\/debug\.log$/),
          why: 'noPlugin',
        }),
      );
  });

  it('refuses what is no watch of plugins', async () => {
    const { runtime } = await host();

    for (const watch of [undefined, {}, 'plugins']) {
      expect(() => explainPath('x.ts', { watch, target: runtime })).toThrow(
        'watch must be what watchPlugins has returned',
      );
    }
  });
});
