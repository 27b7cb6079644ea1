import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Prints how often package.json has been read: after the import, after a first and after a second description. */
const PROGRAM = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const real = fs.readFileSync;
let count = 0;
fs.readFileSync = (path, ...options) => {
  if (String(path).endsWith('package.json')) count += 1;
  return real(path, ...options);
};
syncBuiltinESMExports();
const { describeMachine } = await import('./dist/pipeline/record/adapters/machine.js');
const counts = [count];
const { lib } = describeMachine();
counts.push(count);
describeMachine();
counts.push(count);
console.log(JSON.stringify({ lib, counts }));
`;

it('reads the version of the package when a run is recorded, once, and not when it is imported', async () => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', PROGRAM]);
  const { lib, counts } = JSON.parse(stdout) as { lib: string; counts: readonly number[] };
  const [imported, first = 0, second] = counts;
  expect(lib).toMatch(/^\d+\.\d+\.\d+/);
  expect(imported).toBe(0);
  expect(first).toBeGreaterThan(0);
  expect(second).toBe(first);
});
