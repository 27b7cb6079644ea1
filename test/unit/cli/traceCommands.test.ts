import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isLeft } from 'fp-ts/lib/Either.js';
import { interval, share } from 'rxjs';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCommandLine, readCommandLine } from '../../../src/cli/arguments/parseCommandLine.js';
import { controlCommand } from '../../../src/cli/commands/controlCommands.js';
import { type Printed, traceCommand } from '../../../src/cli/commands/traceCommands.js';
import type { Trace } from '../../../src/model/trace/TraceRecord.js';
import { sealed } from '../../../src/trace/file/traceSeal.js';
import { readTrace } from '../../../src/trace/readTrace.js';
import { replayRun } from '../../../src/trace/replayRun.js';
import { recordedStorm } from '../trace/storm.js';

const dir = mkdtempSync(join(tmpdir(), 'hotpipe-trace-cli-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function fileOf(name: string, { header, records }: Trace): string {
  const file = join(dir, name);
  writeFileSync(file, [header, ...records].map((record) => `${JSON.stringify(record)}\n`).join(''));
  return file;
}

const run = fileOf('run.ndjson', recordedStorm(1));
const other = fileOf('other.ndjson', recordedStorm(2));

async function type(...args: string[]): Promise<Printed> {
  const command = await readCommandLine(args);
  switch (command._tag) {
    case 'replay':
    case 'what-if':
    case 'export':
    case 'trace diff':
    case 'trace view':
      return traceCommand(command);
    default:
      throw new Error(`${command._tag} is no command on traces`);
  }
}

/** Runs the text of a trace test as if it stood in that directory. */
async function runBeside(place: string, text: string): Promise<void> {
  const names = { isLeft, readTrace, replayRun, expect, fileURLToPath };
  const plain = text
    .replaceAll(/^import .*$/gm, '')
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(join(place, 'a.test.ts')).href));
  const body = ts.transpile(plain, { target: ts.ScriptTarget.ES2022 });
  const tests: (() => Promise<void>)[] = [];
  const it = (_: string, test: () => Promise<void>) => tests.push(test);
  new Function(...Object.keys(names), 'it', body)(...Object.values(names), it);
  expect(tests).toHaveLength(1);
  for (const test of tests) await test();
}

describe('commands on recorded runs', { timeout: 60_000 }, () => {
  it('replay says that a run is the same', async () => {
    const { out, exitCode } = await type('replay', run);
    expect(out).toMatch(/^\d+ events, the same as recorded/);
    expect(exitCode).toBe(0);
    const json = JSON.parse((await type('replay', run, '--json')).out) as object;
    expect(json).toMatchObject({ v: 1, identical: true, divergence: null });
  });

  it('replay tells what a cut run lacks, and refuses a damaged one with the line', async () => {
    const text = readFileSync(run, 'utf8');
    const lines = text.split('\n');
    writeFileSync(join(dir, 'cut.ndjson'), `${lines.slice(0, 40).join('\n')}\n`);
    const cut = await type('replay', join(dir, 'cut.ndjson'));
    expect(cut.exitCode).toBe(1);
    expect(cut.err).toContain('without its end');
    writeFileSync(join(dir, 'bad.ndjson'), lines.toSpliced(4, 1, '{').join('\n'));
    await expect(type('replay', join(dir, 'bad.ndjson'))).rejects.toThrow('line 5: it is no JSON');
    await expect(type('replay', join(dir, 'none.ndjson'))).rejects.toThrow('ENOENT');
  });

  it('what-if prints the recorded run and the changed one', async () => {
    const { out, exitCode } = await type(
      'what-if',
      run,
      '--set',
      'debounce.minMs=200',
      '--set',
      'breaker.trip=1',
    );
    expect(exitCode).toBe(0);
    expect(out).toMatch(/off by 0 %/);
    expect(out).toMatch(/^recorded +\d+/m);
    expect(out).toMatch(/^debounce\.minMs=200 breaker\.trip=1 +\d+/m);
  });

  it('what-if names the nearest option for one that there is none of', async () => {
    await expect(type('what-if', run, '--set', 'debounce.maxMss=1')).rejects.toThrow(
      'did you mean debounce.maxMs?',
    );
    await expect(type('what-if', run)).rejects.toThrow('needs something to change');
    await expect(type('what-if', run, '--set', 'concurrency=0')).rejects.toThrow('concurrency (0)');
  });

  it('what-if keeps the recorded functions and streams, and refuses to guess windows of a function', async () => {
    const flushed = fileOf(
      'flushed.ndjson',
      recordedStorm(1, 0, (clock) => ({
        debounce: { minMs: 400, flush$: interval(130, clock).pipe(share()) },
      })),
    );
    const { out } = await type('what-if', flushed, '--set', 'debounce.minMs=401', '--json');
    const { recorded, rows } = JSON.parse(out) as Record<'recorded' | 'rows', never>;
    // Nearly every window is ended by a flush, so that its length makes no difference. Without it, saves would wait.
    expect(rows).toEqual([{ ...Object(recorded), name: 'debounce.minMs=401' }]);

    const chosen = fileOf(
      'chosen.ndjson',
      recordedStorm(1, 0, { debounce: { minMs: 5, maxMs: 500, window: () => 90 } }),
    );
    await expect(type('what-if', chosen, '--set', 'debounce.maxMs=300')).rejects.toThrow(
      'nobody knows what that would have answered',
    );
    expect((await type('what-if', chosen, '--set', 'backoff.maxRetries=0')).exitCode).toBe(0);
  });

  it('explain asks a recorded run about a plugin, or about a path', async () => {
    const explain = (word: string, file: string) => {
      const command = parseCommandLine(['explain', word, '--trace', file]);
      if (command._tag !== 'explain') throw new Error('another command');
      return controlCommand(command);
    };
    expect((await explain('a', run)).out).toMatch(/^a: /m);
    const unknown = await explain('nobody', run);
    expect(unknown.exitCode).toBe(1);
    expect(unknown.err).toContain('its plugins are: a, b, c');
    expect((await explain('x/a/index.ts', run)).out).toContain('was part of what changed in a');

    const { header, records } = recordedStorm(1);
    const ignored = { k: 'ign', at: 5, path: '/x/a/debug.log', why: 'noPlugin' };
    const inner = [...records.slice(0, -1), ignored];
    const odd = fileOf('ignored.ndjson', sealed(header, inner));
    for (const word of ['debug.log', './a/debug.log', '/y/x/a/debug.log']) {
      expect((await explain(word, odd)).out).toMatch(
        /^1970-01-01T00:16:40\.005Z: Its change started nothing: no plugin used it\.$/m,
      );
    }
    expect((await explain('bug.log', odd)).out).toContain('No change of bug.log was seen');
    const hidden = fileOf(
      'hidden.ndjson',
      sealed(Object.assign({ ...header }, { redact: 'paths' }), inner),
    );
    expect((await explain('debug.log', hidden)).err).toContain('--redact none');
    await expect(explain('a', join(dir, 'none'))).rejects.toThrow('ENOENT');
    expect(() => parseCommandLine(['explain', 'a', '--trace', run, '--dir', 'x'])).toThrow(
      'not both',
    );
  });

  it('export prints a test, also of the smallest run that shows something', async () => {
    const whole = await type('export', run, '--plugin', 'a');
    expect(whole.out).toContain("import { hotReload } from 'hotpipe';");
    const small = await type('export', run, '--plugin', 'a', '--minimize', 'EvaluationFailed');
    expect(small.out).toContain("'a: 1 save, as recorded'");
    expect((await type('export', run, '--plugin', 'a', '--minimize', 'Crashed')).exitCode).toBe(1);
    await expect(type('export', run, '--plugin', 'z')).rejects.toThrow('It has: a, b, c.');
  });

  it('export names the trace that its test replays, and keeps the smaller one that it found', async () => {
    const odd = fileOf('my run #1 100%.ndjson', recordedStorm(1));
    const whole = await type('export', odd, '--plugin', 'a', '--form', 'trace');
    await runBeside(dir, whole.out);
    expect(whole.err).toContain(odd);

    const args = ['--plugin', 'a', '--form', 'trace', '--minimize', 'EvaluationFailed'];
    const small = await type('export', odd, ...args);
    const smaller = join(dir, 'my run #1 100%.min.ndjson');
    expect(small.err).toContain(`The test replays ${smaller}: put that file beside it.`);
    await runBeside(dir, small.out);
    const savesIn = (file: string) =>
      readFileSync(file, 'utf8').match(/"k":"in","s":"source","i":\d+,"v"/g)?.length;
    expect(savesIn(odd)).toBe(60);
    expect(savesIn(smaller)).toBe(1);
    rmSync(smaller);
    await expect(runBeside(dir, small.out)).rejects.toThrow('ENOENT');
  });

  it('trace view writes a page with the run inside, for its owner alone, and prints its address', async () => {
    const { out, exitCode } = await type('trace', 'view', run);
    expect(exitCode).toBe(0);
    const page = fileURLToPath(out.trim());
    try {
      expect(statSync(page).mode & 0o077).toBe(0);
      expect(readFileSync(page, 'utf8')).toContain('data-name="run.ndjson"');
    } finally {
      rmSync(join(page, '..'), { recursive: true });
    }
    const named = join(dir, 'named.html');
    await type('trace', 'view', run, '--html', named);
    expect(existsSync(named)).toBe(true);
    const nowhere = join(dir, 'none', 'x.html');
    await expect(type('trace', 'view', run, '--html', nowhere)).rejects.toThrow(
      `${nowhere} cannot be written: ENOENT`,
    );
  });

  it('trace diff and trace view', async () => {
    expect((await type('trace', 'diff', run, run)).exitCode).toBe(0);
    const different = await type('trace', 'diff', run, other);
    expect(different.exitCode).toBe(1);
    expect(different.out).toMatch(/^Event \d+ differs: /);
    await type('trace', 'view', run, '--svg', join(dir, 'run.svg'));
    expect(readFileSync(join(dir, 'run.svg'), 'utf8')).toMatch(/^<svg /);
  });

  it.each([
    [['replay'], 'needs a file'],
    [['replay', 'a', 'b'], 'takes one file'],
    [['replay', 'a', '--svg', 'b'], 'replay has no option --svg'],
    [['export', 'a'], 'needs a plugin'],
    [['export', 'a', '--plugin', 'p', '--form', 'x'], 'unknown --form'],
    [['trace'], 'trace needs a command; use trace diff or trace view'],
    [['trace', 'dif', 'a', 'b'], 'did you mean trace diff?'],
    [['trace', 'diff', 'a'], 'takes two files'],
    [['trace', 'diff', 'a', 'b', '--svg', 'c'], 'draws nothing'],
    [['trace', 'view'], 'takes one file'],
    [['trace', 'view', 'a', '--svg', 'b', '--html', 'c'], 'not both'],
    [['--json', 'replay', 'a'], 'write replay first'],
  ])('%j is refused', async (args, message) => {
    await expect(readCommandLine(args)).rejects.toThrow(message);
  });
});
