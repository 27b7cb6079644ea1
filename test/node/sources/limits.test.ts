import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watch } from '../../../src/sources/index.js';

const program = fileURLToPath(new URL('../../cases/source/watchChild.mjs', import.meta.url));
const backends = ['chokidar', 'nodeFs', 'polling'] as const;
const canLimit =
  spawnSync('unshare', ['-Ur', 'sh', '-c', 'echo 50 > /proc/sys/user/max_inotify_watches'])
    .status === 0;
const canMount =
  spawnSync('unshare', ['-Urm', 'sh', '-c', 'mount --bind /proc/self/status /proc/$$/mountinfo'])
    .status === 0;
const hasProc = existsSync('/proc/self/fdinfo');

const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];

let dir = '';
let children: ChildProcess[] = [];
beforeEach(() => {
  const under = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  dir = realpathSync(mkdtempSync(join(under, 'hotpipe-source-')));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(dir, { recursive: true, force: true });
  rmSync(`${dir}.raise`, { force: true });
});

/** A process that watches, with the lines that it printed. */
function start(backend: string, setUp = ':', as: readonly string[] = []) {
  const command = `${setUp}; exec "$0" "$@"`;
  const inside = setUp === ':' ? [...as, 'sh', '-c'] : ['unshare', '-Urm', 'sh', '-c'];
  const [shell = 'sh', ...args] = [...inside, command, process.execPath, program, dir, backend];
  const child = spawn(shell, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const lines = () => text.split('\n').filter((line) => line !== '');
  const until = async (isDone: () => boolean, what: string, boundMs = 25_000) => {
    for (const endMs = Date.now() + boundMs; !isDone(); await delay(10)) {
      if (Date.now() > endMs)
        throw new Error(`not in time: ${what}; ${lines().slice(-5).join(' ')}`);
    }
  };
  return { child, lines, until };
}

const errors = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('{"error"')).map((line) => JSON.parse(line).error);

describe.each(backends)('limits, over %s', (backend) => {
  it('reports what was written after the kernel dropped 14,000 events', {
    timeout: 60_000,
  }, async () => {
    mkdirSync(join(dir, 'd'));
    const { child, lines, until } = start(backend);
    await until(() => lines().includes('"ready"'), 'ready');
    child.kill('SIGSTOP');
    for (let i = 0; i < 30_000; i++) writeFileSync(join(dir, 'd', `f${i % 3}.ts`), `${i}`);
    for (let i = 0; i < 15_000; i++) {
      writeFileSync(join(dir, `x${i}.tmp`), '');
      rmSync(join(dir, `x${i}.tmp`));
    }
    const last = Array.from({ length: 49 }, (_, i) => join(dir, 'd', `last${i}.ts`));
    for (const path of last) writeFileSync(path, 'last');
    child.kill('SIGCONT');
    await until(
      () => last.every((path) => lines().some((line) => line.includes(`"${path}"`))),
      'all 49',
    );
  });

  it('exits by itself after unsubscribing in the middle of a burst', async () => {
    const { child, lines, until } = start(backend);
    await until(() => lines().includes('"ready"'), 'ready');
    for (let i = 0; i < 500; i++) writeFileSync(join(dir, `f${i}.ts`), '');
    child.stdin?.end();
    await until(() => child.exitCode !== null, 'the end');
    expect(child.exitCode).toBe(0);
    const stopped = lines().indexOf('"stopped"');
    expect(lines().slice(stopped + 1)).toEqual([]);
  });
});

describe.skipIf(!canLimit)('when the kernel refuses watches', () => {
  const write100 = () => {
    for (let i = 0; i < 100; i++) writeFileSync(join(dir, `d${i}`, 'a.ts'), 'edited');
  };
  beforeEach(() => {
    for (let i = 0; i < 100; i++) {
      mkdirSync(join(dir, `d${i}`));
      writeFileSync(join(dir, `d${i}`, 'a.ts'), '');
    }
  });

  it.each(['chokidar', 'nodeFs'])(
    'reports one error and all edits with 50 watches over %s',
    async (backend) => {
      const { lines, until } = start(backend, 'echo 50 > /proc/sys/user/max_inotify_watches');
      await until(() => lines().includes('"ready"'), 'ready');
      expect(errors(lines()).map(({ code, path }) => [code, path])).toEqual([['ENOSPC', dir]]);
      expect(errors(lines())[0].message).toContain('fs.inotify.max_user_watches');
      write100();
      await until(
        () => lines().filter((line) => line.includes('"Modified"')).length === 100,
        '100 edits',
      );
      expect(errors(lines())).toHaveLength(1);
    },
  );

  it.each(['chokidar', 'nodeFs'])(
    'reports one error and all edits without inotify over %s',
    async (backend) => {
      const { lines, until } = start(backend, 'echo 0 > /proc/sys/user/max_inotify_instances');
      await until(() => lines().includes('"ready"'), 'ready');
      expect(errors(lines()).map(({ code }) => code)).toEqual(['EMFILE']);
      write100();
      await until(
        () => lines().filter((line) => line.includes('"Modified"')).length === 100,
        '100 edits',
      );
    },
  );

  it('watches again when the limit is raised', async () => {
    const setUp = `echo 50 > /proc/sys/user/max_inotify_watches; (until [ -e ${dir}.raise ]; do sleep 0.1; done; echo 500 > /proc/sys/user/max_inotify_watches) & :`;
    const { lines, until } = start('nodeFs', setUp);
    await until(() => errors(lines()).length > 0, 'a refused watch');
    writeFileSync(`${dir}.raise`, '');
    await until(() => lines().some((line) => line.startsWith('{"recovered"')), 'recovery');
    expect(lines().filter((line) => line.startsWith('{"recovered"'))).toHaveLength(1);
  });
});

/**
 * Whether a process of another user, who is not root, can run the program. A shell starts it, as in the tests: setpriv itself
 * keeps root's capabilities until it runs another program, so it finds a Node in a directory that the other user may not enter.
 */
const canBecomeNobody =
  spawnSync(
    'setpriv',
    [
      ...[...asNobody, 'sh', '-c', 'exec "$0" "$@"', process.execPath],
      ...['-e', `import(${JSON.stringify(program)})`],
    ],
    { input: '' },
  ).status === 0;

describe.skipIf(!canBecomeNobody)('when the permission for a directory is taken away', () => {
  it.each(['chokidar', 'nodeFs'])(
    'names it, and recovers, over %s',
    {
      timeout: 60_000,
    },
    async (backend) => {
      chmodSync(dir, 0o755);
      mkdirSync(join(dir, 's/t'), { recursive: true });
      for (const name of ['s/a.ts', 's/t/b.ts']) writeFileSync(join(dir, name), '');
      const { lines, until } = start(backend, ':', ['setpriv', ...asNobody]);
      await until(() => lines().includes('"ready"'), 'ready');
      chmodSync(join(dir, 's'), 0);
      await until(() => errors(lines()).length > 0, 'an error');
      expect(errors(lines()).map(({ code, path }) => [code, path])).toEqual([
        ['EACCES', join(dir, 's')],
      ]);
      chmodSync(join(dir, 's'), 0o755);
      await until(() => lines().some((line) => line.startsWith('{"recovered"')), 'recovery');
      writeFileSync(join(dir, 's/a.ts'), 'edited');
      writeFileSync(join(dir, 's/t/b.ts'), 'edited');
      const isSeen = (name: string) =>
        lines().some((line) => /"(Modified|Created)"/.test(line) && line.includes(name));
      await until(() => isSeen('s/a.ts') && isSeen('s/t/b.ts'), 'both edits');
    },
  );
});

describe.skipIf(!canMount)('when a filesystem is mounted after the start', () => {
  it.each(['chokidar', 'nodeFs'])(
    'is told, and polled, over %s',
    {
      timeout: 60_000,
    },
    async (backend) => {
      mkdirSync(join(dir, 'later'));
      writeFileSync(join(dir, 'later/a.ts'), '');
      const mounts = `${dir}.mounts`;
      writeFileSync(mounts, `35 1 0:31 / / rw - ext4 /dev/root rw\n`);
      const { lines, until } = start(backend, `mount --bind ${mounts} /proc/$$/mountinfo`);
      await until(() => lines().includes('"ready"'), 'ready');
      expect(errors(lines())).toEqual([]);
      // Written in place: the file itself is what is mounted.
      appendFileSync(mounts, `36 35 0:32 / ${dir}/later rw - nfs4 server:/x rw\n`);
      await until(() => errors(lines()).length > 0, 'DEGRADED');
      expect(errors(lines()).map(({ code }) => code)).toEqual(['DEGRADED']);
      writeFileSync(join(dir, 'later/a.ts'), 'edited');
      await until(() => lines().some((line) => line.includes('"Modified"')), 'the edit');
      writeFileSync(mounts, `35 1 0:31 / / rw - ext4 /dev/root rw\n`);
      await until(() => lines().some((line) => line.startsWith('{"recovered"')), 'recovery');
      rmSync(mounts);
    },
  );
});

describe.skipIf(!canMount)('when the filesystem sends no events', () => {
  it.each(['chokidar', 'nodeFs'])('reports one error and all edits over %s', async (backend) => {
    for (const name of ['mounts', 'a.ts', 'b.ts']) writeFileSync(join(dir, name), '');
    writeFileSync(join(dir, 'mounts'), `36 35 0:32 / ${dir} rw - nfs4 server:/x rw\n`);
    const { lines, until } = start(backend, `mount --bind ${dir}/mounts /proc/$$/mountinfo`);
    await until(() => lines().includes('"ready"'), 'ready');
    expect(errors(lines()).map(({ code, path }) => [code, path])).toEqual([['DEGRADED', dir]]);
    expect(errors(lines())[0].message).toContain('nfs4');
    for (const name of ['a.ts', 'b.ts']) writeFileSync(join(dir, name), 'edited');
    await until(
      () => lines().filter((line) => line.includes('"Modified"')).length === 2,
      'both edits',
    );
    expect(errors(lines())).toHaveLength(1);
  });
});

describe.skipIf(!hasProc)('a thousand subscriptions', () => {
  const held = () => {
    const descriptors = readdirSync('/proc/self/fd');
    let watchCount = 0;
    for (const descriptor of descriptors) {
      try {
        const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
        watchCount += info.split('\n').filter((line) => line.startsWith('inotify ')).length;
      } catch {
        // This descriptor was that of the directory itself, and is closed.
      }
    }
    const threads = readdirSync('/proc/self/task').length;
    return { descriptors: descriptors.length, watchCount, threads };
  };
  const once = (backend: (typeof backends)[number]) =>
    new Promise<void>((resolve) => {
      const subscription = watch(dir, {
        backend,
        onReady: () => {
          subscription.unsubscribe();
          resolve();
        },
      }).subscribe();
    });

  it.each(backends)(
    'leave no descriptor, watch or thread over %s',
    { timeout: 60_000 },
    async (backend) => {
      mkdirSync(join(dir, 'd/e'), { recursive: true });
      writeFileSync(join(dir, 'd/e/a.ts'), '');
      for (let i = 0; i < 10; i++) await once(backend);
      await delay(50);
      const before = held();
      for (let i = 0; i < 1000; i++) await once(backend);
      let after = held();
      for (let i = 0; i < 100 && JSON.stringify(after) !== JSON.stringify(before); i++) {
        await delay(10);
        after = held();
      }
      expect(after).toEqual(before);
      expect(after.watchCount).toBe(0);
    },
  );
});

it('reports a directory without read permission once, and goes on watching the rest of the tree', async () => {
  if (process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status !== 0) return;
  mkdirSync(join(dir, 'closed'));
  writeFileSync(join(dir, 'open.ts'), '');
  execFileSync('chmod', ['000', join(dir, 'closed')]);
  execFileSync('chmod', ['755', dir]);
  const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--clear-groups'] : [];
  const [command = '', ...args] = [...asNobody, process.execPath, program, dir, 'nodeFs'];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  for (const endMs = Date.now() + 20_000; !text.includes('"ready"') && Date.now() < endMs; )
    await delay(10);
  writeFileSync(join(dir, 'open.ts'), 'edited');
  for (const endMs = Date.now() + 20_000; !text.includes('"Modified"') && Date.now() < endMs; )
    await delay(10);
  const lines = text.split('\n').filter((line) => line !== '');
  expect(errors(lines).map(({ code, path }) => [code, path])).toEqual([
    ['EACCES', join(dir, 'closed')],
  ]);
  expect(text).toContain('"Modified"');
});
