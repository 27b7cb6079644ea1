import { expect, onTestFinished, test, vi } from 'vitest';
import type { GenerationAlive } from '../../../src/runtime/index.js';
import { pluginFolders, right, startRuntime } from './pluginFolders.js';

const CLEAN = `import { helper } from './helper.js';
const held = Array(1000).fill(0);
export const value = () => held.length;
export const start = (ctx) => { ctx.setInterval(() => held, 1000); ctx.own(() => helper()); };`;
const HELPER = 'export const helper = () => 1;';

/** The source of each version in turn; `isHeld`: something outside keeps a function of it. */
const versions: readonly {
  readonly index?: string;
  readonly helper?: string;
  readonly isHeld: boolean;
}[] = [
  { isHeld: false },
  { index: `${CLEAN}\nglobalThis.heldByTest.push(() => 0);`, isHeld: true },
  { index: `${CLEAN}\nglobalThis.heldByTest.push(held);`, isHeld: false },
  {
    helper: `${HELPER}\nconst timer = setInterval(() => {}, 1e6); timer.unref(); globalThis.heldByTest.push(timer);`,
    isHeld: true,
  },
  {
    index: `${CLEAN}\nexport const init = (ctx) => { ctx.own(() => { throw new Error('port 80 stays open'); }); globalThis.heldByTest.push(() => ctx); };`,
    isHeld: true,
  },
  { index: `${CLEAN}\n// the last one serves`, isHeld: false },
];

test('generationWatch reports each version that something holds after its end, and no other', async () => {
  const held: unknown[] = [];
  Reflect.set(globalThis, 'heldByTest', held);
  onTestFinished(() => {
    Reflect.deleteProperty(globalThis, 'heldByTest');
  });
  const told: GenerationAlive[] = [];
  const folders = pluginFolders();
  const { runtime } = startRuntime({
    generationWatch: { onAlive: (alive) => told.push(alive), afterMs: 5 },
  });
  for (const [at, { index = CLEAN, helper = HELPER }] of versions.entries()) {
    folders.plugin('a', { 'index.ts': `${index}\n// ${at}`, 'helper.ts': helper });
    if (at === 0) right(await runtime.loadManifest(folders.path('a'))());
    else right(await runtime.reloadPlugin('a')());
    await runtime.call('a', 'value');
  }

  const expected = versions.flatMap(({ isHeld }, at) => (isHeld ? [at + 1] : []));
  // Versions are checked in the order of their ends: when the last held one is reported, all before it were checked.
  await vi.waitFor(() => expect(told.at(-1)?.version).toBe(expected.at(-1)), { timeout: 10_000 });
  expect(told.map(({ version }) => version)).toEqual(expected);
  expect(told.map(({ undisposed }) => undisposed)).toEqual([[], [], ['port 80 stays open']]);
  expect(told[0]).toMatchObject({
    plugin: 'a',
    afterMs: 5,
    message: expect.stringContaining('Version 2 of a is still alive 5 ms after its end'),
  });
});
