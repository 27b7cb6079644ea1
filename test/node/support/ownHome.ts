import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A home of their own for the hosts that tests start: `hotpipe watch` keeps states there, and those of tests are nobody's. */
export default function ownHome(): () => void {
  const home = mkdtempSync(join(tmpdir(), 'hotpipe-home-'));
  process.env['HOME'] = home;
  return () => rmSync(home, { recursive: true, force: true });
}
