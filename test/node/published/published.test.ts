import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseSync } from 'oxc-parser';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

// What the package publishes: `lib/`, which `npm run build` makes.

const LIB = resolve('lib');

/** The files that an import of entries reads, and the packages that it loads, without what is loaded only when something needs it. */
function loadedBy(...entries: readonly string[]) {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const specifier of importedBy(file)) {
      if (specifier.startsWith('.')) visit(resolve(file, '..', specifier));
      else if (!specifier.startsWith('node:')) packages.add(specifier.split('/', 1)[0] ?? '');
    }
  };
  for (const entry of entries) visit(join(LIB, entry));
  return { files, packages: [...packages] };
}

/** What a file imports when it is loaded. The command line is CommonJS: what it requires outside of functions. */
function importedBy(file: string): readonly string[] {
  const { module, program } = parseSync(file, readFileSync(file, 'utf8'));
  if (file.startsWith(join(LIB, 'cli'))) return requiredIn(program);
  const { staticImports, staticExports } = module;
  const requests = [
    ...staticImports.map((one) => one.moduleRequest),
    ...staticExports.flatMap(({ entries }) => entries.map((one) => one.moduleRequest)),
  ];
  return requests.flatMap((request) => request?.value ?? []);
}

function requiredIn(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(requiredIn);
  if (typeof node !== 'object' || node === null) return [];
  const { type, callee, arguments: given }: Syntax = node;
  if (type !== undefined && /Function|Class/.test(type)) return [];
  const [first] = given ?? [];
  const within = Object.values(node).flatMap(requiredIn);
  if (typeof first?.value !== 'string') return within;
  if (callee?.name === 'require') return [first.value];
  // Packages were imported before.
  const isPackage = callee?.property?.name === 'get' && within.includes('./packages.js');
  return isPackage ? [first.value, ...within] : within;
}

interface Syntax {
  readonly type?: string;
  readonly callee?: { readonly name?: string; readonly property?: { readonly name?: string } };
  readonly arguments?: readonly { readonly value?: unknown }[];
}

/** A file of the command line that is loaded on demand. */
function commandFile(name: string): string {
  const found = readdirSync(join(LIB, 'cli')).find((file) => file.startsWith(`${name}-`));
  if (found === undefined) throw new Error(`lib/cli has no ${name}`);
  return `cli/${found}`;
}

/** Runs a module in a process of its own, and returns what it wrote as JSON. */
function run(code: string): unknown {
  const args = ['--input-type=module', '-e', code];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

describe('an import of the package', () => {
  // @source 351 files of its own, 80 of packages beside rxjs: what was read before.
  test.each([
    ['root/index.js', 60],
    ['runtime/index.js', 60],
    ['sources/index.js', 30],
    ['operators/index.js', 12],
  ])('reads few files, and no package but rxjs: %s', (entry, mostFiles) => {
    const { files, packages } = loadedBy(entry);
    expect(packages).toEqual(['rxjs']);
    expect(files.size).toBeLessThanOrEqual(mostFiles);
  });

  test('of the program of a thread loads no package', () => {
    expect(loadedBy('thread/workerMain.js').packages).toEqual([]);
  });

  test('finds one class of an error, whatever subpath gives it', () => {
    const answer = run(`
      import * as all from ${JSON.stringify(join(LIB, 'root/index.js'))};
      import * as operators from ${JSON.stringify(join(LIB, 'operators/index.js'))};
      import * as runtime from ${JSON.stringify(join(LIB, 'runtime/index.js'))};
      console.log(JSON.stringify([
        typeof all.CircuitOpenError === 'function' && all.CircuitOpenError === operators.CircuitOpenError,
        all.PluginRuntime === runtime.PluginRuntime,
        all.debounceAdaptive === operators.debounceAdaptive,
      ]));`);
    expect(answer).toEqual([true, true, true]);
  });

  test("follows the virtual time of the importer's own TestScheduler", () => {
    const answer = run(`
      import { TestScheduler } from 'rxjs/testing';
      import { debounceAdaptive } from ${JSON.stringify(join(LIB, 'operators/index.js'))};
      const seen = [];
      new TestScheduler((actual, expected) => seen.push(actual, expected)).run(({ cold, expectObservable }) => {
        const quiet = debounceAdaptive({ minMs: 10, maxMs: 10, reduce: (_, value) => value });
        expectObservable(cold('a 50ms |').pipe(quiet)).toBe('10ms a 40ms |');
      });
      console.log(JSON.stringify(seen.map((frames) => frames.map(({ frame, notification }) => [frame, notification.kind]))));`);
    const frames = [
      [10, 'N'],
      [51, 'C'],
    ];
    expect(answer).toEqual([frames, frames]);
  });

  test('starts threads, whose program lies beside its chunks', () => {
    const answer = run(`
      import { existsSync, mkdtempSync, mkdirSync, writeFileSync, rmSync } from 'node:fs';
      import { join } from 'node:path';
      import { tmpdir } from 'node:os';
      import { PluginRuntime } from ${JSON.stringify(join(LIB, 'root/index.js'))};
      const dir = mkdtempSync(join(tmpdir(), 'hotpipe-published-'));
      mkdirSync(join(dir, 'a'));
      writeFileSync(join(dir, 'a', 'plugin.toml'), 'name = "a"\\nversion = "1.0.0"\\nmode = "worker"\\nsource = "./index.ts"\\napi-version = { major = 0, minor = 1, patch = 0 }\\n');
      writeFileSync(join(dir, 'a', 'index.ts'), 'import { threadId } from "node:worker_threads"; export const id = (): number => threadId;');
      const runtime = new PluginRuntime();
      const loaded = await runtime.loadDirectory(dir)();
      console.log(JSON.stringify([loaded.right[0]._tag, (await runtime.call('a', 'id')) > 0]));
      await runtime.close();
      rmSync(dir, { recursive: true });`);
    expect(answer).toEqual(['Right', true]);
  });
});

test('the types of each subpath are found by TypeScript that reads no "exports"', () => {
  const text = readFileSync('package.json', 'utf8');
  const { exports, types, typesVersions }: PackageTypes = JSON.parse(text);
  const found: Record<string, string> = { '.': types };
  for (const [subpath, [file = '']] of Object.entries(typesVersions['*'])) {
    found[`./${subpath}`] = file;
  }
  const wanted: Record<string, string> = {};
  for (const [subpath, target] of Object.entries(exports)) {
    if (typeof target === 'object') wanted[subpath] = target.types;
  }

  expect(found).toEqual(wanted);
  for (const file of Object.values(found)) expect(existsSync(file), file).toBe(true);
});

interface PackageTypes {
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  readonly types: string;
  readonly typesVersions: { readonly '*': Readonly<Record<string, readonly string[]>> };
}

/** What is compiled at a first start, and where Node keeps nothing of it. It takes 3 ms per 100,000 bytes. @source measured: bench/startup/run.ts */
const MOST_BYTES = 1_030_000;
/** What each command reads. */
const STARTED = ['cli/main.js', 'cli/runCommandLine.js'];

describe('the command line of the package', () => {
  const main = join(LIB, 'cli/main.js');

  test('says its version', () => {
    const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'));
    const said = execFileSync(process.execPath, [main, '--version'], { encoding: 'utf8' });
    expect(said.trim()).toContain(version);
  });

  test('writes the first line of watch before it loads RxJS and what runs plugins', () => {
    const { files, packages } = loadedBy(...STARTED, commandFile('announceWatch'));
    expect(packages).toEqual([]);
    const core = [...loadedBy(commandFile('watchCommand')).files];
    // What a start needs is most of what there is, and none of it comes with the first line.
    const sizes = core.map((file) => ({ file, size: statSync(file).size }));
    const largest = sizes.reduce((one, other) => (other.size > one.size ? other : one)).file;
    expect(files.has(largest)).toBe(false);
  });

  // @source 42 files of its own before, each of which costs half a millisecond.
  test('starts with few files', () => {
    const { files, packages } = loadedBy(
      ...STARTED,
      ...['announceWatch', 'watchCommand', 'transpileTypescript'].map(commandFile),
    );
    expect(packages.sort()).toEqual(['oxc-parser', 'oxc-transform']);
    expect(files.size).toBeLessThanOrEqual(14);
    expect(files.size).toBeGreaterThan(4);
    const byteCount = [...files].reduce((sum, file) => sum + statSync(file).size, 0);
    expect(byteCount).toBeLessThanOrEqual(MOST_BYTES);
  });

  // A script of kept code cannot import anything on Node 20: chokidar, and the compiler, then failed at the second start only.
  test('watches a directory of plugins until they serve, also when its own code is kept from a start before', async () => {
    const home = mkdtempSync(join(tmpdir(), 'hotpipe-published-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const compiled = join(home, '.hotpipe/compiled');
    const kept = () =>
      existsSync(compiled)
        ? readdirSync(compiled)
            .filter((name) => name.endsWith('.program'))
            .map((name) => statSync(join(compiled, name)).ino)
        : [];
    const first = await watchOnce(home, () => kept().length > 0);
    const keptAtFirst = kept();
    const second = await watchOnce(home, () => true);

    for (const { events, errors } of [first, second]) {
      expect(events.map(({ _tag }) => _tag)).toContain('Loaded');
      expect(events.filter(({ _tag }) => _tag !== 'Loaded' && _tag !== 'StateRestored')).toEqual(
        [],
      );
      expect(errors).toBe('');
    }
    // All that the second start has run was kept: it wrote nothing.
    expect(keptAtFirst).toHaveLength(1);
    expect(kept()).toEqual(keptAtFirst);
  }, 30_000);

  // As in a program of modules: plugins that look for the main module, or empty the cache of all of them, meet none of ours but the one that Node starts.
  test('is no main module for plugins, and none of their require.cache', async () => {
    const home = mkdtempSync(join(tmpdir(), 'hotpipe-published-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const plugin = join(home, 'plugins/asks');
    mkdirSync(plugin, { recursive: true });
    writeFileSync(
      join(plugin, 'plugin.toml'),
      'name = "asks"\nversion = "1.0.0"\nsource = "./index.cjs"\napi-version = { major = 0, minor = 1, patch = 0 }\n',
    );
    writeFileSync(
      join(plugin, 'index.cjs'),
      `const own = Object.keys(require.cache).filter((path) => path.startsWith(${JSON.stringify(join(LIB, 'cli'))}) && !path.endsWith('main.js'));
console.error('answer ' + JSON.stringify([typeof require.main, typeof process.mainModule, own]));
exports.value = () => 1;`,
    );
    const { errors } = await watchOnce(home, () => true, join(home, 'plugins'));
    expect(errors).toContain('answer ["undefined","undefined",[]]');
  }, 30_000);
});

/** A host on the example plugins, from its start until all of them serve and `isEnough`. What it printed. */
async function watchOnce(home: string, isEnough: () => boolean, dir = 'examples/plugins') {
  const args = [join(LIB, 'cli/main.js'), 'watch', dir, '--json'];
  const child = spawn(process.execPath, [...args, '--state', join(home, 'state')], {
    env: { ...process.env, HOME: home },
  });
  const ended = new Promise((done) => child.once('exit', done));
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += String(text)));
  const events: Told[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => events.push(JSON.parse(line) as Told));
  const pluginCount = readdirSync(dir).length;
  const isServing = () => events.filter(({ _tag }) => _tag === 'Loaded').length === pluginCount;
  await vi.waitUntil(() => isServing() && isEnough(), { timeout: 12_000, interval: 20 });
  child.kill('SIGTERM');
  await ended;
  return { events, errors };
}

interface Told {
  readonly _tag: string;
}
