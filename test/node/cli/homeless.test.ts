import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { expandHome } from '../../../src/cli/arguments/directories.js';
import { parseCommandLine } from '../../../src/cli/arguments/parseCommandLine.js';
import { UsageError } from '../../../src/cli/arguments/UsageError.js';
import { defaultStateDir } from '../../../src/cli/arguments/watchDefaults.js';
import { announceWatch } from '../../../src/cli/commands/announceWatch.js';
import { controlSocket } from '../../../src/cli/control/controlSocket.js';
import { runningHosts } from '../../../src/cli/control/hostNotes.js';
import { keepCompiledProgram } from '../../../src/cli/control/keepCompiledProgram.js';
import { nodeStateFiles } from '../../../src/state/adapters/nodeStateFiles.js';
import { fileStateStore } from '../../../src/state/fileStateStore.js';

// A number without a name, as `docker run --user 12345` gives: Node throws where it is asked for the home of that user.
vi.mock(import('node:os'), async (original) => ({
  ...(await original()),
  homedir: () => {
    if (isEmpty) return '';
    throw new Error('uv_os_homedir returned ENOENT');
  },
}));
let isEmpty = false;

const dir = mkdtempSync(join(tmpdir(), 'hotpipe-homeless-'));
beforeAll(() => {
  mkdirSync(join(dir, 'state'));
  cpSync('examples/plugins', join(dir, 'plugins'), { recursive: true });
  chmodSync(dir, 0o755);
});
afterAll(() => rmSync(dir, { recursive: true }));

it.each([false, true])(
  'a user without a home (HOME is empty: %s) has a socket of its own, and is asked where the states are to be',
  (empty) => {
    isEmpty = empty;
    expect(nodeStateFiles.home()).toBeUndefined();
    expect(controlSocket('/app/plugins')).toMatch(/hotpipe-\d+[\\/][0-9a-f]{16}\.sock$/);
    expect(runningHosts()).toEqual([]);
    expect(expandHome('~/states')).toBe('~/states');
    expect(() => defaultStateDir('/app/plugins')).toThrow(UsageError);
    expect(() => defaultStateDir('/app/plugins')).toThrow('name a directory with --state');
    expect(keepCompiledProgram()).toBeUndefined();
  },
);

it('and a store in that home is an error that says so', () => {
  expect(() => fileStateStore('~/states')).toThrow('~/states: this user has no home directory');
});

it('and can watch with one that is named', () => {
  const command = parseCommandLine([
    ...['watch', join(dir, 'plugins'), '--state', join(dir, 'state'), '--json'],
  ]);
  if (command._tag !== 'watch') throw new Error(command._tag);
  expect(() => announceWatch(command)).not.toThrow();
});
