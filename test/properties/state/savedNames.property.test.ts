import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { isSome } from 'fp-ts/lib/Option.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { StateStore } from '../../../src/model/reload/StateStore.js';
import { fileStateStore } from '../../../src/state/fileStateStore.js';
import { memoryStateStore } from '../../../src/state/memoryStateStore.js';

const dir = mkdtempSync(join(tmpdir(), 'hotpipe-names-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const DEVICES = ['con', 'prn', 'aux', 'nul', 'com1', 'lpt9'];

/** What the manifest's pattern allows, and what JavaScript and this store's own files give a meaning to. */
const manifestName = fc.oneof(
  fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,63}$/).filter((name) => !DEVICES.includes(name)),
  fc.constantFrom('constructor', 'state', '1', '0-', 'tmp', 'console', 'aux-1', 'com'),
);

/** What a caller without a compiler may pass as anything. */
const notText = fc.constantFrom<unknown>(undefined, null, 5, 1n, true, {}, [], ['a'], () => 'a');

describe.each<[string, StateStore]>([
  ['the store in memory', memoryStateStore()],
  ['the store of files', fileStateStore(dir)],
])('%s', (_, store) => {
  afterAll(() => store.close());

  it('saves under every name that a manifest can have but those of devices: a plugin that loads can be reloaded', async () => {
    await fc.assert(
      fc.asyncProperty(manifestName, fc.nat(), async (plugin, n) => {
        const unsaved = { plugin, schema: 1, codeHash: 'c0de', state: { n } };
        expect(isRight(await store.save(unsaved)())).toBe(true);
        const loaded = await store.load(plugin)();
        if (isLeft(loaded) || !isSome(loaded.right)) throw new Error(`${plugin} was not loaded`);
        expect(loaded.right.value).toMatchObject(unsaved);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a name, a schema or a code hash of another kind at once, and says which: nothing is acknowledged that cannot be loaded', async () => {
    const good = { plugin: 'counter', schema: 1, codeHash: 'c0de', state: 1 };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('plugin', 'schema', 'codeHash'),
        notText.filter((value) => typeof value !== 'number'),
        async (field, value) => {
          const unsaved = { ...good };
          Reflect.set(unsaved, field, value);
          const saved = await store.save(unsaved)();
          const message = isLeft(saved) ? saved.left.message : 'it was saved';
          expect(message).toContain(field === 'plugin' ? 'the name' : field);
          expect(await store.load('counter')()).toMatchObject({
            _tag: 'Right',
            right: { _tag: 'None' },
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
