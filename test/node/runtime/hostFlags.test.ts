import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { pluginFolders } from './pluginFolders.js';

/** Node 20 calls the flag experimental; from Node 24 on that name is gone. */
const PERMISSION_FLAG = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

const LIBRARY = new URL('../../../lib/root/index.js', import.meta.url).href;
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LIMIT_MS = 25_000;

/** A host of one plugin in a worker: loads it, calls it twice with a reload between, and tells. */
const program = (dir: string) => `
import { writeFileSync } from 'node:fs';
import { PluginRuntime } from ${JSON.stringify(LIBRARY)};
const runtime = new PluginRuntime();
const loaded = await runtime.loadManifest(${JSON.stringify(`${dir}/a`)})();
const said = { loaded: loaded._tag, error: loaded.left?._tag, reason: loaded.left?.message };
if (loaded._tag === 'Right') {
  await runtime.call('a', 'next');
  writeFileSync(${JSON.stringify(`${dir}/a/index.ts`)}, ${JSON.stringify(`${source('v2')}`)});
  const reloaded = await runtime.reloadPlugin('a')();
  said.reloaded = reloaded._tag;
  said.version = await runtime.call('a', 'version');
  said.count = await runtime.call('a', 'next');
}
await runtime.close();
console.log('said ' + JSON.stringify(said));
`;

function source(version: string): string {
  return `let n = 0;
export const version = () => '${version}';
export const next = () => ++n;
export const saveState = () => ({ n });
export const restoreState = (state) => { n = state.n; };`;
}

interface Start {
  readonly args: readonly string[];
  /** The program, where it is not a file. */
  readonly input?: string;
  readonly nodeOptions?: string;
}

interface Said {
  readonly loaded: string;
  readonly error?: string;
  readonly reason?: string;
}

/** Starts a host so; what it says, or how it ended and what it complained of. */
async function startHost({ args, input, nodeOptions }: Start): Promise<Said | string> {
  const env = { ...process.env };
  delete env['NODE_OPTIONS'];
  if (nodeOptions !== undefined) env['NODE_OPTIONS'] = nodeOptions;
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (complaints += data.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const end = await new Promise<unknown>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  );
  clearTimeout(timer);
  const line = output.split('\n').find((each) => each.startsWith('said '));
  if (line === undefined) return `ended by ${String(end)}: ${complaints.slice(0, 1_000)}`;
  const said: Said = JSON.parse(line.slice('said '.length));
  return said;
}

function worker() {
  const folders = pluginFolders();
  folders.plugin('a', { 'index.ts': source('v1') }, 'mode = "worker"');
  folders.write('host.mjs', program(folders.dir));
  folders.write('before.cjs', 'globalThis.before = 1;');
  folders.write('before.mjs', 'globalThis.before = 1;');
  folders.write('loader.mjs', 'export const resolve = (url, context, next) => next(url, context);');
  return folders;
}

const SERVES = { loaded: 'Right', reloaded: 'Right', version: 'v2', count: 2 };

describe('a worker plugin in a host that is started', () => {
  const TEXTS: readonly (readonly [string, (text: string) => Start])[] = [
    ['from standard input', (text) => ({ args: ['--input-type=module', '-'], input: text })],
    ['from standard input, unnamed', (text) => ({ args: ['--input-type=module'], input: text })],
    ['with -e', (text) => ({ args: ['--input-type=module', '-e', text] })],
    ['with --eval=', (text) => ({ args: ['--input-type=module', `--eval=${text}`] })],
    [
      'from standard input, by NODE_OPTIONS',
      (text) => ({
        args: ['--expose-gc', '-'],
        input: text,
        nodeOptions: '--no-warnings --input-type=module',
      }),
    ],
    [
      'with -p and no type',
      (text) => ({
        args: [
          '-p',
          `import('data:text/javascript,' + encodeURIComponent(${JSON.stringify(text)}))`,
        ],
      }),
    ],
    [
      'with -e, as CommonJS',
      (text) => ({
        args: [
          '--input-type=commonjs',
          '-e',
          `import('data:text/javascript,' + encodeURIComponent(${JSON.stringify(text)}))`,
        ],
      }),
    ],
    [
      'with -e and a preload',
      (text) => ({
        args: ['--no-warnings', '--input-type=module', '--trace-warnings', '-e', text],
      }),
    ],
  ];

  test.each(TEXTS)('%s serves', async (_how, of) => {
    const folders = worker();

    expect(await startHost(of(program(folders.dir)))).toEqual(SERVES);
  });

  const FLAGS: readonly (readonly [string, (path: (name: string) => string) => Partial<Start>])[] =
    [
      ['--inspect', () => ({ args: ['--inspect=0'] })],
      ['--require', (path) => ({ args: ['--require', path('before.cjs')] })],
      ['--import', (path) => ({ args: ['--import', path('before.mjs')] })],
      ['--loader', (path) => ({ args: ['--no-warnings', '--loader', path('loader.mjs')] })],
      [
        'NODE_OPTIONS with --require',
        (path) => ({ nodeOptions: `--require ${path('before.cjs')}` }),
      ],
      ['NODE_OPTIONS with --import', (path) => ({ nodeOptions: `--import ${path('before.mjs')}` })],
      ['NODE_OPTIONS with --inspect', () => ({ nodeOptions: '--inspect=0' })],
      [
        'NODE_OPTIONS with limits',
        () => ({ nodeOptions: '--max-old-space-size=512 --stack-trace-limit=50' }),
      ],
      [
        'flags of V8',
        () => ({ args: ['--expose-gc', '--max-old-space-size=512', '--stack-size=900'] }),
      ],
      ['flags of a process', () => ({ args: ['--title=host', '--abort-on-uncaught-exception'] })],
      ['a loader of TypeScript', () => ({ args: ['--import', 'tsx'] })],
      ['conditions', () => ({ args: ['--conditions=development', '--enable-source-maps'] })],
      [
        'a permission model that allows it',
        () => ({
          args: [
            '--no-warnings',
            PERMISSION_FLAG,
            '--allow-fs-read=*',
            '--allow-fs-write=*',
            '--allow-worker',
            '--allow-addons',
          ],
        }),
      ],
    ];

  test.each(FLAGS)('under %s serves', async (_what, of) => {
    const folders = worker();
    const { args = [], nodeOptions } = of((name) => folders.path(name));
    const start = { args: [...args, folders.path('host.mjs')] };

    expect(await startHost(nodeOptions === undefined ? start : { ...start, nodeOptions })).toEqual(
      SERVES,
    );
  });

  const BESIDE_A_TEXT = /^(--inspect|--require|NODE_OPTIONS with limits|a loader of TypeScript)$/;

  test.each(FLAGS.filter(([what]) => BESIDE_A_TEXT.test(what)))(
    'from standard input, under %s serves',
    async (_what, of) => {
      const folders = worker();
      const { args = [], nodeOptions } = of((name) => folders.path(name));
      const start = {
        args: [...args, '--input-type=module', '-'],
        input: program(folders.dir),
      };

      expect(
        await startHost(nodeOptions === undefined ? start : { ...start, nodeOptions }),
      ).toEqual(SERVES);
    },
  );

  test('whose threads take longer to start than LOAD may take, serves', async () => {
    const folders = worker();
    const text = program(folders.dir);
    const limited = text.replace('PluginRuntime()', 'PluginRuntime({ limitsMs: { load: 3000 } })');
    expect(limited).not.toBe(text);
    folders.write('host.mjs', limited);
    folders.write(
      'slow.cjs',
      `if (!require('node:worker_threads').isMainThread) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4000);
      }`,
    );

    expect(
      await startHost({ args: ['--require', folders.path('slow.cjs'), folders.path('host.mjs')] }),
    ).toEqual(SERVES);
  });

  test('under a permission model that forbids threads says so, and the host goes on', async () => {
    const folders = worker();
    const args = [
      '--no-warnings',
      PERMISSION_FLAG,
      '--allow-fs-read=*',
      '--allow-fs-write=*',
      '--allow-addons',
      folders.path('host.mjs'),
    ];
    const said = await startHost({ args });

    expect(said).toMatchObject({ loaded: 'Left', reason: expect.stringMatching(/--allow-worker/) });
  });
});
