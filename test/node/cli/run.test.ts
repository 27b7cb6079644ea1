import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { HostProcess } from '../support/HostProcess.js';

const hotpipe = (...args: string[]) =>
  spawnSync(process.execPath, ['lib/cli/main.js', ...args], { encoding: 'utf8', timeout: 20_000 });
const tag = (plugin: string, wanted: ReloadEvent['_tag']) => (event: ReloadEvent) =>
  event.plugin === plugin && event._tag === wanted;

let dir: string;
let host: HostProcess | undefined;
const write = (name: string, text: string) => writeFileSync(join(dir, name), text);

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-run-')));
  mkdirSync(join(dir, 'src/parts'), { recursive: true });
});

afterEach(async () => {
  await host?.end('SIGKILL');
  host = undefined;
  rmSync(dir, { recursive: true, force: true });
});

it('run serves what one module exports, keeps its state over a save, and answers call', async () => {
  const code = (step: string) => `import { step } from './parts/step.js';
let n = 0; export const next = () => (n += ${step});
export const saveState = () => ({ n }); export const restoreState = (state) => { n = state.n; };`;
  write('src/parts/step.ts', 'export const step = 1;');
  write('src/server.ts', code('step'));
  const file = join(dir, 'src/server.ts');
  host = new HostProcess([file, '--state', join(dir, 'state')], 'run');
  await host.event(tag('server', 'Loaded'));
  expect(hotpipe('call', '--dir', file, 'server', 'next')).toMatchObject({ stdout: '1\n' });
  write('src/server.ts', code('step * 10'));
  expect(await host.event(tag('server', 'Reloaded'))).toMatchObject({ from: 1, to: 2 });
  expect(hotpipe('call', '--dir', file, 'server', 'next')).toMatchObject({ stdout: '11\n' });
  write('src/parts/step.ts', 'export const step = 2;');
  const again = (event: ReloadEvent) => event._tag === 'Reloaded' && event.to === 3;
  await host.event(again);
  expect(hotpipe('call', '--dir', file, 'server', 'next')).toMatchObject({ stdout: '31\n' });
});

it('watch --manifests optional loads what has no manifest; without it, the lines that are missing are told', async () => {
  write('src/hello.ts', 'export const value = () => 1;');
  write('src/parts/index.ts', 'export const value = () => 1;');
  host = new HostProcess([join(dir, 'src'), '--state', join(dir, 'state')]);
  expect(await host.event(tag('parts', 'ReloadFailed'))).toMatchObject({
    error: { _tag: 'ManifestNotFound', message: expect.stringContaining('name = "parts"') },
  });
  await host.end('SIGTERM');
  host = new HostProcess([
    ...[join(dir, 'src'), '--manifests', 'optional'],
    ...['--state', join(dir, 'state')],
  ]);
  await host.event(tag('hello', 'Loaded'));
  await host.event(tag('parts', 'Loaded'));
  const check = (...args: string[]) => hotpipe('check', join(dir, 'src'), ...args);
  expect(check('--manifests', 'optional')).toMatchObject({ status: 0 });
  expect(check()).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('source = "./index.ts"'),
  });
});

it('what a version leaves open is told after a reload, and not at the end of the host', async () => {
  const code = (port: string) => `import { createServer } from 'node:http';
createServer().listen(${port}); export const value = () => 1;`;
  write('src/server.ts', code('0'));
  host = new HostProcess([join(dir, 'src/server.ts'), '--state', join(dir, 'state')], 'run');
  await host.event(tag('server', 'Loaded'));
  write('src/server.ts', code('0, undefined'));
  await host.event(tag('server', 'Reloaded'));
  expect(await host.end('SIGTERM')).toMatchObject({ code: 0 });
  expect(host.stderr.match(/Version \d+ of server has ended and left open/g)).toEqual([
    'Version 1 of server has ended and left open',
  ]);
});

it('check of a directory whose plugins are single files says how they are checked', () => {
  for (const name of ['a', 'b', 'c', 'd']) write(`src/${name}.ts`, 'export const value = 1;');
  write('src/a.test.ts', '');
  rmSync(join(dir, 'src/parts'), { recursive: true });
  expect(hotpipe('check', join(dir, 'src'))).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(
      /^no plugin in .*--manifests optional, which takes a\.ts, b\.ts, c\.ts and 1 more\n$/,
    ),
  });
});

it.each([
  [['run'], /run needs a file/],
  [['run', 'no/such.ts'], /file not found: .*no\/such\.ts/],
  [['run', 'src'], /not a TypeScript or JavaScript file: .*hotpipe watch src/],
  [['run', 'package.json'], /not a TypeScript or JavaScript file/],
  [['watch', '--manifests', 'optinal'], /did you mean optional/],
])('%j is answered with one line and exit code 2', (args, line) => {
  const { status, stdout, stderr } = hotpipe(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(line);
});
