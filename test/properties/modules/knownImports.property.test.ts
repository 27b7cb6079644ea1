import fc from 'fast-check';
import { asyncScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { buildGraph, createModuleCompiler } from '../../../src/modules/buildGraph.js';
import { createHostModules } from '../../../src/modules/evaluateGraph.js';
import { allLookUnchanged } from '../../../src/modules/files/unchanged.js';
import type { ModuleGraph } from '../../../src/modules/ModuleGraph.js';
import { LinkedDisk } from './linkedDisk.js';

const compiler = createModuleCompiler('leave');

async function build(disk: LinkedDisk, known?: ModuleGraph, suspects?: ReadonlySet<string>) {
  const { files } = disk;
  const builder = {
    ...{ files, compiler, hostModules: createHostModules(files), root: '/p' },
    ...{ scheduler: asyncScheduler, nextTurn: () => Promise.resolve() },
  };
  return buildGraph(builder, 'p', '/p/index.ts', known, suspects);
}

/** All that a build says, in an order of its own. */
function facts({ result, read, missing, sources }: Awaited<ReturnType<typeof build>>) {
  const modules =
    result._tag === 'Right'
      ? [...result.right.modules]
          .map(([path, { compiled, resolutions }]) => [
            path,
            compiled.hash,
            [...resolutions].sort(),
          ])
          .sort()
      : result.left;
  const decided = result._tag === 'Right' ? [...result.right.decided].sort() : [];
  return {
    modules,
    decided,
    read: [...read].sort(),
    missing: [...missing].sort(),
    sources: [...sources].sort(),
  };
}

const PATHS = [
  ...[
    '/p/a.ts',
    '/p/a.js',
    '/p/a.tsx',
    '/p/b.ts',
    '/p/b',
    '/p/a',
    '/p/a/index.ts',
    '/p/b/index.js',
  ],
  ...[
    '/p/lib',
    '/p/lib/c.ts',
    '/p/lib/c.js',
    '/p/lib/index.ts',
    '/p/other',
    '/p/other/c.ts',
    '/p/d.json',
  ],
];
const IMPORTS = ['./a', './a.js', './b', './lib/c.js', './lib', './lib/c', './d.json', './other/c'];
const text = fc
  .tuple(fc.subarray(IMPORTS, { maxLength: 3 }), fc.nat(9))
  .map(([imports, n]) =>
    [...imports.map((one) => `import '${one}';`), `export const n = ${n};`].join('\n'),
  );
const path = fc.constantFrom(...PATHS);
const act = fc.oneof(
  fc.record({ act: fc.constantFrom('write', 'replace'), path, text }),
  fc.record({ act: fc.constant('remove'), path, text }),
  fc.record({
    act: fc.constant('directory'),
    path: fc.constantFrom('/p/lib', '/p/other', '/p/a', '/p/b'),
    text,
  }),
  fc.record({ act: fc.constant('link'), path, to: path, text }),
  fc.record({ act: fc.constant('move'), path, to: path, text }),
  fc.record({ act: fc.constantFrom('settle', 'unsettle'), path, text }),
);

function apply(
  disk: LinkedDisk,
  one: { act: string; path: string; text: string; to?: string },
): void {
  const { act: what, path: at, to = at, text: content } = one;
  const json = at.endsWith('.json') ? '{"d": 1}' : content;
  if (what === 'write') disk.write(at, json);
  if (what === 'replace') disk.replace(at, json);
  if (what === 'remove') disk.remove(at);
  if (what === 'directory') disk.makeDirectory(at);
  if (what === 'link') disk.link(at, to);
  if (what === 'move') disk.move(at, to);
  if (what === 'settle' || what === 'unsettle') disk.isSettled = what === 'settle';
}

function emptyDisk(): LinkedDisk {
  const disk = new LinkedDisk();
  for (const dir of ['/p', '/p/lib', '/p/other']) disk.makeDirectory(dir);
  return disk;
}

/** An entry that imports these, and all files that there may be. */
function writtenDisk(imports: readonly string[]): LinkedDisk {
  const disk = emptyDisk();
  disk.write('/p/index.ts', imports.map((one) => `import('${one}');`).join('\n'));
  for (const path of PATHS.filter((each) => /\.\w+$/.test(each))) {
    apply(disk, { act: 'write', path, text: 'export const n = 0;' });
  }
  return disk;
}

describe('a build that takes over what is known', () => {
  test('finds what a build from nothing finds, after any changes of files, folders and links', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(IMPORTS, { minLength: 1 }),
        fc.array(fc.array(act, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 }),
        async (imports, steps) => {
          const disk = writtenDisk(imports);
          let known: ModuleGraph | undefined;
          for (const step of steps) {
            for (const one of step) apply(disk, one);
            const next = await build(disk, known);
            expect(facts(next)).toEqual(facts(await build(disk)));
            if (next.result._tag === 'Right') known = next.result.right;
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('finds the same where it looks at some files only, or what it has read does not look as it is now', async () => {
    let foundCount = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(IMPORTS, { minLength: 1 }),
        fc.array(
          fc.tuple(fc.array(act, { minLength: 1, maxLength: 3 }), fc.subarray(PATHS), fc.boolean()),
          { minLength: 1, maxLength: 12 },
        ),
        async (imports, steps) => {
          const disk = writtenDisk(imports);
          let known: ModuleGraph | undefined;
          for (const [step, guessed, isTrue] of steps) {
            for (const one of step) apply(disk, one);
            const suspects = new Set(isTrue ? step.map((one) => one.path) : guessed);
            const next = await build(disk, known, suspects);
            const now = await build(disk);
            if (allLookUnchanged(disk.files, next.read)) {
              foundCount += 1;
              expect(facts(next)).toEqual(facts(now));
            }
            if (now.result._tag === 'Right') known = now.result.right;
          }
        },
      ),
      { numRuns: 150 },
    );
    // Most of what is guessed is right.
    expect(foundCount).toBeGreaterThan(150);
  });

  test('ends where files that it can do without want themselves and each other, and lack something', async () => {
    const disk = emptyDisk();
    disk.write('/p/index.ts', "import('./a.js'); export const n = 1;");
    disk.write('/p/a.ts', "import './a.js'; import './b.js'; import './gone.js';");
    disk.write('/p/b.ts', "import './a.js'; import './b.js'; import './gone.js';");
    const { result } = await build(disk);

    expect(result._tag === 'Right' && [...result.right.modules.keys()]).toEqual(['/p/index.ts']);
    expect(disk.counts.read).toBeLessThan(10);
  });

  test('asks a fixed number of things, and one look per file, after a save in place or by a new file', async () => {
    const asked = async (count: number, save: 'write' | 'replace', isTold = false) => {
      const disk = emptyDisk();
      const names = Array.from({ length: count }, (_, n) => `m${n}`);
      disk.write('/p/index.ts', names.map((name) => `import './lib/${name}.js';`).join('\n'));
      for (const name of names) {
        const next = `m${Math.min(count - 1, Number(name.slice(1)) + 1)}`;
        disk.write(`/p/lib/${name}.ts`, `import './${next}.js';\nexport const n = 1;`);
      }
      const first = await build(disk);
      if (first.result._tag === 'Left') throw new Error(first.result.left.message);
      disk[save](`/p/lib/m${count - 1}.ts`, 'export const n = 2;');
      Object.assign(disk.counts, { stat: 0, read: 0, realPath: 0, list: 0, readLink: 0 });
      const edited = `/p/lib/m${count - 1}.ts`;
      await build(disk, first.result.right, isTold ? new Set([edited]) : undefined);
      return { ...disk.counts };
    };
    // Where it is told what has changed, it looks at nothing else.
    const [few, many] = [await asked(50, 'write', true), await asked(250, 'write', true)];
    expect(many).toEqual(few);
    for (const save of ['write', 'replace'] as const) {
      const [few, many] = [await asked(50, save), await asked(250, save)];
      expect(many.read).toBe(few.read);
      expect(many.realPath).toBe(few.realPath);
      expect(many.list).toBe(few.list);
      expect(many.readLink).toBe(few.readLink);
      expect((many.stat - few.stat) / 200).toBeLessThanOrEqual(save === 'write' ? 1 : 2);
    }
  });
});
