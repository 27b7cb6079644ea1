import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { asyncScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import {
  buildGraph,
  createModuleCompiler,
  type GraphBuilder,
  type ModuleCompiler,
} from '../../../src/modules/buildGraph.js';
import { createHostModules } from '../../../src/modules/evaluateGraph.js';
import { virtualFiles } from './virtualFiles.js';

type Act = readonly ['read' | 'compile' | 'compiled' | 'turn', string];

const engine = createModuleCompiler('leave');

/** Builds a graph, and tells what was done in which order. */
async function build(
  texts: Readonly<Record<string, string>>,
  more: Partial<Pick<GraphBuilder, 'compiler' | 'beforeCompile'>> = {},
) {
  const acts: Act[] = [];
  const disk = virtualFiles(texts);
  const files = {
    ...disk,
    read: (path: string, maxBytes: number) => {
      acts.push(['read', path]);
      return disk.read(path, maxBytes);
    },
  };
  const { compiler = engine, ...hooks } = more;
  const noting: ModuleCompiler = {
    async compile(path, ...rest) {
      acts.push(['compile', path]);
      const made = await compiler.compile(path, ...rest);
      acts.push(['compiled', path]);
      return made;
    },
  };
  const built = await buildGraph(
    {
      ...{ files, compiler: noting, hostModules: createHostModules(files), root: '/p' },
      ...{ scheduler: asyncScheduler, ...hooks },
      nextTurn: () => {
        acts.push(['turn', '']);
        return new Promise((resolve) => setImmediate(resolve));
      },
    },
    'p',
    '/p/index.ts',
  );
  return { acts, built };
}

/** How many characters, and how many files, were read before what was read is compiled. */
function batchesOf(acts: readonly Act[], texts: Readonly<Record<string, string>>) {
  const batches: { paths: string[]; length: number }[] = [];
  let last = 'compiled';
  for (const [act, path] of acts) {
    if (act === 'turn') continue;
    if (act === 'read' && last !== 'read') batches.push({ paths: [], length: 0 });
    const batch = batches.at(-1);
    if (act === 'read' && batch !== undefined) {
      batch.paths.push(path);
      batch.length += texts[path]?.length ?? 0;
    }
    last = act;
  }
  return batches;
}

const NAMES = Array.from({ length: 40 }, (_, at) => `/p/m${at}.ts`);

/** A plugin of up to 41 files of any length, each of which imports some of the others; some do not compile. */
const program = fc
  .array(
    fc.record({
      imports: fc.subarray(NAMES, { maxLength: 25 }),
      length: fc.oneof(fc.nat(200), fc.nat(20_000)),
      isBroken: fc.nat(30).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: NAMES.length + 1 },
  )
  .map((files) =>
    Object.fromEntries(
      files.map(({ imports, length, isBroken }, at) => [
        at === 0 ? '/p/index.ts' : (NAMES[at - 1] ?? ''),
        [
          ...imports
            .filter((name) => NAMES.indexOf(name) < files.length - 1)
            .map((name) => `import '.${name.slice(2)}';`),
          `export const text = '${'x'.repeat(length)}';`,
          isBroken ? 'let = ;' : '',
        ].join('\n'),
      ]),
    ),
  );

test('files are read, then compiled together: 16 at most, and no more are read from 32 KB on', async () => {
  await fc.assert(
    fc.asyncProperty(program, async (texts) => {
      const { acts, built } = await build(texts);
      const batches = batchesOf(acts, texts);
      for (const { paths, length } of batches) {
        expect(paths.length).toBeLessThanOrEqual(16);
        const before = length - (texts[paths.at(-1) ?? '']?.length ?? 0);
        expect(before).toBeLessThan(32 * 1024);
      }
      // No file twice.
      const read = acts.filter(([act]) => act === 'read').map(([, path]) => path);
      expect(new Set(read).size).toBe(read.length);
      const wanted = reachable(texts);
      if (E.isLeft(built.result)) {
        // The first of the broken ones that are reached ends the build.
        expect([...wanted].some((path) => texts[path]?.includes('let = ;'))).toBe(true);
        expect(built.result.left._tag).toBe('CompilationFailed');
        return;
      }
      expect(new Set(built.result.right.modules.keys())).toEqual(wanted);
      expect(new Set(built.sources.keys())).toEqual(wanted);
    }),
    { numRuns: 60 },
  );
});

function reachable(texts: Readonly<Record<string, string>>): ReadonlySet<string> {
  const found = new Set(['/p/index.ts']);
  for (const path of found) {
    for (const [, name = ''] of (texts[path] ?? '').matchAll(/import '\.(.*)';/g)) {
      found.add(`/p${name}`);
    }
  }
  return found;
}

/** Twenty files that one imports, each of which imports the next one. */
const twenty = Object.fromEntries([
  [
    '/p/index.ts',
    NAMES.slice(0, 20)
      .map((name) => `import '.${name.slice(2)}';`)
      .join('\n'),
  ],
  ...NAMES.slice(0, 20).map((name, at) => [
    name,
    at === 19 ? 'export {};' : `import '.${NAMES[at + 1]?.slice(2)}';`,
  ]),
]);

test('files that are wanted at the same time are compiled side by side', async () => {
  const { acts, built } = await build(twenty);
  expect(built.result._tag).toBe('Right');
  // The entry alone, then 16, then 4.
  expect(batchesOf(acts, twenty).map(({ paths }) => paths.length)).toEqual([1, 16, 4]);
  const order = acts.filter(([act]) => act === 'compile' || act === 'compiled').map(([act]) => act);
  const sideBySide = (count: number) => [
    ...Array.from({ length: count }, () => 'compile'),
    ...Array.from({ length: count }, () => 'compiled'),
  ];
  expect(order).toEqual([...sideBySide(1), ...sideBySide(16), ...sideBySide(4)]);
});

test('nothing of a batch is compiled before all of it is admitted', async () => {
  const admitted: string[] = [];
  const { acts, built } = await build(twenty, {
    beforeCompile: async (path) => {
      admitted.push(path);
      const left = { _tag: 'IoFailure', plugin: 'p', path, code: 'EACCES', message: 'no' } as const;
      return admitted.length === 5 ? E.left(left as never) : E.right(undefined);
    },
  });
  expect(built.result._tag).toBe('Left');
  expect(acts.filter(([act]) => act === 'compile')).toEqual([['compile', '/p/index.ts']]);
});

test.each([
  ['rejects', () => Promise.reject(new Error('the compiler is gone'))],
  [
    'throws',
    () => {
      throw new Error('the compiler is gone');
    },
  ],
])(
  'a compiler that %s for one file of several fails the build, and nothing is unhandled',
  async (_how, fail) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const compiler: ModuleCompiler = {
      compile: (path, ...rest) =>
        /m[37]\.ts$/.test(path) ? fail() : engine.compile(path, ...rest),
    };
    await expect(build(twenty, { compiler })).rejects.toThrow('the compiler is gone');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  },
);

/** `m0`, `m1`, …: every third one is CommonJS, whose `require`s a plugin can do without until they run. */
const MIXED = Array.from({ length: 12 }, (_, at) => `/p/m${at}.${at % 3 === 2 ? 'cjs' : 'ts'}`);
const mixedProgram = fc
  .array(
    fc.record({
      wanted: fc.subarray(MIXED, { minLength: 1, maxLength: 2 }),
      isBroken: fc.nat(8).map((n) => n === 0),
    }),
    { minLength: MIXED.length + 1, maxLength: MIXED.length + 1 },
  )
  .map((files) =>
    files.map(({ wanted, isBroken }, at) => {
      const path = at === 0 ? '/p/index.ts' : (MIXED[at - 1] ?? '');
      const isCommonjs = path.endsWith('.cjs');
      const lines = wanted.map((name) =>
        isCommonjs ? `require('.${name.slice(2)}');` : `import '.${name.slice(2)}';`,
      );
      return { path, wanted: isCommonjs ? [] : wanted, isBroken, text: lines.join('\n') };
    }),
  );

test('a build fails exactly when a file that imports lead to is broken, whatever else is required', async () => {
  await fc.assert(
    fc.asyncProperty(mixedProgram, async (files) => {
      const texts = Object.fromEntries(
        files.map(({ path, text, isBroken }) => [path, isBroken ? `${text}\nlet = ;` : text]),
      );
      const needed = new Set(['/p/index.ts']);
      for (const path of needed) {
        // What a broken file imports is never read.
        const file = files.find((one) => one.path === path && !one.isBroken);
        for (const name of file?.wanted ?? []) needed.add(name);
      }
      const isBroken = files.some((file) => file.isBroken && needed.has(file.path));
      const { built } = await build(texts);
      expect(built.result._tag).toBe(isBroken ? 'Left' : 'Right');
    }),
    { numRuns: 300 },
  );
});

test('a file that something requires, and something else imports later, is needed with all that it imports', async () => {
  const { built } = await build({
    '/p/index.ts': `import './a.ts';\nimport './c.cjs';`,
    '/p/a.ts': `import './b.ts';`,
    '/p/c.cjs': `require('./x.ts');`,
    '/p/b.ts': `import './x.ts';`,
    '/p/x.ts': `import './y.ts';`,
    '/p/y.ts': 'let = ;',
  });
  expect(built.result).toMatchObject({ _tag: 'Left', left: { _tag: 'CompilationFailed' } });
});
