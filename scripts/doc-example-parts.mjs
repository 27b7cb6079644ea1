// Helpers that doc examples may use besides the package, rxjs and Node.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { right } from 'fp-ts/lib/Either.js';
import { none } from 'fp-ts/lib/Option.js';

/** Throws when an example does not give the value that its comment states. */
export function claim(actual, expected, at) {
  try {
    assert.deepEqual(actual, expected);
  } catch (error) {
    error.message = `${at}: ${error.message}`;
    throw error;
  }
}

/** A new folder. It is removed when the process ends. */
export function temporaryFolder() {
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-doc-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A `ReloadTarget` that answers each reload with: from version 1 to version 2. */
export function recordingTarget() {
  const done = (value) => () => Promise.resolve(right(value));
  return {
    pluginsOf: () => ['counter'],
    validatePlugin: () => done(undefined),
    reloadPlugin: () => done({ from: 1, to: 2, stageMs: {} }),
    getPluginState: () => done(none),
    restorePluginState: () => done(undefined),
    restartPlugin: () => done({ version: 2 }),
    replacePlugin: () => done({ version: 1 }),
    unloadPlugin: () => done(undefined),
  };
}
