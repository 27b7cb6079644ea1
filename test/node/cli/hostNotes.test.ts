import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { controlSocket } from '../../../src/cli/control/controlSocket.js';
import { runningHosts } from '../../../src/cli/control/hostNotes.js';

const runDir = dirname(controlSocket(''));
/** Above the highest process number of Linux (4,194,304) and of macOS. */
const NO_PROCESS = 2 ** 30;
const anHourAgo = new Date(Date.now() - 3_600_000);

beforeEach(() => {
  rmSync(runDir, { recursive: true, force: true });
  mkdirSync(runDir, { recursive: true });
});

function leave(name: string, pid: number, when = new Date()): void {
  const path = join(runDir, `${name}.json`);
  writeFileSync(path, JSON.stringify({ dir: `/app/${name}`, pid, stateDir: `/state/${name}` }));
  writeFileSync(join(runDir, `${name}.sock`), '');
  utimesSync(path, when, when);
}

it('the notes of hosts that were killed go, with their sockets, and the others stay', () => {
  leave('here', process.pid, anHourAgo);
  leave('killed', NO_PROCESS, anHourAgo);
  // A host of the same directory may have started just now, and written its note after this one was read.
  leave('young', NO_PROCESS);
  expect(runningHosts().map(({ dir }) => dir)).toEqual(['/app/here']);
  expect(readdirSync(runDir).sort()).toEqual([
    'here.json',
    'here.sock',
    'young.json',
    'young.sock',
  ]);
});

it('what is no note hides no host', () => {
  writeFileSync(join(runDir, 'a.json'), '{ "dir": ');
  writeFileSync(join(runDir, 'b.json'), '{}');
  mkdirSync(join(runDir, 'c.json'));
  leave('here', process.pid);
  expect(runningHosts().map(({ dir }) => dir)).toEqual(['/app/here']);
});

it('without a directory of notes there is no host', () => {
  rmSync(runDir, { recursive: true });
  expect(runningHosts()).toEqual([]);
});
