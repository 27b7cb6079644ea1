import { defineConfig } from 'vitest/config';

/** What Stryker runs against each mutant: the virtual suites of the policies and operators. See `bench/operators/mutation.md`. */
export default defineConfig({
  test: {
    include: [
      'test/unit/{operators,policies}/*.test.ts',
      'marble-tests/*.marbles.test.ts',
      'test/properties/policies/QuietWindow.property.test.ts',
    ],
    exclude: ['marble-tests/hotReload.marbles.test.ts'],
    testTimeout: 60_000,
  },
});
