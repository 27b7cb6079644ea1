import { beforeEach } from 'vitest';
import { slowTests } from './groups.mjs';

/** Stryker chooses tests by their names and overwrites a pattern in the configuration, so slow ones are skipped as they begin. */
beforeEach(({ task, skip }) => {
  const isOnFiles = task.file.filepath.includes('/test/node/');
  if (isOnFiles && slowTests.test(`${task.suite?.name ?? ''} ${task.name}`)) skip();
});
