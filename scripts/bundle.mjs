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
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { toCommonjs } from './toCommonjs.mjs';
import { needsOf, together } from './together.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { exports: entries, peerDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const OUTSIDE = [
  ...Object.keys(peerDependencies),
  'chokidar',
  'cjs-module-lexer',
  'micromatch',
  'oxc-parser',
  'oxc-transform',
  'smol-toml',
];

/** The entry of each subpath of the package, whose folder in `lib/` has the subpath's name. */
const subpaths = Object.entries(entries).flatMap(([subpath, to]) => {
  if (typeof to === 'string') return [];
  const name = subpath === '.' ? 'root' : subpath.slice(2);
  if (to.default !== `./lib/${name}/index.js`) {
    throw new Error(
      `package.json: "${subpath}" is to lead to ./lib/${name}/index.js, not ${to.default}`,
    );
  }
  return [
    { in: to.types.replace('./dist/', 'src/').replace('.d.ts', '.ts'), out: `${name}/index` },
  ];
});

/** Node gets these packages as CommonJS. A bundler leaves out what nobody uses only where they are modules. */
const MODULES = [
  [/^fp-ts\/lib\//, 'fp-ts/es6/'],
  [/^io-ts$/, 'io-ts/es6/index.js'],
  [/^jsonc-parser$/, 'jsonc-parser/lib/esm/main.js'],
];
const asModules = {
  name: 'as-modules',
  setup({ onResolve, resolve, initialOptions }) {
    for (const [filter, to] of MODULES) {
      onResolve({ filter }, ({ path, resolveDir, kind }) =>
        resolve(path.replace(filter, to), { resolveDir, kind }),
      );
    }
    // The modules of RxJS are none of its exports on Node. All of its subpaths, or a copy of its inner parts would come along: what a test
    // scheduler of one copy sets is not seen by the timers of another. Where RxJS stays outside, its name stays as it is.
    onResolve({ filter: /^rxjs(\/|$)/ }, ({ path }) =>
      initialOptions.external.includes('rxjs')
        ? { path, external: true }
        : {
            path: join(root, path.replace(/^rxjs/, 'node_modules/rxjs/dist/esm'), 'index.js'),
            sideEffects: false,
          },
    );
  },
};

/** What is loaded after the part of the library that uses it. */
const LATE = [
  ...['modules/compile/lowerSyntax', 'modules/compile/transpileTypescript'],
  'runtime/rehearsal/beginRehearsal',
];
const REHEARSAL = 'pipeline/rehearsal/rehearseReloads';
const WATCH = 'cli/commands/watchCommand';
const FIRST_LINE = 'cli/commands/announceWatch';
const LIGHT_COMMANDS = ['controlCommands', 'doctorCommand', 'newCommand'].map(
  (name) => `cli/commands/${name}`,
);
/** How command lines are read: what few have is loaded where the first word says so. */
const WORDS = 'cli/arguments/parseCommandLine';
const RARE_WORDS = ['parseFleet', 'parseTraceCommand'].map((name) => `cli/arguments/${name}`);
/** These need most of what a host does. */
const HEAVY_COMMANDS = [
  ...['checkCommand', 'traceCommands', 'watchDashboard'].map((name) => `cli/commands/${name}`),
  'cli/fleet/fleetCommand',
];

await bundle(
  [...subpaths, { in: 'src/runtime/worker/thread/workerMain.ts', out: 'thread/workerMain' }],
  'chunks',
  {
    needs: {
      ...needsOf(LATE, ['runtime/PluginRuntime']),
      ...needsOf([REHEARSAL], ['pipeline/hotReload', 'runtime/PluginRuntime']),
    },
  },
);
// By itself: what the command line needs is then in few files, whatever else the library has. No code of others meets its RxJS, so that
// is inside: a third of the time of a start went into finding and reading its 200 files.
const outside = OUTSIDE.filter((name) => name !== 'rxjs');
const program = await bundle(
  [{ in: 'src/cli/runCommandLine.ts', out: 'cli/runCommandLine' }],
  'cli',
  {
    outside,
    needs: {
      ...needsOf([FIRST_LINE], [WORDS]),
      ...needsOf([WATCH, ...LIGHT_COMMANDS, ...RARE_WORDS], [FIRST_LINE]),
      ...needsOf([...LATE, REHEARSAL, ...HEAVY_COMMANDS], [WATCH, FIRST_LINE]),
    },
  },
);
// What starts it shares no file with it: one of both would be there twice, once of each way to load it.
const [main] = await bundle([{ in: 'src/cli/mainOfChunks.ts', out: 'cli/main' }], 'cli', {
  outside,
  needs: {},
});
await toCommonjs(root, program, main);

async function bundle(entryPoints, chunks, { outside = OUTSIDE, needs }) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: 'lib',
    chunkNames: `${chunks}/[name]-[hash]`,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    // An error that ends the process is shown with its line.
    ...(chunks === 'cli' && { minifyWhitespace: true, lineLimit: 200 }),
    // What is made into CommonJS takes its map along.
    sourcemap: chunks === 'cli' ? 'inline' : true,
    sourcesContent: false,
    external: outside.flatMap((name) => [name, `${name}/*`]),
    plugins: [
      ...(Object.keys(needs).length > 0 ? [together(needs, join(root, 'src'))] : []),
      asModules,
    ],
    metafile: true,
    logLevel: 'warning',
    // Node itself says what is wrong with the second argument.
    logOverride: { 'unsupported-dynamic-import': 'silent' },
  });
  const files = Object.keys(metafile.outputs).filter((file) => file.endsWith('.js'));
  const misplaced = files.filter((file) => file.split('/').length !== 3);
  const second = Object.keys(metafile.inputs).filter((file) => file.includes('/rxjs/dist/cjs/'));
  if (second.length > 0) throw new Error(`a second copy of RxJS: ${second[0]}`);
  if (misplaced.length > 0) throw new Error(`not one folder deep: ${misplaced.join(', ')}`);
  return files;
}
