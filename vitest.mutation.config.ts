import { defineConfig } from 'vitest/config';

/** What Stryker runs against each mutant: the virtual suites of the policies and operators. See `bench/operators/mutation.md`. */
export default defineConfig({
  test: {
    include: [
      'test/unit/*.test.ts',
      'marble-tests/*.marbles.test.ts',
      'test/properties/QuietWindow.property.test.ts',
    ],
    exclude: [
      'test/unit/{index,mounts,netEvents,pathFilter,readStable,model.*,state.*}.test.ts',
      'marble-tests/hotReload.marbles.test.ts',
    ],
    testTimeout: 60_000,
  },
});
