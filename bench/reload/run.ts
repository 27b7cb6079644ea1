/**
 * Edit to live: from the write of a plugin's file to the first call that the new code answers. Each tool runs in a
 * process of its own, all at once; the edits go round (A B C A B C), so that the machine's moods meet all alike.
 *
 *   npm run build && npm run bench:install && node --import tsx bench/reload/run.ts [rounds]
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { median, quantile } from '../medians.ts';
import { writePlugin, type PluginShape } from './writePlugin.ts';

const ROUNDS = Number(process.argv[2] ?? 40);
const GAP_MS = 400; // between edits of one tool: nodemon is up again by then
const STUCK_AFTER_MS = 10_000;
const ANSWER_LIMIT_MS = 1_000;
const HOSTS = fileURLToPath(new URL('hosts', import.meta.url));
const NODEMON = fileURLToPath(new URL('../node_modules/nodemon/bin/nodemon.js', import.meta.url));

interface Tool {
  readonly name: string;
  readonly language: PluginShape['language'];
  /** A restart tool costs a second an edit: fewer rounds show enough. */
  readonly everyNthRound: number;
  readonly command: (dir: string, socket: string) => readonly string[];
}

const TOOLS: readonly Tool[] = [
  {
    name: 'hotpipe (ts, chokidar)',
    language: 'ts',
    everyNthRound: 1,
    command: (dir, socket) => [join(HOSTS, 'hotpipe.mjs'), dir, socket, 'chokidar'],
  },
  {
    name: 'hotpipe (ts, nodeFs)',
    language: 'ts',
    everyNthRound: 1,
    command: (dir, socket) => [join(HOSTS, 'hotpipe.mjs'), dir, socket, 'nodeFs'],
  },
  {
    name: 'hot-hook (js)',
    language: 'js',
    everyNthRound: 1,
    command: (dir, socket) => [join(HOSTS, 'hotHook.mjs'), dir, socket],
  },
  {
    name: 'nodemon (js)',
    language: 'js',
    everyNthRound: 4,
    command: (dir, socket) => [
      NODEMON,
      '--quiet',
      '--watch',
      dir,
      join(HOSTS, 'restarted.mjs'),
      dir,
      socket,
    ],
  },
];

async function compare(fileCount: PluginShape['fileCount']): Promise<void> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-bench-')));
  symlinkSync(
    fileURLToPath(new URL('../node_modules', import.meta.url)),
    join(root, 'node_modules'),
  );
  const started = TOOLS.map((tool, i) => {
    const dir = join(root, `tool${i}`, 'plugin');
    const edit = writePlugin(dir, { fileCount, language: tool.language });
    const socket = join(root, `${i}.sock`);
    const child = spawn(process.execPath, [...tool.command(dir, socket)], { stdio: 'ignore' });
    return { tool, edit, child, asker: new Asker(socket), tookMs: [] as number[], stuck: 0 };
  });
  try {
    for (const { asker, tool } of started) await untilAnswers(asker, 0, tool.name);
    for (let round = 1; round <= ROUNDS; round++) {
      for (const run of started) {
        if (round % run.tool.everyNthRound !== 0) continue;
        const startMs = performance.now();
        run.edit(round);
        const isLive = await untilAnswers(run.asker, round, run.tool.name).catch(() => false);
        if (isLive === false) run.stuck++;
        else run.tookMs.push(performance.now() - startMs);
      }
      await wait(GAP_MS);
    }
    const ours = median(started[0]?.tookMs ?? []);
    console.log(
      `\n${fileCount} file${fileCount > 1 ? 's, edit in a leaf' : ''}, ${ROUNDS} rounds, Node ${process.version}`,
    );
    console.log(
      '| tool | p50 ms | p95 ms | stuck | times the first row |\n| --- | --- | --- | --- | --- |',
    );
    for (const { tool, tookMs, stuck } of started) {
      const p50 = median(tookMs);
      const cells = [
        tool.name,
        p50.toFixed(1),
        quantile(tookMs, 0.95).toFixed(1),
        stuck,
        (p50 / ours).toFixed(2),
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
  } finally {
    for (const { child, asker } of started) {
      asker.close();
      await end(child);
    }
    rmSync(root, { recursive: true, force: true });
  }
}

/** Asks one host, over one connection, and connects again when a restart has cut it. */
class Asker {
  readonly #path: string;
  #socket: Socket | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  ask(): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = this.#connected();
      const done = (act: () => void) => {
        clearTimeout(limit);
        socket.off('data', onData).off('close', onLost);
        act();
      };
      const onData = (data: Buffer) => done(() => resolve(String(data).trim()));
      const onLost = () => done(() => reject(new Error('connection lost')));
      const limit = setTimeout(() => socket.destroy(), ANSWER_LIMIT_MS);
      socket.on('data', onData).on('close', onLost);
      socket.write('?');
    });
  }

  /** The connection, made anew when a restart has cut it. */
  #connected(): Socket {
    if (this.#socket === undefined || this.#socket.destroyed) {
      this.#socket = connect(this.#path).on('error', () => undefined); // `close` follows
    }
    return this.#socket;
  }

  close(): void {
    this.#socket?.destroy();
  }
}

async function untilAnswers(asker: Asker, value: number, name: string): Promise<true> {
  const deadlineMs = performance.now() + STUCK_AFTER_MS;
  while (performance.now() < deadlineMs) {
    const answer = await asker.ask().catch(() => 'down');
    if (answer === String(value)) return true;
    await wait(1);
  }
  throw new Error(`${name} never answered ${value}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([exited, wait(2_000).then(() => child.kill('SIGKILL'))]);
}

for (const fileCount of [1, 20] as const) await compare(fileCount);
