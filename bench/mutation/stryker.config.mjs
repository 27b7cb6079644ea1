import { fileURLToPath } from 'node:url';
import { every, first, group, groupName } from './groups.mjs';

const name = every === 1 ? groupName : `${groupName}-${every}-${first}`;

/** Mutation testing of one group. See `README.md`. */
export default {
  testRunner: 'vitest',
  plugins: [fileURLToPath(new URL('sampledRunner.mjs', import.meta.url))],
  // Which tests a mutant concerns is known from their coverage, so Vitest does not have to look for them.
  vitest: { configFile: 'bench/mutation/vitest.config.mjs', related: false },
  mutate: group.mutate,
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: 1,
  timeoutMS: 10_000,
  incremental: true,
  incrementalFile: `reports/mutation/${name}.incremental.json`,
  tempDirName: '.stryker-tmp',
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: `reports/mutation/${name}.json` },
};
