import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const EXAMPLES = fileURLToPath(new URL('..', import.meta.url));

/** Copies the example plugins to a temporary folder, where a program may edit them. */
export function temporaryCopy(): { readonly dir: string; readonly remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-'));
  for (const part of ['plugins', 'shared'])
    cpSync(join(EXAMPLES, part), join(dir, part), { recursive: true });
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
