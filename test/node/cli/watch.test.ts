import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { HostProcess } from '../support/HostProcess.js';

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['lib/cli/main.js', ...args], { encoding: 'utf8', timeout: 30_000 });
const tag = (plugin: string, wanted: ReloadEvent['_tag']) => (event: ReloadEvent) =>
  event.plugin === plugin && event._tag === wanted;

describe('hotpipe, the command', () => {
  it('prints its help and its version', () => {
    expect(run('--help')).toMatchObject({ status: 0, stderr: '' });
    expect(run('--help').stdout).toContain('hotpipe watch [dir]');
    expect(run('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([['--help'], ['check', 'examples/plugins'], ['doctor', 'src']])(
    '%s ends without an error when its reader leaves early',
    async (...args) => {
      const child = spawn(process.execPath, ['lib/cli/main.js', ...args]);
      let stderr = '';
      child.stderr.on('data', (text) => (stderr += String(text)));
      child.stdout.destroy();
      const [code] = await once(child, 'close');

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    },
  );

  it.each([
    [['watch', '--frobnicate'], /^hotpipe: unknown option --frobnicate; .*\n$/],
    [['watch', 'no/such/directory'], /^hotpipe: directory not found: .*no\/such\/directory; .*\n$/],
    [['watch', 'package.json'], /^hotpipe: not a directory: .*package\.json; .*\n$/],
    [[], /^hotpipe: no command given; .*\n$/],
    [
      ['watch', 'examples/plugins', '--state', 'package.json'],
      /^hotpipe: --state: not a directory: .*package\.json; name a directory.*\n$/,
    ],
    [
      ['watch', 'examples/plugins', '--state', 'package.json/state'],
      /^hotpipe: --state: cannot write to .*package\.json\/state: a part of the path is not a directory \(ENOTDIR\); name a directory.*\n$/,
    ],
    [
      ['watch', 'examples/plugins', '--state', '/proc/x'],
      /^hotpipe: --state: cannot write to \/proc\/x: .*; name a directory.*\n$/,
    ],
  ])('answers %j with one line on stderr and exit code 2', (args, line) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(line);
  });
});

describe('hotpipe watch', () => {
  let dir: string;
  let host: HostProcess;
  let counter: string;
  let original: string;

  beforeEach(async () => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-cli-')));
    for (const part of ['plugins', 'shared']) {
      cpSync(join('examples', part), join(dir, part), { recursive: true });
    }
    counter = join(dir, 'plugins/counter/index.ts');
    original = readFileSync(counter, 'utf8');
    host = new HostProcess([join(dir, 'plugins'), '--state', join(dir, 'state')]);
    await Promise.all(
      ['counter', 'greeter', 'heartbeat'].map((plugin) => host.event(tag(plugin, 'Loaded'))),
    );
  });

  afterEach(async () => {
    await host.end('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });

  const saves: Record<string, (text: string) => void> = {
    'an in-place write': (text) => writeFileSync(counter, text),
    'an atomic rename': (text) => {
      writeFileSync(`${counter}.tmp`, text);
      renameSync(`${counter}.tmp`, counter);
    },
    'sed -i': () => void execFileSync('sed', ['-i', 's/STEP = 1/STEP = 2/', counter]),
  };
  it.each(Object.keys(saves))('reloads on %s and keeps the state', async (kind) => {
    saves[kind]?.(original.replace('STEP = 1', 'STEP = 2'));

    const reloaded = await host.event(tag('counter', 'Reloaded'));
    expect(reloaded).toMatchObject({ from: 1, to: 2 });
    const tags = host.events.filter(({ plugin }) => plugin === 'counter').map(({ _tag }) => _tag);
    expect(tags).toEqual([
      'Loaded',
      'ChangeDetected',
      'ReloadStarted',
      'StateSaved',
      'StateRestored',
      'Reloaded',
    ]);
  });

  it('keeps the old version on a typo, says file and line, and reloads once it is fixed', async () => {
    writeFileSync(counter, original.replace('const STEP = 1', 'const STEP = = 1'));
    const failed = await host.event(tag('counter', 'ReloadFailed'));
    expect(failed).toMatchObject({
      stillServing: 1,
      willRetry: false,
      error: { _tag: 'CompilationFailed', line: 2 },
    });
    expect(JSON.stringify(failed)).toContain('counter/index.ts');

    writeFileSync(counter, original.replace('STEP = 1', 'STEP = 3'));
    expect(await host.event(tag('counter', 'Reloaded'))).toMatchObject({ from: 1, to: 2 });
  });

  it('loads a plugin whose folder appears, and unloads one whose folder is removed', async () => {
    const added = join(dir, 'plugins/added');
    cpSync(join(dir, 'plugins/counter'), join(dir, 'added'), { recursive: true });
    const manifest = join(dir, 'added/plugin.toml');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"counter"', '"added"'));
    renameSync(join(dir, 'added'), added);
    await host.event(tag('added', 'Loaded'));

    rmSync(added, { recursive: true });
    await host.event(tag('added', 'Removed'));
  });

  it('says what is wrong with an invalid manifest, and goes on with the other plugins', async () => {
    const manifest = join(dir, 'plugins/counter/plugin.toml');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('exports', 'exprots'));
    const failed = await host.event(tag('counter', 'ReloadFailed'));
    expect(failed).toMatchObject({ stillServing: 1, error: { _tag: 'ManifestInvalid' } });
    expect(JSON.stringify(failed)).toContain('exports');

    const helper = join(dir, 'shared/titleCase.ts');
    writeFileSync(helper, `${readFileSync(helper, 'utf8')}\n// saved\n`);
    await host.event(tag('greeter', 'Reloaded'));
  });

  it('ends within 2 s on a signal, and the next start restores the state', async () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const { code, tookMs } = await host.end(signal);
      expect({ signal, code }).toEqual({ signal, code: 0 });
      expect(tookMs).toBeLessThan(2_000);
      expect(host.stderr).toBe('');

      host = new HostProcess([join(dir, 'plugins'), '--state', join(dir, 'state')]);
      await host.event(tag('counter', 'StateRestored'));
      await host.event(tag('counter', 'Loaded'));
    }
  });

  it('prints nothing but events to standard output, whatever plugins print', async () => {
    const noise = `console.log('a line'); process.stdout.write('raw'); ${original}`;
    writeFileSync(counter, noise.replace('STEP = 1', 'STEP = 2'));
    await host.event(tag('counter', 'Reloaded')); // HostProcess fails on a line that is not an event

    expect(host.stderr).toContain('a line\nraw');
  });

  it('goes on when a plugin throws outside of a call, and prints the error', async () => {
    const bomb = `setTimeout(() => { throw new Error('late') }); Promise.reject(new Error('lost'));
      setTimeout(() => { throw Object.create(null) });`;
    writeFileSync(counter, `${original}\n${bomb}\n`);
    await host.event(tag('counter', 'Reloaded'));
    const from = host.events.length;
    writeFileSync(counter, original);
    await host.event(tag('counter', 'Reloaded'), { from });

    expect(host.stderr).toMatch(/Error: late[^]*counter\/index\.ts/);
    expect(host.stderr).toMatch(/Error: lost[^]*counter\/index\.ts/);
    expect(host.stderr).toContain('threw outside of a call: {}');
    expect((await host.end('SIGINT')).code).toBe(0);
  });

  it('goes on when the reader of its standard error leaves', async () => {
    host.closeStderr();
    const bomb = "setTimeout(() => { throw new Error('late') }); console.error('a line');";
    writeFileSync(counter, `${original}\n${bomb}\n`);
    await host.event(tag('counter', 'Reloaded'));
    const from = host.events.length;
    writeFileSync(counter, original);
    await host.event(tag('counter', 'Reloaded'), { from });

    expect((await host.end('SIGINT')).code).toBe(0);
  });

  it('serves the other plugins at once when one is slow to start', async () => {
    const slow = join(dir, 'others/slow');
    cpSync(join(dir, 'plugins/counter'), join(dir, 'others/fast'), { recursive: true });
    cpSync(join(dir, 'plugins/counter'), slow, { recursive: true });
    const manifest = join(slow, 'plugin.toml');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"counter"', '"slow"'));
    writeFileSync(
      join(slow, 'index.ts'),
      `${original}\nexport const start = () => new Promise(() => {});`,
    );
    const other = new HostProcess([join(dir, 'others'), '--state', join(dir, 'other-state')]);
    try {
      await other.event(tag('counter', 'Loaded'));
      expect(other.events.some(({ plugin }) => plugin === 'slow')).toBe(false);
      expect(await other.event(tag('slow', 'ReloadFailed'))).toMatchObject({
        error: { _tag: 'TimedOut' },
      });
    } finally {
      await other.end('SIGKILL');
    }
  });

  it('watches an empty directory until a plugin is added', async () => {
    const empty = join(dir, 'empty');
    mkdirSync(empty);
    const other = new HostProcess([empty, '--state', join(dir, 'other-state')]);
    try {
      const none = await other.event(({ _tag }) => _tag === 'ReloadFailed');
      expect(none).toMatchObject({ plugin: 'empty', error: { _tag: 'ManifestNotFound' } });
      cpSync(join(dir, 'plugins/counter'), join(empty, 'counter'), { recursive: true });
      await other.event(tag('counter', 'Loaded'));
      expect((await other.end('SIGTERM')).code).toBe(0);
    } finally {
      await other.end('SIGKILL');
    }
  });
});
