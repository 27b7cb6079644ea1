import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkPlugins, type PluginCheck } from '../../../src/runtime/index.js';
import { left, manifest, type PluginFolders, pluginFolders, right } from './pluginFolders.js';

/** The manifest of a plugin that promises the export `run`. */
const RUN = 'export const run = () => 1;';
const OFFERS_RUN = 'exports = ["run"]';

async function problemsOf(
  lay: (folders: PluginFolders) => void,
): Promise<readonly PluginCheck['problems'][]> {
  const folders = pluginFolders();
  lay(folders);
  const checks = right(await checkPlugins(folders.dir));
  return checks.map(({ problems }) => problems);
}

const wrong: readonly {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly error: Readonly<Record<string, unknown>>;
}[] = [
  {
    what: 'a syntax error',
    files: { 'index.ts': `${RUN}\nexport const = 5;` },
    error: { _tag: 'CompilationFailed', line: 2, column: 14, frame: expect.stringContaining('^') },
  },
  {
    what: 'an import that leads nowhere',
    files: { 'index.ts': `import './absent.js';\n${RUN}` },
    error: { _tag: 'CompilationFailed', line: 1, column: 8 },
  },
  {
    what: 'an import that package.json does not have',
    files: {
      'package.json': '{"imports":{"#out":"./out.ts"}}',
      'index.ts': `import '#in';\n${RUN}`,
    },
    error: {
      _tag: 'CompilationFailed',
      line: 1,
      column: 8,
      message: expect.stringContaining('p/package.json has no import "#in"'),
    },
  },
  {
    what: 'an import of package.json that leads nowhere',
    files: { 'package.json': '{"imports":{"#in":"./in.ts"}}', 'index.ts': `import '#in';\n${RUN}` },
    error: {
      _tag: 'CompilationFailed',
      line: 1,
      column: 8,
      message: expect.stringContaining('looked for p/in.ts'),
    },
  },
  {
    what: 'a name that a module of the plugin does not export',
    files: {
      'index.ts': `/* first */ import { twice, half as h } from './maths.js';\n${RUN}\nh(twice);`,
      'maths.ts': `export * from './more.js'; export const twic = 2;`,
      'more.ts': 'export const half = 3;',
    },
    error: {
      _tag: 'CompilationFailed',
      file: 'p/index.ts',
      line: 1,
      column: 22,
      message: expect.stringContaining('did you mean "twic"?'),
    },
  },
  {
    what: 'a named import from JSON',
    files: { 'index.ts': `import { a } from './data.json';\n${RUN}\na;`, 'data.json': '{"a":1}' },
    error: { _tag: 'CompilationFailed', line: 1, column: 10 },
  },
  {
    what: 'an export that the manifest promises',
    files: { 'index.ts': 'export const rum = () => 1;' },
    error: { _tag: 'ExportMissing', exportName: 'run', message: expect.stringContaining('"rum"') },
  },
  {
    what: 'a manifest with an unknown key',
    files: { 'index.ts': RUN, 'plugin.toml': manifest('p', 'exprots = ["run"]') },
    error: { _tag: 'ManifestInvalid', line: 5, message: expect.stringContaining('exports') },
  },
  {
    what: 'a missing source file',
    files: { 'index.ts': RUN, 'plugin.toml': manifest('p').replace('index.ts', 'main.ts') },
    error: { _tag: 'Io', code: 'ENOENT' },
  },
];

describe('checkPlugins', () => {
  test.each(wrong)('finds $what', async ({ files, error }) => {
    const lay = (folders: PluginFolders) => folders.plugin('p', files, OFFERS_RUN);
    expect(await problemsOf(lay)).toEqual([[expect.objectContaining(error)]]);
  });

  test('reports nothing where it cannot know: names from packages, also through modules that re-export them', async () => {
    const files = {
      'index.ts': `import { nothingOfTheKind } from 'rxjs';\nexport * from 'rxjs';\nexport * from './loop.js';`,
      'loop.ts': `import { anything } from './index.js';\nexport * from './index.js';`,
    };
    expect(await problemsOf((folders) => folders.plugin('p', files, OFFERS_RUN))).toEqual([[]]);
  });

  test('finds every form of export, and ignores comments that look like code', async () => {
    const source = `'use strict';
// export const comment = 1;
/** } */
export const { a, b: [c] } = { a: () => 1, b: [() => 2] };
export { a as d, c as default } from './other.js';
export function e() { return '__vite'; }
export class F {}
export * as g from './other.js';
export * from './other.js';`;
    const names = '["a", "c", "d", "default", "e", "F", "g", "star"]';
    const files = {
      'index.ts': source,
      'other.ts': 'export const a = 1, c = 2, star = () => 3;',
    };
    const lay = (folders: PluginFolders) => folders.plugin('p', files, `exports = ${names}`);
    expect(await problemsOf(lay)).toEqual([[]]);
  });

  test('finds conflicts between plugins: duplicate names, dependencies that do not fit', async () => {
    const found = await problemsOf((folders) => {
      folders.plugin('a', { 'index.ts': RUN }, '[dependencies]\nb = "^2.0.0"');
      folders.plugin('b', { 'index.ts': RUN });
      folders.plugin('c', { 'index.ts': RUN, 'plugin.toml': manifest('b') });
      folders.plugin('d', { 'index.ts': RUN }, '[dependencies]\ne = "1"');
      folders.plugin('e', { 'index.ts': RUN }, '[dependencies]\nd = "1"');
      folders.plugin('f', { 'index.ts': RUN }, '[dependencies]\nb = "1"\nnone = "1"');
    });
    expect(found).toMatchObject([
      [{ _tag: 'ManifestInvalid', line: 6, message: expect.stringContaining('1.0.0 serves') }],
      [],
      [{ _tag: 'NameTaken', takenBy: 'b' }],
      [{ _tag: 'ManifestInvalid', message: expect.stringContaining('d → e → d') }],
      [{ _tag: 'ManifestInvalid', message: expect.stringContaining('e → d → e') }],
      [{ _tag: 'ManifestInvalid', line: 7, message: expect.stringContaining('"none"') }],
    ]);
  });

  test('checks against the api version and the capabilities that the options give', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': RUN }, 'capabilities = ["net"]');
    const problemsFor = async (options: Parameters<typeof checkPlugins>[1]) =>
      right(await checkPlugins(folders.path('a'), options)).map(({ problems }) => problems);

    expect(await problemsFor({ apiVersion: { major: 0, minor: 9, patch: 0 } })).toEqual([[]]);
    expect(await problemsFor({ apiVersion: { major: 1, minor: 0, patch: 0 } })).toMatchObject([
      [{ _tag: 'ApiVersionMismatch' }],
    ]);
    expect(await problemsFor({ capabilities: ['fs'] })).toMatchObject([
      [{ _tag: 'ManifestInvalid', message: expect.stringContaining('"net"') }],
    ]);
  });

  test('runs nothing, and reports a directory that is empty or cannot be read', async () => {
    const folders = pluginFolders();
    expect(right(await checkPlugins(folders.dir))).toEqual([]);
    folders.plugin('a', {
      'index.ts': `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(folders.path('ran'))}, '');`,
    });
    expect(right(await checkPlugins(folders.dir))).toEqual([
      { plugin: 'a', folder: 'a', version: '1.0.0', fileCount: 1, problems: [] },
    ]);
    expect(existsSync(folders.path('ran'))).toBe(false);
    expect(left(await checkPlugins(folders.path('absent')))).toMatchObject({ code: 'ENOENT' });
  });
});

describe('hotpipe check', () => {
  const check = (...args: readonly string[]) => {
    const command = ['lib/cli/main.js', 'check', ...args];
    // CI systems set these. A pipe must get no colours even so.
    const env = { ...process.env, CI: 'true', FORCE_COLOR: '1' };
    const { status, stdout, stderr } = spawnSync(process.execPath, command, {
      encoding: 'utf8',
      env,
    });
    return { status, lines: stdout.split('\n').filter((line) => line !== ''), stderr };
  };

  test('prints one line per plugin, a code frame below each problem, and sets an exit code', () => {
    const folders = pluginFolders();
    folders.plugin('good', { 'index.ts': RUN }, OFFERS_RUN);
    expect(check(folders.dir)).toEqual({
      status: 0,
      lines: ['ok   good 1.0.0, 1 file'],
      stderr: '',
    });
    folders.plugin('bad', { 'index.ts': 'export const \u001b = 1;' });
    const { status, lines } = check(folders.dir);
    expect([status, lines[0], lines.at(-1)]).toEqual([
      1,
      expect.stringMatching(/^bad {2}bad bad\/index\.ts:1:14: /),
      'ok   good 1.0.0, 1 file',
    ]);
    expect(lines[1]).toContain('> 1 | export const · = 1;');

    const told = check(folders.dir, '--json').lines.map((line): unknown => JSON.parse(line));
    expect(told).toMatchObject([
      { plugin: 'bad', problems: [{ _tag: 'CompilationFailed', line: 1 }] },
      { plugin: 'good', problems: [] },
    ]);
  });

  test('knows what the host shares, and looks at what import() names', () => {
    const folders = pluginFolders();
    // Not valid here: the host's own loader takes it.
    folders.write('db.mjs', 'export const db = <any>1;');
    folders.plugin('a', {
      'index.ts': `import { db } from '../db.mjs';\nexport const run = () => db;`,
    });
    expect(check(folders.dir)).toMatchObject({ status: 1 });
    expect(check(folders.dir, '--shared', 'db.mjs')).toEqual({
      status: 0,
      lines: ['ok   a 1.0.0, 1 file'],
      stderr: '',
    });
    folders.plugin('b', {
      'index.ts': `export const run = () => import('./bad.js');`,
      'bad.js': 'const = 1;',
    });
    expect(check(folders.dir, '--shared', 'db.mjs').lines.join()).toContain('bad  b b/bad.js:1:7');
  });

  test('has one exit code for no plugin at all, and another for a wrong command line', () => {
    const folders = pluginFolders();
    expect(check(folders.dir)).toMatchObject({ status: 1 });
    expect(check(folders.path('absent'))).toMatchObject({ status: 2, lines: [] });
    expect(check(folders.dir, '--preset', 'x')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('check takes --json'),
    });
  });
});
