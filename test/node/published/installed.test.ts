import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manifest, SETTINGS, specifiers, typeCheckFiles } from './typesProgram.js';

// The package as `npm pack` makes it, laid out as pnpm installs it: hotpipe reaches what its package.json names and nothing else, and the
// program reaches hotpipe, rxjs and the types of Node. Nothing is fetched: managers.test.ts installs it with real ones.

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

/** Each of them takes 4 to 10 s of a processor, since no declaration of a package is skipped: the others are for `HOTPIPE_FAULTS=long`. */
const tried = process.env['HOTPIPE_FAULTS'] === 'long' ? SETTINGS : SETTINGS.slice(0, 1);

test.each(tried)(
  'its types hold in $compiler, module $module, moduleResolution $moduleResolution, type $type',
  (settings) => {
    const { compiler, moduleResolution, type } = settings;
    const folder = join(dir, `${compiler}-${moduleResolution}-${type}`);
    mkdirSync(folder);
    for (const [name, text] of Object.entries(typeCheckFiles(settings))) {
      writeFileSync(join(folder, name), text);
    }
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
