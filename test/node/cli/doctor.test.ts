import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../../../lib/cli/main.js', import.meta.url));
const command = [process.execPath, main];
const can = (script: string) => spawnSync('unshare', ['-Urm', 'sh', '-c', script]).status === 0;
const canLimit = can('echo 50 > /proc/sys/user/max_inotify_watches');
const canMount = can('mount --bind /proc/self/status /proc/$$/mountinfo');

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hotpipe-doctor-'));
  for (let i = 0; i < 60; i++) mkdirSync(join(dir, `d${i}`));
  mkdirSync(join(dir, 'node_modules/many/below'), { recursive: true });
  writeFileSync(join(dir, 'd0/a.ts'), '');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs the command in its own shell, after `setUp`; `$0` is the directory. Anything but `:` runs in its own namespaces. */
function run(setUp: string, ...args: string[]) {
  const [shell = 'sh', ...rest] = setUp === ':' ? ['sh', '-c'] : ['unshare', '-Urm', 'sh', '-c'];
  const script = `${setUp}; exec "$@"`;
  const result = spawnSync(shell, [...rest, script, dir, ...command, ...args], {
    encoding: 'utf8',
  });
  const { status, stdout, stderr } = result;
  return { status, stderr, stdout, lines: stdout.split('\n') };
}

describe('hotpipe doctor', () => {
  it('counts what is to be watched, without excluded directories', () => {
    const { status, stderr, lines } = run(':', 'doctor', dir);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(lines).toContain('OK       directories        61 to watch, with 1 file');
    expect(lines.some((line) => /^OK {7}backend {12}chokidar/.test(line))).toBe(true);
    expect(lines.at(-2)).toBe('no problem found');
  });

  it.each([
    [['doctor', 'no/such/place'], /^hotpipe: directory not found: .*no\/such\/place; .*\n$/],
    [['doctor', '--json'], /^hotpipe: doctor takes no options, but got --json\n$/],
  ])('answers %j with one line on stderr and exit code 2', (args, line) => {
    const { status, stdout, stderr } = run(':', ...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(line);
  });

  it('reports a directory that may not be read as a problem', ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may read everything');
    chmodSync(join(dir, 'd7'), 0);
    const { status, lines } = run(':', 'doctor', dir);
    chmodSync(join(dir, 'd7'), 0o700);
    expect(status).toBe(1);
    expect(lines).toContain(`problem  directories        no permission to read ${dir}/d7`);
  });

  it.skipIf(!canLimit)('says which limits to raise, and to what, where they are too low', () => {
    const { status, lines } = run(
      'echo 50 > /proc/sys/user/max_inotify_watches; echo 0 > /proc/sys/user/max_inotify_instances; ulimit -n 128',
      ...['doctor', dir],
    );
    expect(status).toBe(1);
    expect(lines.filter((line) => /^problem| fix: /.test(line))).toEqual([
      expect.stringMatching(
        /^problem {2}inotify watches {4}61 needed, \d+ in use, 50 allowed \(user.max_inotify_watches\)$/,
      ),
      expect.stringContaining('fix: sudo sysctl -w user.max_inotify_watches=524288; '),
      expect.stringContaining('0 allowed (user.max_inotify_instances)'),
      expect.stringContaining('fix: sudo sysctl -w user.max_inotify_instances=1024; '),
      expect.stringMatching(/^problem {2}descriptors {8}\d+ in use, 128 allowed/),
      expect.stringContaining('fix: ulimit -n 4096'),
    ]);
    expect(lines.at(-2)).toBe('3 of 10 checks found a problem');
  });

  it.skipIf(!canMount)('recognizes a network share by its mount', () => {
    writeFileSync(join(dir, 'mounts'), `36 35 0:32 / ${dir} rw - nfs4 server:/x rw\n`);
    const { status, lines } = run('mount --bind "$0/mounts" /proc/$$/mountinfo', 'doctor', dir);
    expect(status).toBe(0);
    expect(lines).toContain(
      `note     filesystem         nfs4, mounted at ${dir}: it sends no events for changes made on another machine`,
    );
    expect(lines).toContain('OK       backend            polling, because nfs4 sends no events');
  });
});
