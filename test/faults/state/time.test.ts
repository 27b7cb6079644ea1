import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inDirectory, loadedCount, saveCounts } from '../support/saved.js';
import { TalkingChild } from '../support/TalkingChild.js';

const LOOP = join(import.meta.dirname, '../support/saveLoop.mjs');

/** In a pid namespace of its own, another process gets the pid of a writer that ended during a save. */
const reuse = `
set -e
cd "$1"
ps=$("$2" -e '
  import("'"$3"'").then(({ thisProcess: { pid, token } }) => {
    require("node:fs").writeFileSync("counter.3." + pid + "-" + token + ".tmp", "half");
    console.log(pid);
  });')
echo $((ps - 1)) > /proc/sys/kernel/ns_last_pid
sleep 60 &
echo "$ps $!"
"$2" --input-type=module -e '
  const { fileStateStore } = await import("'"$4"'");
  const { right } = await fileStateStore(process.cwd()).load("counter")();
  console.log(right.value.state.count);'
ls
kill $!
`;

it('a pid that another process has now: what its first owner left behind is removed', ({ skip }) =>
  inDirectory(async (dir) => {
    await saveCounts(dir, [1, 2]);
    const dist = join(import.meta.dirname, '../../../dist/state');
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      [
        ...['-pf', '--mount-proc', 'sh', '-c', reuse, 'sh', dir, process.execPath],
        ...[join(dist, 'adapters/thisProcess.js'), join(dist, 'index.js')],
      ],
      { encoding: 'utf8' },
    );
    if (status !== 0) return skip(`no pid namespace: ${stderr.split('\n')[0]}`);
    const [numbers = '', count, ...names] = stdout.trim().split('\n');
    const [first, second] = numbers.split(' ');

    expect(second).toBe(first);
    expect(count).toBe('2');
    expect(names).toEqual(['counter.1.state', 'counter.2.state']);
  }));

const faketime = [
  process.env['HOTPIPE_FAKETIME'],
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
].find((path) => path !== undefined && existsSync(path));
if (faketime === undefined)
  console.log('skipped: a clock that jumps (libfaketime is not installed)');

describe.skipIf(faketime === undefined)('a clock that jumps', () => {
  it('by ten years and back, between hosts and while one runs: the newest record is the last saved', () =>
    inDirectory(async (dir) => {
      const root = mkdtempSync(join(tmpdir(), 'hotpipe-clock-'));
      const clock = join(root, 'clock');
      const env = {
        LD_PRELOAD: faketime ?? '',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
      };
      try {
        let count = 0;
        for (const offset of ['+3650d', '-3650d', '+0']) {
          writeFileSync(clock, offset);
          const range = [String(count + 1), String(count + 3)];
          const host = new TalkingChild(LOOP, [dir, ...range], env);
          await host.hears({ ready: true });
          writeFileSync(clock, offset === '+0' ? '-3650d' : '+0');
          host.send('go');
          count += 3;
          await host.hears({ saved: count });
          expect(await host.ended).toBe(0);
          expect(await loadedCount(dir)).toBe(count);
        }
        expect(readdirSync(dir)).toEqual([7, 8, 9].map((seq) => `counter.${seq}.state`));
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    }));
});
