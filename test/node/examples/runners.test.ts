import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Recipe } from './Recipe.js';

// The recipe `marbles`: one set of diagrams, as a test of three runners.

const RUNNERS: readonly Runner[] = [
  {
    name: 'node:test',
    args: ['--test', 'node.test.mjs'],
    installed: {},
    tells: /# pass 1\n# fail 1\n/,
  },
  {
    name: 'vitest',
    args: ['node_modules/vitest/vitest.mjs', 'run'],
    installed: { vitest: 'node_modules/vitest' },
    tells: /Tests .*1 failed.*1 passed/,
  },
  jest(),
];

interface Runner {
  readonly name: string;
  readonly args: readonly string[];
  /** One passed, and one failed. */
  readonly tells: RegExp;
  /** Where its packages are; undefined where they are not. */
  readonly installed: Readonly<Record<string, string>> | undefined;
}

/** jest is no dependency of this repository: it is 278 packages, one of them with an install script. HOTPIPE_JEST names a folder that has it. */
function jest(): Runner {
  const args = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
  const tells = /Tests: .*1 failed.*1 passed/;
  const from = process.env['HOTPIPE_JEST'];
  if (from === undefined) return { name: 'jest', args, tells, installed: undefined };
  const require = createRequire(join(from, 'package.json'));
  const installed = {
    jest: dirname(require.resolve('jest/package.json')),
    '@jest/globals': dirname(require.resolve('@jest/globals/package.json')),
  };
  return { name: 'jest', args, tells, installed };
}

describe.each(RUNNERS)('marbles in $name', ({ args, installed, name, tells }) => {
  const why =
    installed === undefined ? ` (skipped: HOTPIPE_JEST names no folder with ${name})` : '';
  test.skipIf(installed === undefined)(
    `a diagram that is met passes, one that is not fails${why}`,
    { timeout: 90_000 },
    async () => {
      const recipe = new Recipe('marbles', installed, 'copied');
      recipe.edit('diagrams.mjs', "' a-A---------|'", "' a---A-------|'");
      expect(await recipe.run(...args), recipe.output).toBe(1);
      expect(recipe.output).toContain('two saves of one file become one');
      expect(recipe.output).toMatch(tells);
    },
  );
});

test('the recipe as it is: each diagram is met', async () => {
  const recipe = new Recipe('marbles');
  expect(await recipe.run('--test', 'node.test.mjs'), recipe.output).toBe(0);
  expect(recipe.output).toMatch(/# pass 2\n/);
});
