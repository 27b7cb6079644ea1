import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PluginRuntime } from '../../../src/runtime/index.js';

/** Files that a plugin may consist of, relative to the directory of plugins. Some are candidates of the same import. */
const SOURCES = [
  'p/index.ts',
  'p/a.ts',
  'p/a.js',
  'p/lib/index.ts',
  'p/lib/b.ts',
  'p/c.cjs',
  'shared/d.ts',
  'q/index.ts',
] as const;
/** What modules import; the file that one leads to may be missing, or there may be a nearer one. */
const SPECIFIERS = [
  './a.js',
  './lib/index.js',
  './lib/b.js',
  '../shared/d.js',
  './b.js',
  '../a.js',
];
const SETTINGS = [
  'p/package.json',
  'p/tsconfig.json',
  'p/lib/package.json',
  'p/plugin.toml',
  'q/plugin.toml',
];
/** Files that no version ever reads. */
const DROPPINGS = [
  'p/out.log',
  'p/lib/cache.db',
  'p/notes.txt',
  'p/lib/.b.ts.swp',
  'q/deep/er/x.log',
];
const DATA = ['p/data/one.csv', 'p/data/two.csv'];

type Act =
  | {
      readonly kind: 'source';
      readonly file: string;
      readonly imports: readonly string[];
      readonly how: 'static' | 'computed' | 'required' | 'broken' | 'throws';
      readonly n: number;
    }
  | { readonly kind: 'settings'; readonly file: string; readonly n: number }
  | { readonly kind: 'dropping' | 'data'; readonly file: string; readonly n: number }
  | { readonly kind: 'remove'; readonly file: string }
  | { readonly kind: 'move'; readonly from: string; readonly to: string };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('source' as const),
      file: fc.constantFrom(...SOURCES),
      imports: fc.uniqueArray(fc.constantFrom(...SPECIFIERS), { maxLength: 2 }),
      how: fc.constantFrom('static', 'static', 'computed', 'required', 'broken', 'throws'),
      n: fc.nat(9),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('settings' as const),
      file: fc.constantFrom(...SETTINGS),
      n: fc.nat(2),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('dropping' as const),
      file: fc.constantFrom(...DROPPINGS),
      n: fc.nat(9),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('data' as const),
      file: fc.constantFrom(...DATA),
      n: fc.nat(9),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      file: fc.constantFrom(...SOURCES.slice(1), ...SETTINGS.slice(0, 3)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { kind: 'move' as const, from: 'p/lib', to: 'p/old' },
      { kind: 'move' as const, from: 'p/old', to: 'p/lib' },
      { kind: 'move' as const, from: 'shared', to: 'elsewhere' },
      { kind: 'move' as const, from: 'elsewhere', to: 'shared' },
    ),
  },
);

/** A module whose value tells its number and the values of all that it imports. */
function textOf(
  { imports, how, n }: Extract<Act, { kind: 'source' }>,
  isCommonJs: boolean,
): string {
  if (how === 'broken') return 'export const = ;';
  if (how === 'throws') return `throw new Error('${n}');`;
  if (isCommonJs || how === 'required') {
    const parts = imports.map(
      (to) =>
        `(() => { try { return require(['${to}'][0]).v; } catch (error) { return error.code ?? 'failed'; } })()`,
    );
    const create = isCommonJs
      ? ''
      : `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);\n`;
    const value = `[${[n, ...parts].join(', ')}].join('+')`;
    return isCommonJs
      ? `exports.v = ${value}; exports.value = () => exports.v;`
      : `${create}export const v = ${value}; export const value = () => v;`;
  }
  const lines = imports.map((to, at) =>
    how === 'computed'
      ? `const m${at} = await import(['${to}'][0]).catch(() => ({ v: 'none' }));`
      : `import * as m${at} from '${to}';`,
  );
  const value = [n, ...imports.map((_, at) => `m${at}.v`)].join(', ');
  return `${lines.join('\n')}\nexport const v = [${value}].join('+'); export const value = () => v;`;
}

const SETTING_TEXTS: Readonly<Record<string, readonly string[]>> = {
  'package.json': ['{}', '{ "type": "module" }', '{ "type": "commonjs" }'],
  'tsconfig.json': ['{}', '{ "compilerOptions": { "useDefineForClassFields": false } }', '{'],
};

function settingText(file: string, n: number): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const plugin = file.slice(0, 1);
  const known = SETTING_TEXTS[name]?.[n];
  if (known !== undefined) return known;
  const reloadOn = ['', 'reload-on = ["data/*.csv"]', 'mod = 1'][n] ?? '';
  return `name = "${plugin}"\nversion = "1.0.${n}"\nsource = "./index.ts"\n${reloadOn}\n`;
}

/** Does the act. The paths that a watcher would name; none when nothing changed. */
function carryOut(dir: string, next: Act): readonly string[] {
  try {
    if (next.kind === 'move') {
      renameSync(join(dir, next.from), join(dir, next.to));
      return [next.from, next.to];
    }
    const path = join(dir, next.file);
    if (next.kind === 'remove') {
      rmSync(path);
      return [next.file];
    }
    mkdirSync(dirname(path), { recursive: true });
    const text =
      next.kind === 'source'
        ? textOf(next, path.endsWith('.cjs'))
        : next.kind === 'settings'
          ? settingText(next.file, next.n)
          : String(next.n);
    writeFileSync(path, text);
    return [next.file];
  } catch {
    return [];
  }
}

async function servedBy(runtime: PluginRuntime): Promise<readonly unknown[]> {
  const served = runtime.plugins().map(async ({ plugin, version }) => {
    const value = version === 0 ? 'nothing' : await runtime.call(plugin, 'value').catch(String);
    return [plugin, value] as const;
  });
  return (await Promise.all(served)).sort(([a], [b]) => (a < b ? -1 : 1));
}

test.each([['in place'], ['behind a link']])(
  'what no reload could use starts none, and what is reloaded serves as if everything were: %s',
  async (where) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 4 }),
        fc.array(act, { minLength: 3, maxLength: 14 }),
        async (before, acts) => {
          const top = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-relevance-')));
          const real = join(top, 'real');
          mkdirSync(real);
          const dir = where === 'in place' ? real : join(top, 'link');
          if (dir !== real) symlinkSync(real, dir);
          for (const plugin of ['p', 'q']) {
            carryOut(real, { kind: 'settings', file: `${plugin}/plugin.toml`, n: 1 });
            const file = `${plugin}/index.ts`;
            carryOut(real, { kind: 'source', file, imports: [], how: 'static', n: 0 });
          }
          // The first version may fail.
          for (const next of before) carryOut(real, next);
          const tested = new PluginRuntime();
          const model = new PluginRuntime();
          try {
            await tested.loadDirectory(dir)();
            await model.loadDirectory(dir)();
            for (const next of acts) {
              const paths = carryOut(real, next).map((path) => join(dir, path));
              const concerned = new Set(paths.flatMap((path) => tested.pluginsOf(path)));
              for (const plugin of concerned) await tested.reloadPlugin(plugin)();
              for (const plugin of ['p', 'q']) await model.reloadPlugin(plugin)();
              expect(await servedBy(tested), JSON.stringify(next)).toEqual(await servedBy(model));
              if (next.kind === 'dropping') expect([...concerned], next.file).toEqual([]);
            }
          } finally {
            await Promise.all([tested.close(), model.close()]);
            rmSync(top, { recursive: true, force: true });
          }
        },
      ),
      { numRuns: 40 },
    );
  },
);
