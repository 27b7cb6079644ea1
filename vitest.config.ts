import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { foldersInMemory } from './test/support/foldersInMemory.js';

/**
 * The files of a virtual suite share the modules of a worker: each by itself would load hotpipe anew, which takes twice as long as its tests.
 * A time limit there only ends what would never end.
 */
const VIRTUAL = { isolate: false, testTimeout: 60_000 };

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
          include: ['test/node/**/*.test.ts'],
          globalSetup: 'test/node/support/ownHome.ts',
          // As above. What promises a time says so in the test.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
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
