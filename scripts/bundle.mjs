/**
 * Writes `lib/`, what the package publishes: the entry points in few files, so that an import does not read hundreds. `dist/` has the same
 * code file by file, and the types.
 *
 * - All files of `lib/` are exactly one folder deep, like `runtime/worker/host` and `cli` see their neighbours: paths by `import.meta.url`
 *   (the thread's program, package.json) lead to the same places from each of them.
 * - Code that several entries need is in chunks, never twice: two copies of `CircuitOpenError` would break `instanceof`.
 * - RxJS stays outside: a copy inside would not follow the virtual time of the `TestScheduler` that a test imports. So do packages that are
 *   large, native, or loaded only when something needs them.
 */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const SUBPATHS = ['operators', 'sources', 'sinks', 'state', 'runtime', 'testing'];
const OUTSIDE = [
  'rxjs',
  'chokidar',
  'micromatch',
  'oxc-parser',
  'oxc-transform',
  'typescript',
  'cjs-module-lexer',
  'smol-toml',
];

/** Node gets these packages as CommonJS. A bundler leaves out what nobody uses only where they are modules. */
const MODULES = [
  [/^fp-ts\/lib\//, 'fp-ts/es6/'],
  [/^io-ts$/, 'io-ts/es6/index.js'],
  [/^jsonc-parser$/, 'jsonc-parser/lib/esm/main.js'],
];
const asModules = {
  name: 'as-modules',
  setup({ onResolve, resolve }) {
    for (const [filter, to] of MODULES) {
      onResolve({ filter }, ({ path, resolveDir, kind }) =>
        resolve(path.replace(filter, to), { resolveDir, kind }),
      );
    }
  },
};

rmSync(join(root, 'lib'), { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [
    { in: 'src/index.ts', out: 'root/index' },
    ...SUBPATHS.map((name) => ({ in: `src/${name}/index.ts`, out: `${name}/index` })),
    { in: 'src/cli/main.ts', out: 'cli/main' },
    { in: 'src/runtime/worker/thread/workerMain.ts', out: 'thread/workerMain' },
  ],
  outdir: 'lib',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  sourcesContent: false,
  external: OUTSIDE.flatMap((name) => [name, `${name}/*`]),
  plugins: [asModules],
  metafile: true,
  // Node itself says what is wrong with the second argument.
  logOverride: { 'unsupported-dynamic-import': 'silent' },
  logLevel: 'warning',
});
const files = Object.keys(metafile.outputs).filter((file) => file.endsWith('.js'));
const misplaced = files.filter((file) => file.split('/').length !== 3);
if (misplaced.length > 0) throw new Error(`not one folder deep: ${misplaced.join(', ')}`);
