import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const IMPORT = /^(?:import|export)\s(?:[^'"]*?from\s*)?["']([^"']+)["'];?$/gm;

/** What an import of a built file reads, and which packages, without what is loaded only when something needs it. */
function loadedBy(entry: string): readonly string[] {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      if (specifier.startsWith('.')) visit(resolve(file, '..', specifier));
      else seen.add(specifier);
    }
  };
  visit(resolve(entry));
  return [...seen].map((file) => relative(process.cwd(), file));
}
const ofFleet = (file: string) => /^dist\/(fleet|nats)\/|@nats-io/.test(file);

it.each(['dist/index.js', 'dist/runtime/index.js', 'dist/cli/main.js'])(
  'an import of %s loads nothing of a fleet',
  (entry) => {
    expect(loadedBy(entry).filter(ofFleet)).toEqual([]);
  },
);

it('an import of a fleet loads no engine, and the adapter loads its packages when they are needed', () => {
  expect(loadedBy('dist/fleet/index.js').filter(ofFleet).length).toBeGreaterThan(20);
  expect(loadedBy('dist/fleet/index.js').filter((file) => file.includes('nats'))).toEqual([]);
  expect(loadedBy('dist/nats/index.js').filter((file) => file.includes('@nats-io'))).toEqual([]);
});
