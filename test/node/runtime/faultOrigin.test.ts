import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { pluginFolders, startRuntime } from './pluginFolders.js';

const HOST = fileURLToPath(new URL('../../fixtures/runtime/sharingHost.mjs', import.meta.url));

/** Version `n` has its line further down, and its first one starts what fails while the second one serves. */
const failing = (lines: string, how: string) => `${lines}
export const fail = () => { setImmediate(() => ${how}); };
export const later = () => { setTimeout(() => ${how}, 100); };`;

/** Ends a host by what its plugin does in a call. */
async function endOf(how: string) {
  const folders = pluginFolders();
  folders.write('shared/db.mjs', 'export const opened = [];');
  folders.plugin('plugins/a', { 'index.ts': failing('const x: number = 1;\n', how) });
  folders.write(
    'plugins/a/plugin.toml',
    'name = "a"\nversion = "1.0.0"\nsource = "./index.ts"\napi-version = { major = 0, minor = 1, patch = 0 }\n',
  );
  const child = spawn(process.execPath, [HOST, folders.dir, 'in-process', '']);
  onTestFinished(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  child.stdout.on('data', (data: Buffer) => {
    if (data.toString().includes('"Loaded"')) child.stdin.write('call a fail\n');
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, errors };
}

test.each([
  [
    'Promise.reject(new Error("lost"))',
    'a rejection that nobody handled in plugin a, version 1, at ',
  ],
  ['{ throw new Error("lost"); }', 'an error that nothing caught in plugin a, version 1, at '],
])('what ends the host says which plugin, version and line it was: %s', async (how, said) => {
  const { code, errors } = await endOf(how);

  expect(code).toBe(1);
  expect(errors).toContain(`hotpipe: ${said}plugins/a/index.ts:3:`);
  expect(errors).toContain('lost. Node ends the process for it');
});

test.each([
  ["Promise.reject('just text')", 'a rejection that nobody handled: "just text"'],
  ['Promise.reject()', 'a rejection that nobody handled: "undefined"'],
  ['Promise.reject({ code: 7 })', 'a rejection that nobody handled: "#<Object>"'],
  ['{ throw null; }', 'an error that nothing caught: null'],
])('what is no Error has no place: who may have thrown it is said: %s', async (how, said) => {
  const { code, errors } = await endOf(how);

  expect(code).toBe(1);
  expect(errors).toContain(`hotpipe: ${said}. It is no Error`);
  expect(errors).toContain('a plugin that serves: a (version 1). Throw and reject with an Error.');
});

test('the version is that of the code, also when another one serves', async () => {
  const folders = pluginFolders();
  const make = (lines: string) => `${lines}export const fail = () => new Error('lost');`;
  folders.plugin('a', { 'index.ts': make('') });
  const { runtime } = startRuntime({ root: folders.dir });
  await runtime.loadManifest(folders.path('a'))();
  const first = await runtime.call('a', 'fail');
  folders.write('a/index.ts', make('\n\n'));
  await runtime.reloadPlugin('a')();
  const second = await runtime.call('a', 'fail');

  expect(runtime.faultOrigin(first)).toMatchObject({
    plugin: 'a',
    version: 1,
    file: 'a/index.ts',
    line: 1,
  });
  expect(runtime.faultOrigin(second)).toMatchObject({ version: 2, line: 3 });
  expect(runtime.faultOrigin(new Error('ours'))).toBeUndefined();
  expect(runtime.faultOrigin('no error')).toBeUndefined();
});
