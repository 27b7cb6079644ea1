import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// The package as `npm pack` makes it, laid out as pnpm installs it: hotpipe reaches what its package.json names and nothing else, and the
// program reaches hotpipe, rxjs and the types of Node. Nothing is fetched.

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
}

const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
/** Of optional packages: only who installs them imports this. */
const needsMore = ['./nats'];
const subpaths = Object.keys(manifest.exports).filter(
  (name) => !name.endsWith('.json') && !needsMore.includes(name),
);
const specifiers = subpaths.map((name) => name.replace('.', 'hotpipe'));

let dir: string;

beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-installed-')));
  const store = join(dir, 'node_modules/.pnpm/hotpipe/node_modules');
  mkdirSync(join(store, 'hotpipe'), { recursive: true });
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', dir];
  execFileSync('npm', pack, { shell: process.platform === 'win32' });
  const [tarball = ''] = readdirSync(dir).filter((name) => name.endsWith('.tgz'));
  const into = join(store, 'hotpipe');
  execFileSync('tar', ['-xzf', join(dir, tarball), '-C', into, '--strip-components', '1']);
  for (const name of [...Object.keys(manifest.dependencies), 'rxjs']) link(name, store);
  const modules = join(dir, 'node_modules');
  for (const name of ['rxjs', '@types/node', 'undici-types']) link(name, modules);
  symlinkSync(join(store, 'hotpipe'), join(modules, 'hotpipe'));
}, 120_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

function link(name: string, modules: string): void {
  const path = join(modules, name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(realpathSync(join('node_modules', name)), path);
}

function node(...args: readonly string[]): string {
  return execFileSync(process.execPath, args, { cwd: dir, encoding: 'utf8' });
}

describe('an isolated installation', () => {
  test('is imported by each subpath, in modules and in CommonJS', () => {
    const list = JSON.stringify(specifiers);
    const count = (load: string) =>
      `const names = []; for (const each of ${list}) names.push(Object.keys(${load}).length); console.log(JSON.stringify(names));`;
    const imported = JSON.parse(node('--input-type=module', '-e', count('await import(each)')));
    const required = JSON.parse(node('--no-warnings', '-e', count('require(each)')));
    expect(imported.every((exported: number) => exported > 0)).toBe(true);
    expect(required).toEqual(imported);
  });

  test('has a command that makes, checks and compiles a plugin', () => {
    const main = 'node_modules/hotpipe/lib/cli/main.js';
    node(main, 'new', 'plugins/counter');
    const checked = node(main, 'check', 'plugins', '--compile', '--state', 'state');
    expect(checked).toMatch(/ok +counter 1\.0\.0, 1 file/);
  });
});

/** A program whose declarations name types of hotpipe: they must be nameable where only hotpipe itself can be imported. */
const program = `${specifiers.map((name, at) => `import * as m${at} from '${name}';`).join('\n')}
import { debounceAdaptive, hotReload, PluginRuntime, presets, watchPlugins } from 'hotpipe';
import { from } from 'rxjs';
export const modules = [${specifiers.map((_, at) => `m${at}`).join(', ')}];
export const runtime = new PluginRuntime();
export const watched = watchPlugins(runtime, 'plugins');
export const events$ = hotReload({ ...presets.development, ...watched, target: runtime });
export const quiet$ = from([1]).pipe(debounceAdaptive(5));
`;

const SETTINGS: readonly Settings[] = [
  { compiler: 'typescript7', module: 'nodenext', moduleResolution: 'nodenext', type: 'commonjs' },
  { compiler: 'typescript7', module: 'nodenext', moduleResolution: 'nodenext', type: 'module' },
  { compiler: 'typescript7', module: 'node16', moduleResolution: 'node16', type: 'module' },
  { compiler: 'typescript7', module: 'esnext', moduleResolution: 'bundler', type: 'module' },
  { compiler: 'typescript5', module: 'nodenext', moduleResolution: 'nodenext', type: 'module' },
  { compiler: 'typescript5', module: 'commonjs', moduleResolution: 'node10', type: 'commonjs' },
];

interface Settings {
  readonly compiler: 'typescript5' | 'typescript7';
  readonly module: string;
  readonly moduleResolution: string;
  readonly type: 'module' | 'commonjs';
}

/** Each of them takes 4 to 10 s of a processor, since no declaration of a package is skipped: the others are for `HOTPIPE_FAULTS=long`. */
const tried = process.env['HOTPIPE_FAULTS'] === 'long' ? SETTINGS : SETTINGS.slice(0, 1);

test.each(tried)(
  'its types hold in $compiler, module $module, moduleResolution $moduleResolution, type $type',
  ({ compiler, type, ...options }) => {
    const folder = join(dir, `${compiler}-${options.moduleResolution}-${type}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
    writeFileSync(join(folder, 'program.ts'), program);
    const compilerOptions = {
      ...options,
      target: 'es2022',
      types: ['node'],
      strict: true,
      skipLibCheck: false,
      declaration: true,
      esModuleInterop: true,
      outDir: 'out',
    };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['program.ts'] }),
    );
    const tsc = resolve('node_modules', compiler, 'bin/tsc');
    const told = (() => {
      try {
        return execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
      } catch (error) {
        return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
      }
    })();
    expect(told).toBe('');
  },
  60_000,
);
