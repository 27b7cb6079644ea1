import { left, right } from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { ListedDirectories } from '../../../src/modules/ListedDirectories.js';
import type { ModuleGraph } from '../../../src/modules/ModuleGraph.js';
import type { CodeBuild } from '../../../src/runtime/code/buildCode.js';
import { PluginFilesInUse } from '../../../src/runtime/code/PluginFilesInUse.js';

const graph = {
  modules: new Map(),
  missing: new Set(),
  listed: new ListedDirectories(),
  decided: new Map(),
};
const serving = graph as unknown as ModuleGraph;
const buildOf = (file: string, hasFailed = false) =>
  ({
    result: hasFailed ? left({}) : right({ graph: serving }),
    read: new Map([[file, 'as it was']]),
    missing: new Set(),
  }) as unknown as CodeBuild;

function start() {
  const inUse = new PluginFilesInUse(
    () => serving,
    () => undefined,
  );
  /** A build that begins now, and what ends it. */
  const begin = () => {
    let end!: (build: CodeBuild) => void;
    const ended = inUse.remember(new Promise((resolve) => (end = resolve)), {});
    return async (build: CodeBuild) => {
      end(build);
      await ended;
    };
  };
  return { inUse, begin };
}

it('does not know the files while the newest build is under way', async () => {
  const { inUse, begin } = start();
  expect(inUse.isGraphKnown).toBe(false);
  const end = begin();
  expect(inUse.isGraphKnown).toBe(false);
  await end(buildOf('/p/a.ts'));
  expect(inUse.isGraphKnown).toBe(true);
});

it('knows them when a later build has ended, although one never does', async () => {
  const { inUse, begin } = start();
  begin();
  await begin()(buildOf('/p/a.ts'));
  expect(inUse.isGraphKnown).toBe(true);
});

it.each([false, true])(
  'does not go back to what a build has read that ends late: failed %s',
  async (hasFailed) => {
    const { inUse, begin } = start();
    const endLate = begin();
    await begin()(buildOf('/p/new.ts'));
    await endLate(buildOf('/p/old.ts', hasFailed));
    expect(inUse.present()).toEqual(['/p/new.ts']);
    expect(inUse.isGraphKnown).toBe(true);
  },
);
