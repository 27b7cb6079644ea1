import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Subscription } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import { watch } from '../../../src/sources/index.js';
import { block } from '../../cases/source/block.js';
import { Reader } from '../../cases/source/Reader.js';

const hasGit = spawnSync('git', ['--version']).status === 0;
if (!hasGit) console.warn('git.test.ts is skipped: git is not installed');
const count = 4_000;
const settings = ['user.name=t', 'user.email=t@t', 'core.fsmonitor=false', 'gc.auto=0'];
const gitArgs = settings.flatMap((setting) => ['-c', setting]);

function git(cwd: string, ...args: string[]): void {
  const { status, stderr } = spawnSync('git', [...gitArgs, ...args], { cwd });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${String(stderr)}`);
}

/** Two branches that differ: a fifth of the files each is edited, moved, removed, new, or the same. Directories come and go. */
function makeBranches(dir: string, count: number): void {
  const file = (i: number) => join(dir, `src/d${Math.floor(i / 40)}/e${i % 4}/f${i}.ts`);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  git(dir, 'init', '-q', '-b', 'one');
  for (let i = 0; i < count; i++) if (i % 5 !== 3) write(file(i), `one ${i}\n`);
  git(dir, 'add', '.');
  git(dir, 'commit', '-q', '-m', 'one');
  git(dir, 'checkout', '-q', '-b', 'two');
  for (let i = 0; i < count; i++) {
    if (i % 5 === 0) write(file(i), `two ${i}, edited\n`);
    if (i % 5 === 2) rmSync(file(i));
    if (i % 5 === 3) write(file(i), `two ${i}\n`);
    if (i % 5 !== 1) continue;
    const moved = join(dir, `moved/d${i % 100}/f${i}.ts`);
    mkdirSync(dirname(moved), { recursive: true });
    renameSync(file(i), moved);
  }
  git(dir, 'add', '-A');
  git(dir, 'commit', '-q', '-m', 'two');
}

describe.skipIf(!hasGit)(`git checkout between two branches of ${count} files`, () => {
  let dir = '';
  beforeAll(() => {
    const under = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    dir = realpathSync(mkdtempSync(join(under, 'hotpipe-source-')));
    makeBranches(dir, count);
  }, 90_000);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each(['chokidar', 'nodeFs', 'polling'] as const)(
    'is reported completely over %s, even when the loop is blocked meanwhile',
    { timeout: 120_000 },
    async (backend) => {
      const reader = new Reader();
      const events: WatchEvent[] = [];
      let subscription = new Subscription();
      await new Promise<void>((onReady) => {
        const options = { backend, exclude: ['.git'], onReady };
        subscription = watch(dir, options).subscribe((event) => {
          events.push(event);
          reader.apply(event);
        });
      });
      reader.readAll(dir);
      const converge = async () => {
        for (const endMs = Date.now() + 50_000; ; ) {
          await delay(250);
          const wrong = reader.wrong(dir);
          if (wrong.length === 0 || Date.now() > endMs) return wrong.slice(0, 3);
        }
      };
      for (const branch of ['one', 'two']) {
        events.length = 0;
        const child = spawn('git', [...gitArgs, 'checkout', '-q', branch], { cwd: dir });
        const ended = new Promise((resolve) => child.on('exit', resolve));
        await delay(20);
        block(400);
        expect(await ended).toBe(0);
        expect(await converge()).toEqual([]);
        expect(events.length).toBeGreaterThan(count / 2);
        const duplicateCount = events.length - new Set(events.map(({ path }) => path)).size;
        expect(duplicateCount).toBeLessThanOrEqual(count * 0.005);
      }
      subscription.unsubscribe();
    },
  );
});
