import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ConformanceCase } from './ConformanceCase.js';

/** Makes the links of a case in a folder that has its files. */
export function makeLinks(folder: string, { links = {} }: Pick<ConformanceCase, 'links'>): void {
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(target, join(folder, path));
  }
}
