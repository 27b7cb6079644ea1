import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { foldersInMemory } from './test/support/foldersInMemory.js';

/**
 * The files of a virtual suite share the modules of a worker: each by itself would load hotpipe anew, which takes twice as long as its tests.
 * A time limit there only ends what would never end.
 */
const VIRTUAL = { isolate: false, testTimeout: 60_000 };

/**
 * Tests of real files and processes, with bounded waits. They share the modules of a worker too: what they load took a fifth of their
 * processor time.
 */
const REAL = {
  isolate: false,
  globalSetup: 'test/node/support/ownHome.ts',
  // As above. What promises a time says so in the test.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // Where the disk was tried before: on Node 20, by .ci/run.
  env: process.env['HOTPIPE_FOLDERS'] === 'memory' ? foldersInMemory() : {},
};

/** Those that put another module in the place of one, or count what their process holds or uses: each in a process of its own. */
const ALONE = [
  'test/node/cli/homeless.test.ts',
  'test/node/fleet/fullDisk.test.ts',
  'test/node/fleet/killedBetweenSteps.test.ts',
  'test/node/modules/errorLists.test.ts',
  'test/node/pipeline/rehearsal.test.ts',
  'test/node/runtime/badInput.test.ts',
  'test/node/sources/gitignore.test.ts',
  'test/node/sources/limits.test.ts',
];

/** The virtual suites never wait for real time; `node` works on real files and processes, with bounded waits. */
export default defineConfig({
  test: {
    // What one project or Node has transformed, the next one reads.
    experimental: { fsModuleCache: true },
    // The tests of real files wait for a part of their time: on two cores, three files at once take a sixth less than two.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], ...VIRTUAL } },
      { test: { name: 'marbles', include: ['marble-tests/**/*.test.ts'], ...VIRTUAL } },
      {
        test: {
          name: 'properties',
          include: ['test/properties/**/*.test.ts'],
          ...VIRTUAL,
          env: foldersInMemory(),
        },
      },
      {
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/types/**/*.test-d.ts'],
            // These and what they import; check:types has all other tests.
            tsconfig: 'test/types/tsconfig.json',
          },
        },
      },
      {
        test: {
          name: 'node',
          // Not by `exclude`: that of the command line would not count any more.
          include: ['test/node/**/*.test.ts', ...ALONE.map((file) => `!${file}`)],
          ...REAL,
        },
      },
      { test: { name: 'alone', include: ALONE, ...REAL, isolate: true } },
      {
        // The same files under Node 24, tsx and hotpipe: the answers are compared.
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          env: foldersInMemory(),
        },
      },
      {
        // Faults that are really injected: killed processes, failing disks, cut power. HOTPIPE_FAULTS=long for whole sweeps.
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
