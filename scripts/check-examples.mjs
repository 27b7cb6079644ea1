// Runs the example programs as a person would. It starts each one on a copy of the plugins, saves a file, waits until the new version
// serves, ends the program by a signal, and expects exit code 0.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const LIMIT_MS = 30_000;

const programs = [
  {
    name: 'development',
    ready: [/watching for changes/, /counter serves/],
    done: /counter reloaded version 1 → 2/,
    signal: 'SIGINT',
  },
  {
    name: 'selective',
    ready: [/watching for changes/],
    done: /counter reloaded version 1 → 2/,
    signal: 'SIGINT',
  },
  {
    name: 'production',
    ready: [/watching for changes/, /"_tag":"Loaded".*"counter"/],
    done: /"_tag":"Reloaded".*"counter"/,
    signal: 'SIGTERM',
    readsLog: true,
  },
  { name: 'host', ready: [/count 2/], done: /counter reloaded version 1 → 2/, signal: 'SIGINT' },
];

for (const program of programs) await run(program);
console.log(`${programs.length} example programs run`);

async function run({ name, ready, done, signal, readsLog = false }) {
  const dir = mkdtempSync(join(tmpdir(), `hotpipe-${name}-`));
  for (const part of ['plugins', 'shared'])
    cpSync(`examples/${part}`, join(dir, part), { recursive: true });
  const file = join(dir, 'plugins/counter/index.ts');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', `examples/${name}.ts`, join(dir, 'plugins'), join(dir, 'state')],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NO_COLOR: '1' } },
  );
  const output = [];
  let isSaved = false;
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const exited = new Promise((resolve) => child.once('exit', (code, by) => resolve(code ?? by)));
  try {
    for await (const line of linesOf(
      child,
      readsLog ? join(dir, 'state/reloads.ndjson') : undefined,
    )) {
      output.push(line);
      if (!isSaved && ready.every((sign) => output.some((text) => sign.test(text)))) {
        isSaved = true;
        writeFileSync(file, readFileSync(file, 'utf8').replace('STEP = 1', 'STEP = 2'));
      }
      if (done.test(line)) child.kill(signal);
    }
    const code = await exited;
    if (code !== 0)
      throw new Error(`examples/${name}.ts ended with ${code}:\n${output.join('\n')}`);
  } finally {
    clearTimeout(limit);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The lines that the program prints, and those of its log, while it runs. */
async function* linesOf(child, log) {
  if (log === undefined) {
    yield* createInterface({ input: child.stdout });
    return;
  }
  const pending = [];
  createInterface({ input: child.stdout }).on('line', (line) => pending.push(line));
  let seen = 0;
  while (child.exitCode === null && child.signalCode === null) {
    yield* pending.splice(0);
    const lines = readLines(log);
    yield* lines.slice(seen);
    seen = lines.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function readLines(file) {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return []; // not written yet
  }
}
