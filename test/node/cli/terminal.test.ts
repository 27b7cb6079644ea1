import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const main = resolve('lib/cli/main.js');
const LIMIT_MS = 40_000;
/** util-linux has it: it runs a command in a pseudo-terminal. */
const hasPseudoTerminal = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes(
  'util-linux',
);

let dir: string;
let env: NodeJS.ProcessEnv;
let children: ChildProcess[] = [];

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-terminal-')));
  // The state, the socket and the notes of this test's hosts are of its own.
  env = { ...process.env, HOME: join(dir, 'home'), NO_COLOR: '1' };
  // Node 24 warns where both are set, and test runners set this one.
  delete env['FORCE_COLOR'];
});
afterEach(async () => {
  await Promise.all(children.map(killed));
  children = [];
  await removed();
});

/** Resolves when the process is gone. */
const killed = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('close', () => resolve());
    child.kill('SIGKILL');
  });

/** A host whose terminal was closed saves the states first, and may still write there. */
async function removed(): Promise<void> {
  for (const endMs = Date.now() + LIMIT_MS; ; await delay(20)) {
    try {
      return rmSync(dir, { recursive: true, force: true });
    } catch (error) {
      if (Date.now() > endMs) throw error;
    }
  }
}

/** Runs a command to its end. */
const run = (...args: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [main, ...args], { cwd: dir, env }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
    });
  });

/** Starts `hotpipe watch`, in a pseudo-terminal of `columns` columns or with a pipe. */
function start(args: readonly string[], columns?: number) {
  const words = [process.execPath, main, 'watch', ...args];
  const child =
    columns === undefined
      ? spawn(words[0]!, words.slice(1), { cwd: dir, env, stdio: 'pipe' })
      : spawn(
          'script',
          ['-qefc', `stty cols ${columns} rows 40; exec ${words.join(' ')}`, '/dev/null'],
          { cwd: dir, env, stdio: 'pipe' },
        );
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (text += String(chunk)));
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const shown = () => stripVTControlCharacters(text).replaceAll('\r', '');
  const until = async (wanted: RegExp) => {
    for (const endMs = Date.now() + LIMIT_MS; !wanted.test(shown()); await delay(20)) {
      if (Date.now() > endMs) throw new Error(`not shown: ${wanted}\n${shown()}`);
    }
  };
  return {
    child,
    ended,
    shown,
    until,
    raw: () => text,
    type: (keys: string) => child.stdin?.write(keys),
  };
}

const edit = (from: string, to: string) => {
  const file = join(dir, 'plugins/counter/index.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
};

describe('from an empty folder', { timeout: 120_000 }, () => {
  it.each([[[]], [['--js']]])(
    'new %j, watch and call run a plugin that keeps its state',
    async (options) => {
      const made = await run('new', 'plugins/counter', ...options);
      expect(made).toMatchObject({ code: 0, err: '' });
      const { until, child, ended } = start(['plugins']);
      await until(/1 plugin serves/);
      expect(await run('call', 'counter', 'increment', '5')).toEqual({
        code: 0,
        out: '5\n',
        err: '',
      });
      const file = join(dir, 'plugins/counter', options.length === 0 ? 'index.ts' : 'index.js');
      writeFileSync(file, readFileSync(file, 'utf8').replace('count += by', 'count += by * 10'));
      await until(/counter v1 → v2 in .*, state kept/);
      expect((await run('call', 'counter', 'increment', '1')).out).toBe('15\n');
      expect((await run('call', '--dir', 'plugins', 'counter', 'current')).out).toBe('15\n');

      const status = JSON.parse((await run('status', 'plugins')).out);
      expect(status).toMatchObject({
        v: 1,
        pid: child.pid,
        dir: join(dir, 'plugins'),
        plugins: [{ plugin: 'counter', version: 2, status: 'serving' }],
      });
      const missing = await run('call', 'countre', 'current');
      expect(missing.code).toBe(1);
      expect(missing.err).toMatch(/countre/);
      expect((await run('call', 'counter', 'nope')).err).toMatch(/no function "nope"/);
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
      for (const command of [
        ['status', 'plugins'],
        ['call', 'counter', 'current'],
      ]) {
        const gone = await run(...command);
        expect(gone.code).toBe(1);
        expect(gone.err).toMatch(/^hotpipe: no hotpipe watch runs for .*\n$/);
      }
    },
  );

  it.each([
    [['plugins/Counter'], 'plugins/Counter.ts'],
    [['plugins/counter.js'], 'plugins/counter.js'],
    [['plugins/counter', '--js'], 'plugins/counter.js'],
  ])('new --single %j writes one file that runs without a manifest', async (args, file) => {
    const made = await run('new', '--single', ...args);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(join(dir, 'plugins'))).toEqual([basename(file)]);
    // What it says to run is what is run.
    const [, watch = ''] = /run it: +npx hotpipe watch (.*)\n/.exec(made.out) ?? [];
    const [, call = ''] = /call it: +npx hotpipe (.*)\n/.exec(made.out) ?? [];
    const { until } = start(watch.split(' '));
    await until(/1 plugin serves/);
    expect(await run(...call.split(' '))).toEqual({ code: 0, out: '1\n', err: '' });
    const text = readFileSync(join(dir, file), 'utf8');
    writeFileSync(join(dir, file), text.replace('count += by', 'count += by * 10'));
    await until(/counter v1 → v2 in .*, state kept/);
    expect((await run(...call.split(' '))).out).toBe('11\n');
    const again = await run('new', '--single', ...args);
    expect(again).toMatchObject({ code: 2, out: '' });
    expect(again.err).toMatch(/exists; choose another name\n$/);
  });

  it('the socket is for its user alone, and one that a killed host left behind is replaced', async () => {
    await run('new', 'plugins/counter');
    const killed = start(['plugins']);
    await killed.until(/1 plugin serves/);
    const runDir = join(dir, 'home/.hotpipe/run');
    const modes = [runDir, ...readdirSync(runDir).map((name) => join(runDir, name))].map(
      (path) => statSync(path).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o600]);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect((await run('call', 'counter', 'current')).err).toMatch(/no hotpipe watch runs/);
    const next = start(['plugins']);
    await next.until(/1 plugin serves/);
    expect((await run('call', 'counter', 'current')).out).toBe('0\n');
    expect(next.shown()).not.toMatch(/do not reach/);
  });

  it('explain says why a plugin was reloaded, and what a save of a path would do', async () => {
    await run('new', 'plugins/counter');
    const { until } = start(['plugins', '--exclude', '**/*.log']);
    await until(/1 plugin serves/);
    edit('count += by', 'count += by * 2');
    await until(/v1 → v2/);
    const plugin = await run('explain', 'counter');
    expect(plugin.code).toBe(0);
    expect(plugin.out.split('\n')[0]).toMatch(
      /^counter: .*plugins\/counter\/index\.ts changed \(change 0\)\..* Version 2 serves in place of 1/,
    );
    const path = await run('explain', '--json', '--dir', 'plugins', 'plugins/counter/index.ts');
    expect(JSON.parse(path.out)).toMatchObject({ reloads: ['counter'] });
    expect((await run('explain', 'plugins/counter/x.log')).out).toMatch(
      /reloads nothing\. It is excl/,
    );
    const none = await run('explain', 'countre');
    expect(none).toMatchObject({ code: 1, out: '' });
    expect(none.err).toBe(
      'hotpipe: "countre" is neither a plugin nor a path; the plugins are: counter\n',
    );
    symlinkSync('plugins', join(dir, 'linked'));
    const linked = await run('explain', '--json', 'linked/counter/index.ts');
    expect(JSON.parse(linked.out)).toMatchObject({ reloads: ['counter'] });
    expect((await run('explain')).code).toBe(2);
    expect((await run('explain', '--dir', '--json', 'counter')).err).toMatch(/--dir needs a value/);
  });

  it('--dashboard serves a page of the run, and a test of a range', async () => {
    await run('new', 'plugins/counter');
    const { until, shown } = start(['--dashboard', 'plugins']);
    await until(/dashboard: http:\/\/127\.0\.0\.1:\d+\/\?t=[0-9a-f]{32}/);
    await until(/1 plugin serves/);
    const url = new URL(/dashboard: (\S+)/.exec(shown())?.[1] ?? '');
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url.origin)).status).toBe(403);
    edit('count += by', 'count += by * 2');
    await until(/v1 → v2/);
    const ask = async (path: string) => {
      const answer = await fetch(`${url.origin}/${path}`, {
        headers: { authorization: `Bearer ${url.searchParams.get('t')}` },
      });
      return answer.text();
    };
    expect(await ask('metrics')).toContain('hotpipe_plugin_generation{plugin="counter"} 2\n');
    expect(await ask('explain?plugin=counter')).toContain('Version 2 serves in place of 1');
    const test = await ask(`test?plugin=counter&from=0&to=${Date.now()}`);
    expect(test).toMatch(/^import .* from 'hotpipe'/m);
    const predicted: unknown = JSON.parse(await ask('what-if?set=debounce.maxMs=100'));
    expect(predicted).toMatchObject({
      rows: [{ name: 'recorded', attempts: 1 }, { name: 'debounce.maxMs=100' }],
    });
  });

  it('a second watch on one state directory ends with a line that names the first', async () => {
    await run('new', 'plugins/counter');
    const first = start(['plugins']);
    await first.until(/1 plugin serves/);
    const second = start(['plugins']);
    expect(await second.ended).toBe(1);
    expect(second.shown()).toMatch(
      new RegExp(`^hotpipe: another hotpipe watch \\(process ${first.child.pid}, of .*--state\\n$`),
    );
    expect((await run('call', 'counter', 'increment', '2')).out).toBe('2\n');
  });

  it('--on-event gets each event as JSON, and --exclude keeps paths out', async () => {
    await run('new', 'plugins/counter');
    const events = join(dir, 'events.ndjson');
    const { until } = start([
      'plugins',
      '--exclude',
      '**/generated/**',
      '--on-event',
      `cat >> ${events}`,
    ]);
    await until(/1 plugin serves/);
    edit('count += by', 'count += by * 2');
    await until(/v1 → v2/);
    const tags = () =>
      existsSync(events)
        ? readFileSync(events, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line)._tag)
        : [];
    for (
      const endMs = Date.now() + LIMIT_MS;
      !tags().includes('Reloaded') && Date.now() < endMs;
    ) {
      await delay(20);
    }
    expect(tags()).toEqual(expect.arrayContaining(['Loaded', 'ChangeDetected', 'Reloaded']));
  });

  it.each([
    [['new', '../a b'], 2, /is no name of a plugin/],
    [['new', 'full'], 2, /exists and is not empty/],
    [['call', 'counter', 'increment', '{'], 2, /argument 1 \({\) is not JSON/],
    [['status', 'nowhere'], 1, /no hotpipe watch runs for nowhere/],
  ])('%j is answered with one line and exit code %i', async (args, code, line) => {
    await run('new', 'full');
    const answer = await run(...args);
    expect(answer).toMatchObject({ code, out: '' });
    expect(answer.err).toMatch(line);
    expect(answer.err.split('\n')).toHaveLength(2);
  });

  it('what is no host on the other side of the socket is told, and nothing hangs', async () => {
    await run('new', 'plugins/counter');
    const { until, child, ended } = start(['plugins']);
    await until(/1 plugin serves/);
    const runDir = join(dir, 'home/.hotpipe/run');
    const socket = join(runDir, readdirSync(runDir).find((name) => name.endsWith('.sock'))!);
    child.kill('SIGKILL');
    await ended;
    rmSync(socket);
    const server = createServer((each) => each.end('HTTP/1.1 400 Bad Request\n'));
    await new Promise<void>((listening) => server.listen(socket, listening));
    const answer = await run('status', 'plugins');
    server.close();
    expect(answer).toMatchObject({ code: 1, out: '' });
    expect(answer.err).toMatch(/before it had answered/);
  });
});

describe.skipIf(!hasPseudoTerminal)('in a terminal', { timeout: 120_000 }, () => {
  it('has a start line with its keys, and each key does what it says', async () => {
    await run('new', 'plugins/counter');
    const { until, type, ended, raw } = start(['plugins'], 100);
    await until(
      /hotpipe watches plugins, 1 plugin {2}r reload · p pause · c clear · d dashboard · h help · q quit/,
    );
    await until(/1 plugin serves/);
    await run('call', 'counter', 'increment', '3');

    type('h');
    await until(/--verbose for every event/);
    type('r');
    await until(/reload which plugin \(Enter: all\)\? /);
    type('counter\r');
    await until(/counter v\d restarted/);
    expect((await run('call', 'counter', 'current')).out).toBe('3\n');
    type('r');
    await until(/(reload which plugin[^]*){2}/);
    type('nobody\r');
    await until(/No plugin "nobody"/);

    type('p');
    await until(/paused/);
    edit('count += by', 'count += by * 2');
    await delay(1_000);
    expect((await run('call', 'counter', 'increment', '1')).out).toBe('4\n');
    type('p');
    await until(/goes on[^]*counter v\d → v\d .*state kept/);
    expect((await run('call', 'counter', 'increment', '1')).out).toBe('6\n');

    type('c');
    for (
      const endMs = Date.now() + LIMIT_MS;
      !raw().includes('\u001b[2J') && Date.now() < endMs;
    ) {
      await delay(20);
    }
    expect(raw()).toContain('\u001b[2J');
    type('q');
    expect(await ended).toBe(0);
  });

  it('heeds a key that was typed as soon as the start line was there', async () => {
    await run('new', 'plugins/counter');
    const { until, type, ended } = start(['plugins'], 100);
    await until(/q quit/);
    type('q');
    expect(await ended).toBe(0);
  });

  it('ends at Ctrl+C', async () => {
    await run('new', 'plugins/counter');
    const { until, type, ended } = start(['plugins'], 100);
    await until(/1 plugin serves/);
    type('\u0003');
    expect(await ended).toBe(0);
  });

  it('of 40 columns breaks no line within a word, and the mark stands under its column', async () => {
    await run('new', 'plugins/counter');
    const { until, shown } = start(['plugins'], 40);
    await until(/1 plugin serves/);
    edit('count += by;', 'count += by; const aLongNameToMakeTheLineLong = = 1;');
    await until(/still\s+serves\./);
    await until(/\^/);
    const lines = shown().split('\n');
    for (const line of lines) {
      expect(line.length <= 40 || !line.trim().includes(' ')).toBe(true);
    }
    const at = lines.findIndex((line) => /^\s*\|\s*\^$/.test(line));
    expect(lines[at - 1]?.[lines[at]!.indexOf('^')]).toBe('=');
  });

  it('that does not know how wide it is gets lines of a usual width', async () => {
    await run('new', 'plugins/counter');
    const { until, shown } = start(['plugins'], 0);
    await until(/1 plugin serves/);
    expect(shown()).toMatch(/^hotpipe watches plugins, 1 plugin {2}r reload/m);
    edit('count += by', 'count += by * 2');
    await until(/v1 → v2/);
    expect(shown()).toMatch(/counter v1 → v2 in \d+(?:\.\d)? ms, state kept/);
  });

  it('--clear clears it before the lines of a save', async () => {
    await run('new', 'plugins/counter');
    const { until, raw } = start(['plugins', '--clear'], 100);
    await until(/1 plugin serves/);
    expect(raw()).not.toContain('\u001b[2J');
    edit('count += by', 'count += by * 2');
    await until(/v1 → v2/);
    expect(raw()).toContain('\u001b[2J');
  });

  it('shows many plugins as a progress line and one summary', async () => {
    await run('new', 'plugins/p0');
    for (let index = 1; index < 40; index++) await Promise.resolve(makeCopy(index));
    const { until, shown } = start(['plugins'], 100);
    await until(/40 plugins serve/);
    expect(shown()).toMatch(/loading 40 of 40/);
    expect(shown().split('\n').length).toBeLessThanOrEqual(5);
  });
});

function makeCopy(index: number): void {
  const from = join(dir, 'plugins/p0');
  const to = join(dir, `plugins/p${index}`);
  spawnSync('cp', ['-r', from, to]);
  const manifest = join(to, 'plugin.toml');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"p0"', `"p${index}"`));
}
