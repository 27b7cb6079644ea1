import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkPlugins } from '../../../src/runtime/index.js';
import { callTimes, counter } from './countingVersions.js';
import { left, manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

const fields = (name: string, before = '', after = '') =>
  `{ ${before} ${name}, "version": "1.0.0", "api-version": { "major": 0, "minor": 1, "patch": 0 }, "source": "./index.ts" ${after} }`;
const toml = (name: string, before: string) =>
  `${before}\n${manifest('x').replace('name = "x"', name)}`;

const NAMED = '"name": "counter"';
/** Each names the plugin `counter`, whatever else is written in it. */
const MANIFESTS = [
  ['a name in metadata before it', 'plugin.json', fields(NAMED, '"metadata": { "name": "zeta" },')],
  [
    'a name in a text before it',
    'plugin.json',
    fields(NAMED, '"description": "say \\"name\\": \\"zeta\\"",'),
  ],
  [
    'a name deep in metadata',
    'plugin.json',
    fields(NAMED, '"metadata": { "of": [{ "name": "zeta" }] },'),
  ],
  ['an escape in the key', 'plugin.json', fields('"na\\u006de": "counter"')],
  ['an escape in the name', 'plugin.json', fields('"name": "count\\u0065r"')],
  [
    'a name in a text',
    'plugin.toml',
    toml('name = "counter"', 'description = """\nname = "zeta"\n"""'),
  ],
  [
    'a name in a literal text',
    'plugin.toml',
    toml('name = "counter"', "description = '''\nname = \"zeta\"\n'''"),
  ],
  ['a name in a list', 'plugin.toml', toml('name = "counter"', 'tags = ["""\nname = "zeta"\n"""]')],
  ['an escape in the name', 'plugin.toml', toml('name = "count\\u0065r"', '')],
  ['a name in three quotes', 'plugin.toml', toml('name = """counter"""', '')],
] as const;

describe('the name of a plugin', () => {
  test.each(MANIFESTS)('is what its manifest says: %s, %s', async (_what, file, text) => {
    const folders = pluginFolders();
    folders.write(`first/${file}`, text);
    folders.write('first/index.ts', counter('first'));
    const { runtime } = startRuntime();
    expect(right(await runtime.loadManifest(folders.path('first'))())).toMatchObject({
      plugin: 'counter',
    });
    await callTimes(runtime, 'counter', 'next', 5);

    // A second folder of that name does not take over what serves, nor its state.
    folders.write('second/plugin.toml', manifest('counter'));
    folders.write('second/index.ts', counter('second'));
    expect(left(await runtime.loadManifest(folders.path('second'))())).toMatchObject({
      _tag: 'NameTaken',
      takenBy: expect.stringContaining('first'),
    });
    expect(await runtime.call('counter', 'version')).toBe('first');
    expect(await runtime.call('counter', 'count')).toBe(5);
    expect(runtime.pluginsOf(folders.path('first/index.ts'))).toEqual(['counter']);
  });

  test.each(MANIFESTS)('names the failure of a folder: %s, %s', async (_what, file, text) => {
    const folders = pluginFolders();
    folders.write(`first/${file}`, text.replace('1.0.0', 'none'));
    folders.write('first/index.ts', counter('first'));
    const { runtime } = startRuntime();

    expect(left(await runtime.loadManifest(folders.path('first'))())).toMatchObject({
      _tag: 'ManifestInvalid',
      plugin: 'counter',
    });
    expect(runtime.plugins().map(({ plugin }) => plugin)).not.toContain('zeta');
  });
});

describe('a manifest that is not UTF-8', () => {
  const BYTES = [
    ['Latin-1', Buffer.from([0xe9])],
    ['a lone byte', Buffer.from([0xff])],
    ['a character that is cut', Buffer.from([0xe2, 0x82])],
    ['an overlong form', Buffer.from([0xc0, 0xaf])],
    ['a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
  ] as const;
  const FORMATS = [
    ['plugin.toml', toml('name = "a"', 'description = "caf%"')],
    ['plugin.json', fields('"name": "a"', '"description": "caf%",')],
  ] as const;

  test.each(
    BYTES.flatMap(([what, bytes]) => FORMATS.map(([file, text]) => ({ what, bytes, file, text }))),
  )('is refused: $what in $file', async ({ bytes, file, text }) => {
    const folders = pluginFolders();
    folders.write('a/index.ts', counter('a'));
    const [before = '', after = ''] = text.split('%');
    const whole = Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);
    writeFileSync(folders.path(`a/${file}`), whole);
    const { runtime } = startRuntime();
    const error = left(await runtime.loadManifest(folders.path('a'))());

    expect(error).toMatchObject({ message: expect.stringMatching(/UTF-8/) });
    expect(['ManifestInvalid', 'Io']).toContain(error._tag);
  });

  test('is one of the problems that a check finds', async () => {
    const folders = pluginFolders();
    folders.write('a/index.ts', counter('a'));
    writeFileSync(
      folders.path('a/plugin.toml'),
      Buffer.concat([Buffer.from(manifest('a', 'description = "caf')), Buffer.from([0xe9, 0x22])]),
    );
    const checked = await checkPlugins(folders.dir);

    expect(JSON.stringify(checked)).toMatch(/UTF-8/);
  });
});

describe('a manifest that cannot be parsed', () => {
  /** As an editor leaves it in the middle of a save; what looks like a name in it is a guess. */
  const BROKEN = [
    ['plugin.toml', 'name = "counter"\nversion = '],
    ['plugin.json', '{ "metadata": { "name": "counter" }, "version": '],
  ] as const;

  test.each(BROKEN)('never takes the name of a plugin that serves: %s', async (file, text) => {
    const folders = pluginFolders();
    folders.write('first/plugin.toml', manifest('counter'));
    folders.write('first/index.ts', counter('first'));
    folders.write(`second/${file}`, text);
    folders.write('second/index.ts', counter('second'));
    const { runtime } = startRuntime();
    await runtime.loadDirectory(folders.dir)();
    await callTimes(runtime, 'counter', 'next', 3);

    expect(runtime.pluginsOf(folders.path('second/index.ts'))).toEqual(['second']);
    expect(left(await runtime.reloadPlugin('second')())).toMatchObject({ _tag: 'ManifestInvalid' });
    expect(await runtime.call('counter', 'count')).toBe(3);
  });

  test.each(BROKEN)('keeps the name of the plugin that serves there: %s', async (file, text) => {
    const folders = pluginFolders();
    folders.write(`first/${file}`, file === 'plugin.json' ? fields(NAMED) : manifest('counter'));
    folders.write('first/index.ts', counter('first'));
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('first'))());
    await callTimes(runtime, 'counter', 'next', 3);
    folders.write(`first/${file}`, text.replaceAll('counter', 'other'));
    folders.write('second/plugin.toml', manifest('counter'));
    folders.write('second/index.ts', counter('second'));

    expect(left(await runtime.loadManifest(folders.path('second'))())).toMatchObject({
      _tag: 'NameTaken',
    });
    expect(await runtime.call('counter', 'count')).toBe(3);
  });
});
