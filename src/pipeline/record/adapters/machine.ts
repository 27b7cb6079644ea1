import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Read when the first run is recorded: most programs record none. */
let version: string | undefined;

/** What a header says about where a run was recorded. Nothing of the environment, the arguments or the user. */
export function describeMachine(): { readonly lib: string; readonly node: string } {
  version ??= ownVersion();
  return { lib: version, node: process.versions.node };
}

/** A salt that is written nowhere: tokens of one trace say nothing about those of another one. */
export function drawSalt(): string {
  return randomBytes(16).toString('hex');
}

/** A seed for the draws of a run. */
export function drawSeed(): number {
  return randomBytes(4).readUInt32LE();
}

/** The files of the package are bundled one folder deep; their sources are deeper. */
function ownVersion(): string {
  for (const place of ['../../package.json', '../../../../package.json']) {
    try {
      const found: unknown = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'));
      const isPackage = typeof found === 'object' && found !== null && 'version' in found;
      if (isPackage && typeof found.version === 'string') return found.version;
    } catch {
      // It is not there.
    }
  }
  return '';
}
