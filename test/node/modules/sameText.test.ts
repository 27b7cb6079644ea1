import { setFlagsFromString } from 'node:v8';
import { runInNewContext, runInThisContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { stackTraces } from '../../../src/modules/stacks/stackTraces.js';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

test('a script stays mapped while one of the modules that were made of it is alive', async () => {
  onTestFinished(stackTraces.use());
  const script = { scriptName: '/a/index.ts?1', headLength: 0, maps: () => [] };
  const alive = {};
  let collectedCount = 0;
  const registry = new FinalizationRegistry(() => (collectedCount += 1));
  const registerShortly = () => {
    const owner = {};
    stackTraces.register(script, '/a/index.ts', owner);
    registry.register(owner, undefined);
  };
  registerShortly();
  stackTraces.register(script, '/a/index.ts', alive);
  registerShortly();
  while (collectedCount < 2) {
    if (typeof collect === 'function') Reflect.apply(collect, undefined, []);
    await new Promise((resolve) => setImmediate(resolve));
  }
  // The other registry's turn for the same objects.
  await new Promise((resolve) => setImmediate(resolve));
  const make: unknown = runInThisContext('() => new Error("here")', {
    filename: script.scriptName,
  });
  const error: unknown =
    typeof make === 'function' ? Reflect.apply(make, undefined, []) : undefined;

  expect(error instanceof Error && stackTraces.originOf(error)).toBe(script.scriptName);
  expect(alive).toEqual({});
});
