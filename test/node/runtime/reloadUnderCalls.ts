import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { pluginFolders, right, startRuntime } from './pluginFolders.js';

/** Reloads a plugin again and again while callers call it: no call is lost, fails, is reordered, or sees two versions. */
export async function reloadUnderCalls(
  reloads: number,
  callers: number,
  manifestLines = '',
): Promise<void> {
  const folders = pluginFolders();
  const source = (version: number) => `import { generation } from './generation.js';
    let n = 0; const mine = ${version};
    export async function next(isSlow) { const before = [generation, mine]; const answer = ++n; if (isSlow) await null; return { answer, tags: [...before, generation, mine] }; }
    export const saveState = () => ({ n }); export const restoreState = (state) => { n = state.n; };`;
  const files = { 'index.ts': source(1), 'generation.ts': 'export const generation = 1;' };
  folders.plugin('a', files, manifestLines);
  const { runtime } = startRuntime();
  right(await runtime.loadManifest(folders.path('a'))());

  let isOver = false;
  let callCount = 0;
  const answers: number[] = [];
  const failures: unknown[] = [];
  const caller = async (id: number) => {
    let last = 0;
    while (!isOver) {
      callCount += 1;
      try {
        const result = await runtime.call('a', 'next', (id + callCount) % 3 === 0);
        const { answer, tags } = result as { answer: number; tags: number[] };
        if (new Set(tags).size !== 1) failures.push(['two generations', tags]);
        if (answer <= last) failures.push(['went back', last, answer]);
        last = answer;
        answers.push(answer);
      } catch (error) {
        failures.push(error);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const under = Array.from({ length: callers }, (_, id) => caller(id));
  for (let version = 2; version <= reloads + 1; version += 1) {
    writeFileSync(folders.path('a/generation.ts'), `export const generation = ${version};`);
    writeFileSync(folders.path('a/index.ts'), source(version));
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({
      from: version - 1,
      to: version,
    });
  }
  isOver = true;
  await Promise.all(under);

  expect(failures).toEqual([]);
  expect(answers).toHaveLength(callCount);
  // Every number was returned once: no call ran twice, and no state was lost between versions.
  expect(new Set(answers).size).toBe(callCount);
  expect(Math.max(...answers.slice(-callers))).toBe(callCount);
  expect(callCount).toBeGreaterThan(reloads * callers);
}
