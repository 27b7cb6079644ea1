import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What a header says about where a run was recorded. Nothing of the environment, the arguments or the user. */
export function describeMachine(): { readonly lib: string; readonly node: string } {
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

const version = ownVersion();

function ownVersion(): string {
  const text = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
  const found: unknown = JSON.parse(text);
  const hasVersion = typeof found === 'object' && found !== null && 'version' in found;
  return hasVersion && typeof found.version === 'string' ? found.version : '';
}
