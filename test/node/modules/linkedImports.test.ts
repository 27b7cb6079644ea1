import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'vitest';
import type { ReloadEvent } from '../../../src/index.js';
import { hotReload, PluginRuntime, presets, watchPlugins } from '../../../src/index.js';

const boundMs = 25_000;
let dir = '';

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-linked-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (name: string, text: string) => {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), text);
};
/** Makes a link, in one step if there is one. */
const lead = (name: string, target: string) => {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  symlinkSync(target, join(dir, `${name}.next`));
  renameSync(join(dir, `${name}.next`), join(dir, name));
};

/** Runs the plugins of the directory; `value` waits until the plugin's function answers that. */
async function running(
  mode: 'in-process' | 'worker',
  body: (value: (wanted: unknown) => Promise<void>) => Promise<void>,
) {
  const runtime = new PluginRuntime({ mode });
  const events: ReloadEvent[] = [];
  const subscription = hotReload({
    ...presets.development,
    ...watchPlugins(runtime, join(dir, 'plugins'), { backend: 'nodeFs' }),
    target: runtime,
  }).subscribe((event) => events.push(event));
  const answer = () => runtime.call('linked', 'value').catch(() => undefined);
  try {
    await body(async (wanted) => {
      let got: unknown;
      for (const endMs = Date.now() + boundMs; Date.now() < endMs; await delay(10)) {
        got = await answer();
        if (got === wanted) return;
      }
      throw new Error(
        `answers ${String(got)}, not ${String(wanted)}; ${JSON.stringify(events.slice(-4))}`,
      );
    });
  } finally {
    subscription.unsubscribe();
    await runtime.close();
  }
}

const plugin = (files: Readonly<Record<string, string>>) => {
  write(
    'plugins/linked/plugin.toml',
    'name = "linked"\nversion = "1.0.0"\nsource = "index.ts"\n[api-version]\nmajor = 0\nminor = 1\npatch = 0\n',
  );
  for (const [name, text] of Object.entries(files)) write(`plugins/linked/${name}`, text);
};
const helper = (value: string) => `export const v = '${value}';\n`;

describe.each(['in-process', 'worker'] as const)('an import through a link, %s', (mode) => {
  it('of a release that is led elsewhere', async () => {
    write('rel/1/x.ts', helper('one'));
    write('rel/2/x.ts', helper('two'));
    lead('current', 'rel/1');
    plugin({ 'index.ts': "import { v } from '../../current/x.js'; export const value = () => v;" });
    await running(mode, async (value) => {
      await value('one');
      lead('current', 'rel/2');
      await value('two');
      write('rel/2/x.ts', helper('edited'));
      await value('edited');
      lead('current', 'rel/1');
      await value('one');
    });
  });

  it('of a file, and of a file in the folder', async () => {
    write('lib/1.ts', helper('one'));
    write('lib/2.ts', helper('two'));
    lead('lib/x.ts', '1.ts');
    lead('plugins/linked/y.ts', '../../lib/1.ts');
    plugin({
      'index.ts':
        "import { v } from '../../lib/x.js'; import * as y from './y.js'; export const value = () => `${v} ${y.v}`;",
    });
    await running(mode, async (value) => {
      await value('one one');
      lead('lib/x.ts', '2.ts');
      await value('two one');
      lead('plugins/linked/y.ts', '../../lib/2.ts');
      await value('two two');
      write('lib/2.ts', helper('edited'));
      await value('edited edited');
    });
  });

  it('that a directory replaces', async () => {
    write('rel/1/x.ts', helper('one'));
    write('rel/2/x.ts', helper('two'));
    lead('current', 'rel/1');
    plugin({ 'index.ts': "import { v } from '../../current/x.js'; export const value = () => v;" });
    await running(mode, async (value) => {
      await value('one');
      unlinkSync(join(dir, 'current'));
      renameSync(join(dir, 'rel/2'), join(dir, 'current'));
      await value('two');
    });
  });

  it('of a package of one’s own that is linked to another version', async () => {
    for (const [name, text] of [
      ['1', 'one'],
      ['2', 'two'],
    ] as const) {
      write(
        `packages/lib-${name}/package.json`,
        '{ "name": "lib", "type": "module", "exports": "./index.ts" }',
      );
      write(`packages/lib-${name}/index.ts`, helper(text));
    }
    lead('node_modules/lib', '../packages/lib-1');
    plugin({ 'index.ts': "import { v } from 'lib'; export const value = () => v;" });
    await running(mode, async (value) => {
      await value('one');
      lead('node_modules/lib', '../packages/lib-2');
      await value('two');
    });
  });

  it('of a required file', async () => {
    write('rel/1/x.cjs', "exports.v = 'one';");
    write('rel/2/x.cjs', "exports.v = 'two';");
    lead('current', 'rel/1');
    write(
      'plugins/linked/plugin.toml',
      'name = "linked"\nversion = "1.0.0"\nsource = "index.cjs"\n[api-version]\nmajor = 0\nminor = 1\npatch = 0\n',
    );
    write('plugins/linked/index.cjs', "exports.value = () => require('../../current/x.cjs').v;");
    await running(mode, async (value) => {
      await value('one');
      lead('current', 'rel/2');
      await value('two');
    });
  });
});

describe.each(['in-process', 'worker'] as const)(
  'links that lead to nothing yet, or through others, %s',
  (mode) => {
    it('an import through a link reloads when its target appears, and leads to the next one until then', async () => {
      lead('plugins/linked/x.ts', '../../later/x.ts');
      lead('current', 'rel/1');
      write('plugins/linked/x.js', helper('old'));
      plugin({
        'index.ts':
          "import { v } from './x.js'; export const value = async () => `${v} ${await import('../../current/y.js').then((y) => y.v, () => 'none')}`;",
      });
      await running(mode, async (value) => {
        await value('old none');
        write('later/x.ts', helper('new'));
        await value('new none');
        write('rel/1/y.ts', helper('y'));
        await value('new y');
      });
    });

    it('of a file in the folder that leads through a link outside of it', async () => {
      write('rel/1/x.ts', helper('one'));
      write('rel/2/x.ts', helper('two'));
      lead('current', 'rel/1');
      lead('plugins/linked/x.ts', '../../current/x.ts');
      lead('plugins/linked/r.cjs', '../../current/r.cjs');
      write('rel/1/r.cjs', "exports.r = 'one';");
      write('rel/2/r.cjs', "exports.r = 'two';");
      plugin({
        'index.ts':
          "import { v } from './x.js'; import { r } from './h.cjs'; export const value = () => `${v} ${r}`;",
        'h.cjs': "exports.r = require('./r.cjs').r;",
      });
      await running(mode, async (value) => {
        await value('one one');
        lead('current', 'rel/2');
        await value('two two');
      });
    });
  },
);

describe('what reload-on names', () => {
  const reads = (path: string) =>
    `import { readFileSync } from 'node:fs'; import { join } from 'node:path'; const text = readFileSync(join(import.meta.dirname, '${path}'), 'utf8'); export const value = () => text;`;
  const withData = (path: string, pattern: string) => {
    plugin({ 'index.ts': reads(path) });
    write(
      'plugins/linked/plugin.toml',
      `name = "linked"\nversion = "1.0.0"\nsource = "index.ts"\nreload-on = ["${pattern}"]\n[api-version]\nmajor = 0\nminor = 1\npatch = 0\n`,
    );
  };

  it.each(['config/app.yaml', 'config/*.yaml'])(
    'a ConfigMap in the folder, as %s',
    async (pattern) => {
      write('plugins/linked/config/..one/app.yaml', 'one');
      write('plugins/linked/config/..two/app.yaml', 'two');
      lead('plugins/linked/config/..data', '..one');
      lead('plugins/linked/config/app.yaml', '..data/app.yaml');
      withData('config/app.yaml', pattern);
      await running('in-process', async (value) => {
        await value('one');
        lead('plugins/linked/config/..data', '..two');
        await value('two');
        rmSync(join(dir, 'plugins/linked/config/..one'), { recursive: true });
        lead('plugins/linked/config/..data', '..two');
        await value('two');
      });
    },
  );

  it.each([
    ['is not there', undefined],
    ['leads to nothing', '../../rel/none'],
    ['leads to a directory without a match', '../../rel/empty'],
  ])('a directory of matches that %s, and then leads to one', async (_, first) => {
    write('rel/empty/other.txt', '');
    write('rel/1/app.yaml', 'one');
    write('rel/2/app.yaml', 'two');
    withData('config/app.yaml', 'config/*.yaml');
    const code = reads('config/app.yaml').replace('readFileSync(', 'read(');
    const read = `const read = (path, how) => { try { return readFileSync(path, how); } catch { return 'none'; } };`;
    write('plugins/linked/index.ts', code.replace('const text', `${read} const text`));
    if (first !== undefined) lead('plugins/linked/config', first);
    await running('in-process', async (value) => {
      await value('none');
      for (const [to, text] of [
        ['1', 'one'],
        ['empty', 'none'],
        ['2', 'two'],
        ['none', 'none'],
        ['1', 'one'],
      ] as const) {
        lead('plugins/linked/config', `../../rel/${to}`);
        await value(text);
      }
    });
  });

  it('a link out of the folder, through one that is led elsewhere, and a file that is written there', async () => {
    write('rel/1/app.yaml', 'one');
    write('rel/2/app.yaml', 'two');
    lead('current', 'rel/1');
    lead('plugins/linked/app.yaml', '../../current/app.yaml');
    withData('app.yaml', 'app.yaml');
    await running('in-process', async (value) => {
      await value('one');
      lead('current', 'rel/2');
      await value('two');
      write('rel/2/app.yaml', 'written');
      await value('written');
    });
  });
});
