import { describe, expect, test } from 'vitest';
import { createModuleCompiler } from '../../../src/modules/buildGraph.js';
import { left, manifest, pluginFolders, right, startRuntime } from '../runtime/pluginFolders.js';

describe.each(['in-process', 'worker'] as const)('CommonJS, %s', (mode) => {
  test('what a require loaded, missed and decided by concerns the plugin, also outside of its folder', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `import x from './x.cjs'; export const value = () => x.get();`,
      'x.cjs': `const path = require('path'); const at = (n) => path.join(__dirname, '..', 'shared', n);
        exports.get = () => { const found = require(at('found')); try { return [found, require(at('none'))]; } catch (e) { return [found, e.code]; } };`,
    });
    folders.write('shared/found/package.json', '{"main":"one"}');
    folders.write('shared/found/one.js', 'module.exports = 1;');
    folders.write('shared/found/two.js', 'module.exports = 2;');
    const { runtime } = startRuntime({ mode });
    right(await runtime.loadManifest(folders.path('a'))());
    expect(runtime.pluginsOf(folders.path('shared/found/one.js'))).toEqual([]);

    // Nothing of it was known before this call.
    expect(await runtime.call('a', 'value')).toEqual([1, 'MODULE_NOT_FOUND']);
    for (const file of ['found/one.js', 'found/package.json', 'found.js', 'none.js', 'none.json']) {
      expect(runtime.pluginsOf(folders.path(`shared/${file}`)), file).toEqual(['a']);
    }
    folders.write('shared/none.js', 'module.exports = "came";');
    right(await runtime.reloadPlugin('a')());
    expect(await runtime.call('a', 'value')).toEqual([1, 'came']);
    folders.write('shared/found/package.json', '{"main":"two"}');
    const { from, to } = right(await runtime.reloadPlugin('a')());
    expect([to, await runtime.call('a', 'value')]).toEqual([Number(from) + 1, [2, 'came']]);
  });

  test('folders of commands and events, read from the disk, as bots have them', async () => {
    const folders = pluginFolders();
    const command = (name: string, reply: string) =>
      `const { loud } = require('../../lib/format');\nmodule.exports = { data: { name: '${name}' }, async execute(user) { return loud('${reply} ' + user); } };\n`;
    folders.plugin('bot', {
      'package.json': '{"name":"bot","type":"commonjs","main":"index.js"}',
      'index.js': `const fs = require('node:fs');
        const path = require('node:path');
        const client = { commands: new Map(), handlers: [] };
        const foldersPath = path.join(__dirname, 'commands');
        for (const folder of fs.readdirSync(foldersPath)) {
          const commandsPath = path.join(foldersPath, folder);
          for (const file of fs.readdirSync(commandsPath).filter((name) => name.endsWith('.js'))) {
            const command = require(path.join(commandsPath, file));
            if ('data' in command && 'execute' in command) client.commands.set(command.data.name, command);
          }
        }
        for (const file of fs.readdirSync(path.join(__dirname, 'events'))) client.handlers.push(require('./events/' + file));
        module.exports = {
          value: async (name, user) => {
            const seen = client.handlers.filter((event) => event.name === 'interactionCreate').map((event) => event.execute(name));
            return [[...client.commands.keys()].sort(), await client.commands.get(name)?.execute(user), seen];
          },
        };`,
      'lib/format.js': `exports.loud = (text) => text.toUpperCase() + require('./marks.json').end;`,
      'lib/marks.json': '{ "end": "!" }',
      'events/interaction.js': `module.exports = { name: 'interactionCreate', execute: (name) => 'saw ' + name };`,
      'events/ready.js': `module.exports = { name: 'ready', once: true, execute() {} };`,
      'commands/fun/ping.js': command('ping', 'pong'),
      'commands/utility/user.js': command('user', 'this is'),
      'commands/utility/notes.txt': 'no command',
    });
    folders.write('bot/plugin.toml', manifest('bot').replace('index.ts', 'index.js'));
    const { runtime } = startRuntime({ mode });
    right(await runtime.loadManifest(folders.path('bot'))());
    const edited = async (file: string, text: string) => {
      folders.write(`bot/${file}`, text);
      expect(runtime.pluginsOf(folders.path(`bot/${file}`)), file).toEqual(['bot']);
      right(await runtime.reloadPlugin('bot')());
      return runtime.call('bot', 'value', 'ping', 'ada');
    };

    const before = [['ping', 'user'], 'PONG ADA!', ['saw ping']];
    expect(await runtime.call('bot', 'value', 'ping', 'ada')).toEqual(before);
    const ping = command('ping', 'hello');
    expect(await edited('commands/fun/ping.js', ping)).toEqual([
      ...[['ping', 'user'], 'HELLO ADA!', ['saw ping']],
    ]);
    expect(await edited('lib/marks.json', '{ "end": "?" }')).toEqual([
      ...[['ping', 'user'], 'HELLO ADA?', ['saw ping']],
    ]);
    expect(await edited('commands/fun/roll.js', command('roll', 'six'))).toEqual([
      ...[['ping', 'roll', 'user'], 'HELLO ADA?', ['saw ping']],
    ]);
    const event = `module.exports = { name: 'interactionCreate', execute: (name) => 'logged ' + name };`;
    expect(await edited('events/interaction.js', event)).toEqual([
      ...[['ping', 'roll', 'user'], 'HELLO ADA?', ['logged ping']],
    ]);
  });

  test('a reload without any change gives no new version', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `import x from './x.cjs'; export const value = () => x.v;`,
      'x.cjs': `try { require('./none'); } catch {} exports.v = require('./' + 'y').v;`,
      'y.js': `exports.v = 1;`,
    });
    const { runtime } = startRuntime({ mode });
    right(await runtime.loadManifest(folders.path('a'))());

    const { from, to } = right(await runtime.reloadPlugin('a')());
    expect(to).toBe(from);
  });

  test('a required file that is not valid: the failure names its place, and its fix reloads', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `import x from './x.cjs'; export const value = () => x.v;`,
      'x.cjs': `exports.v = 1;\nexports.v = require('./y.cjs').v;`,
      'y.cjs': `exports.v = 1;\nexports.v = = 2;`,
    });
    const { runtime } = startRuntime({ mode });

    expect(left(await runtime.loadManifest(folders.path('a'))())).toMatchObject({
      _tag: 'EvaluationFailed',
      message: expect.stringContaining("SyntaxError: Unexpected token '='"),
    });
    expect(runtime.pluginsOf(folders.path('a/y.cjs'))).toEqual(['a']);
    folders.write('a/y.cjs', 'exports.v = 2;');
    right(await runtime.loadManifest(folders.path('a'))());
    expect(await runtime.call('a', 'value')).toBe(2);
  });

  test('a compiler without compileNow: literal requires work, and others say why they do not', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `import x from './x.cjs'; export const value = () => [x.literal, x.computed];`,
      'x.cjs': `exports.literal = require('./y.cjs').v; try { require('./' + 'z.cjs'); } catch (e) { exports.computed = e.message; }`,
      'y.cjs': `exports.v = 1;`,
      'z.cjs': ``,
    });
    const { compile } = createModuleCompiler('off');
    const { runtime } = startRuntime({ mode, compiler: { compile } });
    right(await runtime.loadManifest(folders.path('a'))());

    expect(await runtime.call('a', 'value')).toEqual([
      1,
      expect.stringContaining("this host's compiler has no compileNow"),
    ]);
  });

  test('the stack of an error names the lines of the files that required each other', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `import x from './x.cjs'; export const value = () => x.get();`,
      'x.cjs': `exports.get = () => {\n  return require('./y.cts').stack(); };`,
      'y.cts': `interface A { a: string }\n\nexports.stack = (): string => String(new Error('x').stack);`,
    });
    const { runtime } = startRuntime({ mode });
    right(await runtime.loadManifest(folders.path('a'))());
    const stack = String(await runtime.call('a', 'value'));

    expect(stack.match(/[xy]\.ct?js:\d+|y\.cts:\d+/g)).toEqual(['y.cts:3', 'x.cjs:2']);
  });
});
