import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { checkCommand } from '../../../src/cli/commands/checkCommand.js';
import { packFiles } from '../../../src/modules/adapters/packFiles.js';
import { OpenPacks } from '../../../src/modules/cache/OpenPacks.js';
import { checkPlugins, type PluginRuntime } from '../../../src/runtime/index.js';
import {
  manifest,
  type PluginFolders,
  pluginFolders,
  right,
  startRuntime,
} from './pluginFolders.js';

/** Exports of each kind: values, errors with their stacks, texts of functions. */
const PLUGINS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  typescript: {
    'index.ts': `import { total, type Sum } from './sum.js';
import text from './data.json' with { type: 'json' };
import * as all from './sum.js';
interface Removed { readonly a: string }
enum Kept { A = 1 }
export const value = (): Sum => ({ sum: total(Kept.A, 2), text, names: Object.keys(all) });
export const source = () => String(value);
export const fails = () => total(null as never, 1);
export const later = async () => (await import('./sum.js')).total(1, 1);
export const made = () => new Function('return import("node:path")')().then((path: any) => path.sep);`,
    'sum.ts': `type Gone = { readonly b: number };

export interface Sum { sum: number; text: unknown; names: string[] }
export function total(a: number, b: number): number {
  if (a === null) {
    const wrong: Gone = { b }; throw new RangeError(\`no \${wrong.b}\`);
  }
  return a + b;
}
export { total as again };
export default class { static x = 1 }`,
    'data.json': '{"a": [1, 2]}',
  },
  javascript: {
    'index.ts': "export * from './plain.mjs';",
    'plain.mjs': `export const value = () => [typeof require, import.meta.url.slice(-9)];
export const source = () => String(value);
export const fails = () => { (() => { null.x })() };
export const later = async () => { await null; return 1 };`,
  },
  commonjs: {
    'index.ts':
      "import lib from './lib.cjs';\nimport half = require('./half.cjs');\nexport const value = () => [lib.value(), half];\nexport const source = () => lib.source(); export const fails = () => lib.fails(); export const later = () => lib.later();",
    'package.json': '{ "type": "commonjs" }',
    'lib.cjs': `const typed = require('./typed.cjs');
exports.value = () => [typed.one, typeof module, __filename.slice(-7), this === module.exports];
exports.source = () => String(exports.value);
exports.fails = () => typed.fails();
exports.later = () => import('./half.cjs').then((m) => Object.keys(m));
implicit = 1;`,
    'typed.cts': `import fs = require('node:fs');
type Gone = 1;


const one: number = typeof fs.readFileSync === 'function' ? 1 : 0;
export = { one, fails(): void { throw new TypeError('typed') } };`,
    'half.cjs': 'exports.half = 0.5;',
  },
  lowered: {
    'index.ts': `type Gone = string;

export class Made { accessor held: Gone = 'a'; @noted noted() { return 1 } }
function noted(method: () => number, context: { name: string | symbol }) { names.push(String(context.name)); return method }
const names: string[] = [];
export const value = () => [new Made().held, new Made().noted(), names.length];
export const source = () => 'a class';
export const fails = () => { new Made().held = (() => { throw new Error('lowered') })() };
export const later = async () => 1;`
      .replace(/^const names.*\n/m, '')
      .replace('\n\n', '\nvar names: string[] = [];\n'),
  },
  configured: {
    'tsconfig.json':
      '{ "compilerOptions": { "experimentalDecorators": true, "useDefineForClassFields": false, "jsx": "react", "jsxFactory": "h" } }',
    'index.ts': "export { value, source, fails, later } from './view.tsx';",
    'view.tsx': `const h = (...parts: unknown[]) => parts;
function marked(target: object, key: string) { Reflect.set(target, 'mark', key) }
class Base { constructor() { this.init() } init() {} }
class View extends Base { kept?: number; init() { this.kept = 5 } @marked run() {} }
export const value = () => [<b id="a">c</b>, new View().kept, Reflect.get(new View(), 'mark')];
export const source = () => String(value);
export const fails = () => { throw new Error('in a view') };
export const later = async () => 2;`,
  },
};
/** A busy machine starts threads slowly. */
const limitsMs = { compile: 60_000, load: 60_000, validate: 60_000, start: 60_000, health: 60_000 };
const FUNCTIONS = ['value', 'source', 'fails', 'later'];

function written(): PluginFolders {
  const folders = pluginFolders();
  for (const [name, files] of Object.entries(PLUGINS)) {
    for (const [file, text] of Object.entries(files))
      folders.write(`plugins/${name}/${file}`, text);
    folders.write(`plugins/${name}/plugin.toml`, manifest(name));
  }
  return folders;
}

async function start(folders: PluginFolders, options: Parameters<typeof startRuntime>[0] = {}) {
  const compileCache = { directory: folders.path('cache') };
  const started = startRuntime({ compileCache, limitsMs, ...options });
  right(await started.runtime.loadDirectory(folders.path('plugins'))()).map(right);
  return started;
}

/** What each function of each plugin gives, or its error with the whole stack below the plugins' folder. */
async function answersOf(runtime: PluginRuntime): Promise<Readonly<Record<string, unknown>>> {
  const answers: Record<string, unknown> = {};
  for (const { plugin } of runtime.plugins()) {
    for (const fn of [...FUNCTIONS, ...(plugin === 'typescript' ? ['made'] : [])]) {
      answers[`${plugin}.${fn}`] = await runtime.call(plugin, fn).catch((error: unknown) => {
        const { name, message, stack = '' } = error instanceof Error ? error : new Error('none');
        const frames = stack.split('\n').filter((line) => line.includes('/plugins/'));
        return { name, message, frames: frames.map((line) => line.trim()) };
      });
    }
  }
  return answers;
}

const fill = async (folders: PluginFolders) => {
  const compileCache = { directory: folders.path('cache') };
  right(await checkPlugins(folders.path('plugins'), { compileCache }));
};

test('a second start compiles nothing, and runs exactly as the first: values, errors, stacks', {
  timeout: 120_000,
}, async () => {
  const folders = written();
  const cold = await start(folders);
  const { compiled } = cold.runtime.compileCounts();
  const answers = await answersOf(cold.runtime);
  await fill(folders);
  for (const mode of ['in-process', 'worker'] as const) {
    const warm = await start(folders, { mode });
    expect(warm.runtime.compileCounts()).toEqual({ compiled: 0, restored: compiled });
    const again = await answersOf(warm.runtime);
    if (mode === 'in-process') expect(again).toEqual(answers);
    expect(again['typescript.fails']).toMatchObject({ name: 'RangeError', message: 'no 1' });
    expect(warm.errors).toEqual([]);
  }
  expect(compiled).toBeGreaterThan(8);
  expect(answers['typescript.fails']).toMatchObject({
    frames: [
      `at total (${folders.path('plugins/typescript/sum.ts')}:6:38)`,
      expect.stringContaining('typescript/index.ts:8:28'),
    ],
  });
  expect(answers['lowered.value']).toEqual(['a', 1, 1]);
});

test('a start writes what it compiled when it is idle, and an edit compiles one file', async () => {
  const folders = written();
  await start(folders);
  await vi.waitFor(() => expect(packsIn(folders)).toHaveLength(1), 20_000);
  folders.write(
    'plugins/typescript/sum.ts',
    `${PLUGINS['typescript']?.['sum.ts'] ?? ''}\n// edited`,
  );
  const { runtime } = await start(folders);

  expect(runtime.compileCounts().compiled).toBe(1);
});

function packsIn(folders: PluginFolders): readonly string[] {
  const dir = folders.path('cache');
  return existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.pack')) : [];
}

test('the same text with another kind, tsconfig.json or toggle of flags is compiled anew', async () => {
  const folders = written();
  await fill(folders);
  folders.write(
    'plugins/configured/tsconfig.json',
    '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h", "experimentalDecorators": true } }',
  );
  folders.write('plugins/commonjs/package.json', '{ "type": "module" }');
  folders.write('plugins/commonjs/index.ts', "export const value = () => 'module';");
  const { runtime } = await start(folders);

  expect(await runtime.call('configured', 'value')).toEqual([
    ['b', { id: 'a' }, 'c'],
    undefined,
    'run',
  ]);
  // index.ts and view.tsx with other settings, and the other text.
  expect(runtime.compileCounts().compiled).toBe(3);
  const left = await start(folders, { compilationCache: 'leave' });
  expect(left.runtime.compileCounts().restored).toBe(0);
});

test('a damaged pack is told once, and what it held is compiled', async () => {
  const folders = written();
  await fill(folders);
  const [pack = ''] = packsIn(folders);
  const path = folders.path(`cache/${pack}`);
  const bytes = readFileSync(path);
  // In the first record: the index still holds.
  bytes.writeUInt8(bytes.at(120) === 1 ? 2 : 1, 120);
  writeFileSync(path, bytes);
  const { runtime, errors } = await start(folders);

  expect(runtime.compileCounts().compiled).toBe(1);
  expect(errors).toEqual([expect.objectContaining({ _tag: 'Io', code: 'ECACHE', path })]);
  expect(errors[0]?.message).toMatch(
    /is damaged, so what is damaged is compiled anew\. Plugins run all the same/,
  );
});

test('a pack that another host has replaced since it was listed is passed over, and nothing is told', () => {
  const told: unknown[] = [];
  const tell = (...problem: readonly unknown[]) => told.push(problem);
  const packs = new OpenPacks(packFiles, pluginFolders().dir, '0'.repeat(64), tell);
  packs.add('gone.pack');
  expect([told, packs.sizeBytes]).toEqual([[], 0]);
});

test('nothing runs from a directory that other users may write to, or that leads elsewhere', async () => {
  const folders = written();
  await fill(folders);
  chmodSync(folders.path('cache'), 0o777);
  const open = await start(folders);
  expect(open.runtime.compileCounts().restored).toBe(0);
  expect(open.errors.map(({ message }) => message)).toEqual([
    expect.stringMatching(/may be written by other users, so nothing of it is run: chmod go-w/),
  ]);
  chmodSync(folders.path('cache'), 0o700);
  const [pack = ''] = packsIn(folders);
  folders.write('away/x', '');
  writeFileSync(folders.path('away/moved'), readFileSync(folders.path(`cache/${pack}`)));
  folders.remove(`cache/${pack}`);
  symlinkSync(folders.path('away/moved'), folders.path(`cache/${pack}`));
  const linked = await start(folders);
  expect(linked.runtime.compileCounts().restored).toBe(0);
});

test('where nothing can be written, a start goes on, and a check says so', async () => {
  const folders = written();
  folders.write('cache', 'a file');
  const { runtime, errors } = await start(folders);
  expect(runtime.compileCounts().compiled).toBeGreaterThan(8);
  expect(errors.map(({ message }) => message)).toEqual([
    expect.stringContaining('is not a directory'),
  ]);

  folders.write('state', 'a file too');
  const command = { _tag: 'check', dir: folders.path('plugins'), isJson: false } as const;
  const apiVersion = { major: 0, minor: 1, patch: 0 };
  const compile = { stateDir: folders.path('state') };
  const report = await checkCommand({ ...command, apiVersion, compile }, {});
  expect(report.exitCode).toBe(1);
  expect(report.text).toMatch(/state\/compiled cannot be (?:read|written): ENOTDIR/);
});

test('hotpipe check --compile fills what a watch with the same state directory reads', async () => {
  const folders = written();
  const dir = folders.path('plugins');
  const compile = { stateDir: folders.path('state') };
  const apiVersion = { major: 0, minor: 1, patch: 0 };
  const report = await checkCommand({ _tag: 'check', dir, isJson: false, apiVersion, compile }, {});
  expect(report).toMatchObject({ exitCode: 0 });
  const { runtime } = await start(folders, {
    compileCache: { directory: join(folders.path('state'), 'compiled') },
  });
  expect(runtime.compileCounts().compiled).toBe(0);
  const inside = checkCommand(
    { _tag: 'check', dir, isJson: false, apiVersion, compile: { stateDir: join(dir, 'state') } },
    {},
  );
  await expect(inside).rejects.toThrow(/lies in the plugins' directory/);
});

test('options that cannot work are refused, also behind a link', () => {
  const folders = written();
  const plugins = folders.path('plugins');
  symlinkSync(plugins, folders.path('linked'));
  for (const directory of [join(plugins, 'cache'), plugins, folders.path('linked/a/cache')]) {
    const { runtime } = startRuntime({ compileCache: { directory } });
    expect(() => runtime.loadDirectory(plugins)).toThrow(RangeError);
    expect(() => runtime.loadEach(plugins)).toThrow(/lies in the plugins' folder/);
  }
  const { runtime } = startRuntime({ compileCache: { directory: join(plugins, 'typescript/c') } });
  expect(() => runtime.loadManifest(join(plugins, 'typescript'))).toThrow(RangeError);
  expect(() => startRuntime({ compileCache: { directory: 'cache' } })).toThrow(/absolute/);
  for (const maxBytes of [0, 1024, 1.5e6 + 0.5, Number.NaN, Infinity]) {
    const compileCache = { directory: folders.path('cache'), maxBytes };
    expect(() => startRuntime({ compileCache })).toThrow(/maxBytes \(.*\) is not a whole number/);
  }
});
