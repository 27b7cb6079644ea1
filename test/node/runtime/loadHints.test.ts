import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { left, manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

async function failureOf(index: string, files: Readonly<Record<string, string>> = {}) {
  const folders = pluginFolders();
  folders.plugin('p', { 'plugin.toml': manifest('p'), 'index.ts': index, ...files });
  const { runtime } = startRuntime();
  return left(await runtime.loadManifest(folders.path('p'))());
}

describe('a module that reads what only CommonJS has is told why it is a module, and what to write instead', () => {
  test.each([
    ['require', `export const a = require('node:path');`, 'use import'],
    ['module', `export const a = 1; module.exports = { a };`, 'use export'],
    ['exports', `export const a = 1; exports.b = a;`, 'use export'],
    ['__dirname', `export const a = __dirname;`, 'use import.meta.dirname'],
    ['__filename', `export const a = __filename;`, 'use import.meta.filename'],
  ])('%s', async (name, index, instead) => {
    const failed = await failureOf(index);
    expect(failed).toMatchObject({ _tag: 'EvaluationFailed', file: 'p/index.ts', line: 1 });
    expect(failed.message).toContain(
      `${name} is not defined. The file is an ECMAScript module, since it has import or export, and no package.json says otherwise: ${instead}, or make it CommonJS`,
    );
  });

  test('also where its package.json says that it is one', async () => {
    const type = { 'package.json': '{ "type": "module" }' };
    const failed = await failureOf(`export const a = require('node:path');`, type);
    expect(failed.message).toContain('or the "type" of its package.json says so');
  });

  test('and nobody else: another name that is not defined', async () => {
    const failed = await failureOf(`export const a = requires('node:path');`);
    expect(failed.message).not.toContain('ECMAScript module');
  });
});

test('`export =` in a module is told where it is, and not to the file that imports it', async () => {
  const files = {
    'package.json': '{ "type": "module" }',
    'l.ts': `const answer: number = 44;\nexport = answer;`,
  };
  const failed = await failureOf(`import l from './l.ts'; export const value = () => l;`, files);
  expect(failed).toMatchObject({ _tag: 'CompilationFailed', file: 'p/l.ts', line: 2, column: 1 });
  expect(failed.message).toContain('use `export default`, or make it CommonJS (name it .cts');
});

describe('a package that is updated while the program runs', () => {
  const packaged = (version: string, files: Readonly<Record<string, string>>) => ({
    'package.json': `{"name":"d","version":"${version}","type":"module","exports":{${Object.keys(
      files,
    )
      .map((file) => `".${file === 'index' ? '' : `/${file}`}":"./${file}.js"`)
      .join()}}}`,
    ...Object.fromEntries(Object.entries(files).map(([file, text]) => [`${file}.js`, text])),
  });
  const HINT = 'is another one on disk than the one that this program has loaded';

  async function started(mode = '') {
    const folders = pluginFolders();
    const install = (files: Readonly<Record<string, string>>) => {
      rmSync(folders.path('node_modules/d'), { recursive: true, force: true });
      for (const [name, text] of Object.entries(files))
        folders.write(`node_modules/d/${name}`, text);
    };
    install(packaged('1.0.0', { index: `export const old = 1;` }));
    folders.plugin('p', {
      'plugin.toml': `${manifest('p')}${mode}`,
      'index.ts': `import { old } from 'd'; export const value = () => old;`,
    });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('p'))());
    const reload = (index: string) => {
      folders.write('p/index.ts', index);
      return runtime.reloadPlugin('p')();
    };
    return { install, reload, runtime };
  }

  test.each([
    ['a name that is new in it', `import { fresh } from 'd'; export const value = () => fresh;`],
    ['a file that is new in it', `import { more } from 'd/more'; export const value = () => more;`],
    ['what it does otherwise', `import * as d from 'd'; export const value = d['fresh'].at(0);`],
  ])('%s: the failure says that the program has to start again', async (_, index) => {
    const { install, reload } = await started();
    const before = left(await reload(index));
    expect(before.message).not.toContain(HINT);
    install(
      packaged('2.0.0', { index: `export const fresh = 'f';`, more: `export const more = 3;` }),
    );
    expect(left(await reload(index)).message).toContain(
      `"d${index.includes('d/more') ? '/more' : ''}" ${HINT}`,
    );
  });

  test.each([
    ['what it does otherwise', `const d = require('d'); exports.value = d.fresh.at(0);`, 'd'],
    ['a file that is new in it', `exports.value = require('d/more').more;`, 'd/more'],
  ])('also one that is required: %s', async (_, index, specifier) => {
    const folders = pluginFolders();
    const install = (version: string, text: string) => {
      const more = version === '1.0.0' ? '' : ',"./more":"./index.js"';
      const json = `{"name":"d","version":"${version}","exports":{".":"./index.js"${more}}}`;
      rmSync(folders.path('node_modules/d'), { recursive: true, force: true });
      folders.write('node_modules/d/package.json', json);
      folders.write('node_modules/d/index.js', text);
    };
    install('1.0.0', `exports.old = 1;`);
    folders.plugin('p', {
      'plugin.toml': manifest('p'),
      'index.ts': `const d = require('d'); exports.value = () => d.old;`,
    });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('p'))());
    folders.write('p/index.ts', index);
    expect(left(await runtime.reloadPlugin('p')()).message).not.toContain(HINT);
    install('2.0.0', `exports.fresh = 'f';`);
    expect(left(await runtime.reloadPlugin('p')()).message).toContain(`"${specifier}" ${HINT}`);
  });

  test('in a thread, the new one is loaded', async () => {
    const { install, reload, runtime } = await started('mode = "worker"\n');
    install(packaged('2.0.0', { index: `export const fresh = 2;` }));
    right(await reload(`import { fresh } from 'd'; export const value = () => fresh;`));
    expect(await runtime.call('p', 'value')).toBe(2);
  });
});
