import { matchesGlob } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import { group } from './groups.mjs';

/** Files in the order of the group's list, and by their names. */
class QuickFirst extends BaseSequencer {
  async sort(files) {
    const place = ({ moduleId }) =>
      group.tests.findIndex((pattern) => matchesGlob(moduleId, `**/${pattern}`));
    return [...files].sort((a, b) => place(a) - place(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

/**
 * What Stryker runs against each mutant. The files share the modules of a worker, as in the virtual suites: each by itself would load hotpipe
 * anew for each mutant, which takes longer than its tests.
 */
export default defineConfig({
  test: {
    include: group.tests,
    isolate: false,
    sequence: { sequencer: QuickFirst },
    // Many mutants make a call that never ends.
    testTimeout: 10_000,
  },
});
