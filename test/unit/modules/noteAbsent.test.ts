import { expect, test } from 'vitest';
import { noteAbsent } from '../../../src/modules/importNotes.js';
import { LinkedDisk } from '../../properties/modules/linkedDisk.js';

test('a package that is not installed is looked for once from each directory, and one that is there is not noted', () => {
  const disk = new LinkedDisk();
  for (const dir of ['/w', '/w/p', '/w/p/lib', '/w/node_modules', '/w/node_modules/there']) {
    disk.makeDirectory(dir);
  }
  const missing = new Set<string>();
  const lookedFor = new Set<string>();
  const look = (specifier: string, importer: string) =>
    noteAbsent(disk.files, missing, lookedFor, specifier, importer);

  look('there/part.js', '/w/p/a.cjs');
  expect([...missing]).toEqual([]);
  look('@a/gone/part.js', '/w/p/a.cjs');
  expect([...missing]).toEqual(
    ['/w/p', '/w', ''].map((dir) => `${dir}/node_modules/@a/gone/package.json`),
  );
  disk.counts.stat = 0;
  look('@a/gone/part.js', '/w/p/b.cjs');
  look('there/part.js', '/w/p/b.cjs');
  expect(disk.counts.stat).toBe(0);
  look('@a/gone/part.js', '/w/p/lib/c.cjs');
  expect(missing.has('/w/p/lib/node_modules/@a/gone/package.json')).toBe(true);
});
