import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { IgnoredPath } from '../../../src/model/events/IgnoredPath.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { presets } from '../../../src/pipeline/presets.js';
import { watchPlugins } from '../../../src/pipeline/watchPlugins.js';
import { PluginRuntime } from '../../../src/runtime/index.js';

// The smallest input of public reports about tools that restart or reload on a save: docs/field-reports.md has the links, and what hotpipe does.

/** Bounded generously: what is waited for takes milliseconds. */
const LIMIT = { timeout: 20_000, interval: 5 };

let dir: string;
let events: ReloadEvent[];
let ignored: IgnoredPath[];
let runtime: PluginRuntime;
let stop: () => Promise<void>;

const write = (name: string, text: string) => {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), text);
};
const plugin = (name: string, source: string, more = '', root = 'plugins') => {
  const manifest = `name = "${name}"\nversion = "1.0.0"\nsource = "./index.ts"\n${more}`;
  write(`${root}/${name}/plugin.toml`, manifest);
  write(`${root}/${name}/index.ts`, source);
};
const of = <T extends ReloadEvent['_tag']>(tag: T) =>
  events.filter((event): event is Extract<ReloadEvent, { _tag: T }> => event._tag === tag);
const eventually = (check: () => unknown) => vi.waitFor(check, LIMIT);
const says = (name: string, value: unknown) =>
  eventually(async () => expect(await runtime.call(name, 'value')).toEqual(value));

async function start(root = 'plugins'): Promise<void> {
  const options = { onIgnored: (one: IgnoredPath) => ignored.push(one) };
  const running = hotReload({
    ...presets.development,
    ...watchPlugins(runtime, join(dir, root), options),
    target: runtime,
  }).subscribe((event) => events.push(event));
  stop = async () => {
    running.unsubscribe();
    await runtime.close();
  };
  await runtime.ready().catch(() => undefined); // a plugin that fails is what some reports are about
}

/** An edit that is live proves that all before it has been dealt with: nothing else was a change of the plugin. */
async function onlyEdits(name: string, paths: readonly string[]): Promise<void> {
  write(`plugins/${name}/index.ts`, 'export const value = () => "edited";');
  await says(name, 'edited');
  const seen = of('ChangeDetected').flatMap((event) => event.paths);
  expect(seen).toEqual([...paths, `plugins/${name}/index.ts`].map((path) => join(dir, path)));
}

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-field-')));
  [events, ignored] = [[], []];
  runtime = new PluginRuntime({ root: dir });
});

afterEach(async () => {
  await stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('a restart loop', () => {
  test('nodemon#1509: a program that writes a JSON file beside itself does not reload itself', async () => {
    plugin(
      'notes',
      `import { writeFileSync } from 'node:fs';
let count = 0;
export const value = () => {
  writeFileSync(${JSON.stringify(join(dir, 'plugins/notes/notes.json'))}, JSON.stringify({ count: ++count }));
  return count;
};
value();`,
    );
    await start();
    for (let call = 2; call <= 20; call += 1)
      expect(await runtime.call('notes', 'value')).toBe(call);
    await eventually(() => expect(ignored.map(({ why }) => why)).toContain('noPlugin'));
    await onlyEdits('notes', []);
  });

  test('nodemon#698: files that were written just before the start are no change after it', async () => {
    for (const name of ['a', 'b', 'c']) plugin(name, 'export const value = () => 1;');
    await start();
    await onlyEdits('b', []);
    expect(of('Loaded').map((event) => event.plugin)).toEqual(['a', 'b', 'c']);
  });

  test('pm2#3318, #3194: what git and a desktop write, and what nothing imports, is no change', async () => {
    plugin('web', 'export const value = () => 1;');
    await start();
    for (const name of ['.git/index.lock', '.DS_Store', 'public/fonts/.DS_Store', 'public/a.js'])
      write(`plugins/web/${name}`, 'x');
    await onlyEdits('web', []);
  });
});

describe('an error', () => {
  test('hot-hook#17: a syntax error at the start ends nothing; the fixed file is loaded', async () => {
    plugin('good', 'export const value = () => 1;');
    plugin('bad', 'export const value = () => ;');
    await start();
    await eventually(() => expect(of('ReloadFailed').map((each) => each.plugin)).toEqual(['bad']));
    await says('good', 1);
    write('plugins/bad/index.ts', 'export const value = () => 2;');
    await says('bad', 2);
  });

  test('tsc-watch#81: after an error, the file as it was before goes on serving, and the next edit too', async () => {
    const source = 'export const value = () => 1;';
    plugin('cron', source);
    await start();
    write('plugins/cron/index.ts', 'export const value = () => 1 +;');
    await eventually(() => expect(of('ReloadFailed')).toHaveLength(1));
    write('plugins/cron/index.ts', source);
    await eventually(() => expect(of('Unchanged')).toHaveLength(1));
    await says('cron', 1);
    write('plugins/cron/index.ts', 'export const value = () => 2;');
    await says('cron', 2);
  });

  test('nest-cli#1124: a tsconfig.json that is broken for a while ends nothing', async () => {
    write('plugins/api/tsconfig.json', '{ "compilerOptions": { "experimentalDecorators": true } }');
    plugin('api', 'export const value = () => 1;');
    await start();
    write('plugins/api/tsconfig.json', '{ "compilerOptions": { "paths": { "backend/*": [ ');
    await eventually(() => expect(of('ReloadFailed')).toHaveLength(1));
    expect(of('ReloadFailed')[0]?.error.message).toMatch(/plugins\/api\/tsconfig\.json:1/);
    await says('api', 1);
    write('plugins/api/tsconfig.json', '{ "compilerOptions": { "strict": true } }');
    write('plugins/api/index.ts', 'export const value = () => 2;');
    await says('api', 2);
  });
});

describe('what a version holds', () => {
  test('vite#7887, kit#12618: the timers of the version before end with it', async () => {
    const ticks: number[] = [];
    runtime = new PluginRuntime({ root: dir, provide: { ticks } });
    const source = (n: number) =>
      `export const start = (ctx) => ctx.setInterval(() => ctx.host.ticks.push(${n}), 2);\nexport const value = () => ${n};`;
    plugin('tick', source(1));
    await start();
    await eventually(() => expect(ticks).toContain(1));
    write('plugins/tick/index.ts', source(2));
    await says('tick', 2);
    ticks.length = 0;
    await eventually(() => expect(ticks.length).toBeGreaterThan(5));
    expect(new Set(ticks)).toEqual(new Set([2]));
  });

  test('tsx#244, nest#826: a port is free again when the next version listens, however fast the saves are', async () => {
    const source = (n: number, port: number) => `import { createServer } from 'node:http';
const server = createServer();
let port = 0;
export const start = () => new Promise((resolve, reject) => {
  server.once('error', reject).listen(${port}, '127.0.0.1', () => resolve((port = server.address().port)));
});
export const stop = () => new Promise((resolve) => server.close(resolve));
export const value = () => ${n === 0 ? 'port' : `\`${n}:\${port}\``};`;
    plugin('http', source(0, 0), 'swap = "stop-first"\n');
    await start();
    const port: unknown = await runtime.call('http', 'value');
    for (const n of [1, 2, 3]) {
      write('plugins/http/index.ts', source(n, Number(port)));
      await says('http', `${n}:${String(port)}`);
    }
    expect(of('ReloadFailed')).toEqual([]);
  });
});

describe('a save that is not seen', () => {
  test('client_js#196, moleculer-db#309: a name that a package keeps is refused, and the failure says what to do', async () => {
    write('node_modules/metrics/package.json', '{ "main": "./index.cjs" }');
    write(
      'node_modules/metrics/index.cjs',
      'const names = new Set(); exports.add = (name) => { if (names.has(name)) throw new Error(`a metric ${name} has already been registered`); names.add(name); };',
    );
    const source = (n: number) =>
      `import { add } from 'metrics';\nadd('hits');\nexport const value = () => ${n};`;
    plugin('a', source(1));
    plugin('b', source(1).replace('hits', 'others'), 'mode = "worker"\n');
    await start();
    await says('a', 1);
    write('plugins/a/index.ts', source(2));
    write('plugins/b/index.ts', source(2));
    await says('b', 2);
    // It may be tried twice.
    await eventually(() => expect(of('ReloadFailed').length).toBeGreaterThan(0));
    expect(of('ReloadFailed')[0]).toMatchObject({
      plugin: 'a',
      stillServing: 1,
      error: { message: expect.stringContaining('The package "metrics" is one for all versions') },
    });
    await says('a', 1);
  });

  test('vite#15519: an edit of `type` in a package.json above is a reload, and so is a nearer package.json', async () => {
    write('package.json', '{}');
    plugin('a', 'exports.value = () => typeof require;');
    await start();
    await says('a', 'function');
    write('package.json', '{ "type": "module" }');
    // It may be tried twice.
    await eventually(() => expect(of('ReloadFailed')[0]).toMatchObject({ stillServing: 1 }));
    await says('a', 'function');
    write('plugins/package.json', '{ "type": "commonjs" }');
    await eventually(() => expect(of('Reloaded')).toMatchObject([{ plugin: 'a', from: 1, to: 2 }]));
  });

  test.each([
    ['import', "import { value as of } from 'late';\nexport const value = () => of;"],
    ['require', "const { value } = require('late');\nexports.value = () => value;"],
    [
      'import()',
      "const { value: of } = (await import('late')).default;\nexport const value = () => of;",
    ],
    [
      'computed import()',
      "const { value: of } = (await import('late' + '')).default;\nexport const value = () => of;",
    ],
  ])(
    'create-react-app#186: a package that is installed after its %s has failed is found without a save',
    async (_, source) => {
      plugin('a', source);
      write('package.json', '{}');
      await start();
      expect(of('ReloadFailed')).toMatchObject([{ plugin: 'a', stillServing: null }]);

      // As npm does: beside, and then at once.
      write('node_modules/.late-x1/package.json', '{ "main": "./index.cjs" }');
      write('node_modules/.late-x1/index.cjs', 'exports.value = "found";');
      renameSync(join(dir, 'node_modules/.late-x1'), join(dir, 'node_modules/late'));
      await says('a', 'found');
      await eventually(() => expect(of('Loaded')).toMatchObject([{ plugin: 'a', version: 1 }]));
    },
  );

  test.each([
    ['import()', "await import('late').catch(() => ({ default: { value: 'none' } }))"],
    [
      'computed import()',
      "await import('late' + '').catch(() => ({ default: { value: 'none' } }))",
    ],
  ])(
    'a package that a plugin can do without, by its %s, is used when it is installed',
    async (_, found) => {
      plugin('a', `const { value: of } = (${found}).default;\nexport const value = () => of;`);
      write('package.json', '{}');
      await start();
      await says('a', 'none');
      write('node_modules/.late-x1/package.json', '{ "main": "./index.cjs" }');
      write('node_modules/.late-x1/index.cjs', 'exports.value = "found";');
      renameSync(join(dir, 'node_modules/.late-x1'), join(dir, 'node_modules/late'));
      await says('a', 'found');
    },
  );

  test('chokidar#601, #237: each of five saves that replace the file is seen', async () => {
    plugin('a', 'export const value = () => 0;');
    await start();
    for (const n of [1, 2, 3, 4, 5]) {
      write('plugins/a/.index.ts.swp', `export const value = () => ${n};`);
      renameSync(join(dir, 'plugins/a/.index.ts.swp'), join(dir, 'plugins/a/index.ts'));
      await says('a', n);
    }
  });

  test('pm2#1261: a link to a release that is swapped is a save of all that is otherwise in it', async () => {
    const release = (n: number) => {
      plugin('api', `export const value = () => ${n};`, '', `releases/${n}/plugins`);
      symlinkSync(`releases/${n}`, join(dir, 'next'));
      renameSync(join(dir, 'next'), join(dir, 'current'));
    };
    release(1);
    await start('current/plugins');
    await says('api', 1);
    for (const n of [2, 3]) {
      release(n);
      await says('api', n);
    }
  });

  test('env-cmd#177: an .env file that `reload-on` names is a save', async () => {
    write('.env', 'GREETING=hello');
    plugin(
      'env',
      `import { readFileSync } from 'node:fs';
const text = readFileSync(${JSON.stringify(join(dir, '.env'))}, 'utf8');
export const value = () => text;`,
      'reload-on = ["../../.env"]\n',
    );
    await start();
    await says('env', 'GREETING=hello');
    write('.env', 'GREETING=welcome');
    await says('env', 'GREETING=welcome');
  });
});
