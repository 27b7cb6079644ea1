import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PluginRuntime } from '../../../src/runtime/index.js';
import { manifest, right } from './pluginFolders.js';

const SOURCE = `
class BadInput extends TypeError { code = 'E_INPUT'; }
class WorseInput extends BadInput { override name = 'WorseInput'; }
class OutOfBounds extends RangeError { constructor(message) { super(message); this.name = 'OutOfBounds'; } }
class BadText extends SyntaxError {}
class Gone extends ReferenceError {}
class BadUri extends URIError {}
class Several extends AggregateError { code = 'E_MANY'; }
class Stopped extends DOMException { constructor() { super('stopped', 'AbortError'); } }
class Own extends Error { override name = 'Own'; }
const renamed = new TypeError('renamed'); renamed.name = 'Renamed';
const made = {
  BadInput: () => new BadInput('bad'),
  WorseInput: () => new WorseInput('worse'),
  OutOfBounds: () => new OutOfBounds('far'),
  BadText: () => new BadText('text'),
  Gone: () => new Gone('gone'),
  BadUri: () => new BadUri('uri'),
  Several: () => new Several([new BadInput('bad'), new OutOfBounds('far')], 'many'),
  Stopped: () => new Stopped(),
  Own: () => new Own('own'),
  Renamed: () => renamed,
};
export const fail = (kind) => { throw made[kind](); };
export const failLater = async (kind) => { throw made[kind](); };
export const failBecause = (kind) => { throw new Error('outer', { cause: made[kind]() }); };`;

/** As the plugin in this process throws it, which a worker's is to be like. */
const CLASSES = [
  ['BadInput', TypeError],
  ['WorseInput', TypeError],
  ['OutOfBounds', RangeError],
  ['BadText', SyntaxError],
  ['Gone', ReferenceError],
  ['BadUri', URIError],
  ['Several', AggregateError],
  ['Stopped', DOMException],
  ['Renamed', TypeError],
  ['Own', Error],
] as const;

let dir: string;
let runtime: PluginRuntime;
beforeAll(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-errors-')));
  for (const [name, mode] of [
    ['here', 'in-process'],
    ['there', 'worker'],
  ] as const) {
    mkdirSync(join(dir, name));
    writeFileSync(join(dir, name, 'plugin.toml'), manifest(name, `mode = "${mode}"`));
    writeFileSync(join(dir, name, 'index.ts'), SOURCE);
  }
  runtime = new PluginRuntime();
  for (const loaded of right(await runtime.loadDirectory(dir)())) right(loaded);
});
afterAll(async () => {
  await runtime.close();
  rmSync(dir, { recursive: true, force: true });
});

const thrownBy = (plugin: string, fn: string, kind: string): Promise<unknown> =>
  runtime.call(plugin, fn, kind).then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );
const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);

/** What a caller may look at. */
const seen = (error: unknown) =>
  error instanceof Error
    ? {
        name: error.name,
        message: error.message,
        code: Reflect.get(error, 'code'),
        text: String(error),
      }
    : { notAnError: String(error) };

describe.each(['fail', 'failLater'])('%s: an error of a class of the plugin', (fn) => {
  test.each(CLASSES)(
    '%s is of its standard class on the other side of a thread',
    async (kind, Standard) => {
      const there = await thrownBy('there', fn, kind);

      expect(there).toBeInstanceOf(Standard);
      expect(seen(there)).toEqual(seen(await thrownBy('here', fn, kind)));
    },
  );
});

describe('the cause of an error', () => {
  test.each(CLASSES)('%s is of its standard class too', async (kind, Standard) => {
    const there = causeOf(await thrownBy('there', 'failBecause', kind));

    expect(there).toBeInstanceOf(Standard);
    expect(seen(there)).toEqual(seen(causeOf(await thrownBy('here', 'failBecause', kind))));
  });
});

test('those inside of an aggregate are of theirs', async () => {
  const there = await thrownBy('there', 'fail', 'Several');
  const errors = there instanceof AggregateError ? there.errors : [];

  expect(errors).toHaveLength(2);
  expect(errors[0]).toBeInstanceOf(TypeError);
  expect(errors[1]).toBeInstanceOf(RangeError);
});
