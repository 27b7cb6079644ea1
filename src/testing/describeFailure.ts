import type { ShrunkFailure } from './shrinkFailure.js';

/**
 * A shrunk failure as the text of a vitest test, ready to be pasted. The test fails until the defect is fixed.
 *
 * @example
 * ```ts
 * const failure = await shrinkFailure({ seed: 0, steps: 300, plantedBug: 'breaker-opens-early' });
 *
 * describeFailure(failure!).includes('expect(violations).toEqual([])'); // => true
 * ```
 */
export function describeFailure({ options, simulation, actCount }: ShrunkFailure): string {
  const { seed, steps, plugins, plantedBug, history } = options;
  const [violation] = simulation.violations;
  const given = [
    `seed: ${seed}`,
    `steps: ${steps}`,
    ...(plugins === undefined ? [] : [`plugins: ${plugins}`]),
    ...(plantedBug === undefined ? [] : [`plantedBug: '${plantedBug}'`]),
  ];
  return [
    `// Shrunk from ${actCount} acts to ${history.length}. ${violation?.message ?? ''}`,
    `it('keeps invariant ${violation?.invariant ?? '?'}, seed ${seed}', async () => {`,
    `  const history: SimulatedAct[] = [`,
    ...history.map((act) => `    ${JSON.stringify(act)},`),
    `  ];`,
    `  const { violations } = await simulate({ ${given.join(', ')}, history });`,
    `  expect(violations).toEqual([]);`,
    `});`,
    '',
  ].join('\n');
}
