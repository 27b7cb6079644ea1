/**
 * A `ReloadTarget` for programs without plugins. A reload checks the new code, ends the child process gracefully, waits until
 * its port is free, starts it again, and waits until it listens. While the check fails, such as on a typo, the old process
 * goes on. State and earlier versions do not survive a restart: calls that ask for them fail and say so.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { resolve, sep } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { none } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type {
  Aborted,
  CompilationFailed,
  Crashed,
  PluginNotFound,
  ReloadError,
  ReloadFailure,
  ReloadOptions,
  ReloadResult,
  ReloadTarget,
  TimedOut,
  UnstampedEvent,
} from 'hotpipe';
import { Subject } from 'rxjs';

/** How often the port is tried, in milliseconds. */
const POLL_INTERVAL_MS = 20;
const STDERR_TAIL_CHARACTERS = 2_000;

export interface ChildProcessOptions {
  /** Name of the program in events. */
  readonly name: string;
  /** Program and arguments. There is no shell between, so that a signal reaches the program itself. */
  readonly command: readonly [string, ...string[]];
  /** A change of these folders and files restarts the program. */
  readonly sources: readonly string[];
  /** Runs before the old process is ended. Unless it exits with 0, the old process goes on. */
  readonly check?: readonly [string, ...string[]];
  /** The port that the program listens on. A restart waits until it is free, and then until it accepts connections. */
  readonly port?: number;
  /** Environment variables, besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Time between SIGTERM and SIGKILL, in milliseconds. Default 5,000. */
  readonly stopTimeoutMs?: number;
  /** Longest time to the first accepted connection, in milliseconds. Default 10,000. */
  readonly startTimeoutMs?: number;
}

export class ChildProcessTarget implements ReloadTarget {
  /** Reports a child that ended by itself. `hotReload` emits it in its stream. */
  readonly events$ = new Subject<UnstampedEvent>();
  readonly #options: ChildProcessOptions;
  /** The process that serves; undefined while none does. */
  #child: ChildProcess | undefined;
  /** Counts the processes that have served. */
  #version = 0;
  /** Settles when the work on the child that was ordered last is done. */
  #lastWork: Promise<unknown> = Promise.resolve();

  constructor(options: ChildProcessOptions) {
    this.#options = options;
  }

  pluginsOf(path: string): readonly string[] {
    const { name, sources } = this.#options;
    const isOwn = sources
      .map((source) => resolve(source))
      .some((source) => path === source || path.startsWith(source + sep));
    return isOwn ? [name] : [];
  }

  plugins(): readonly { readonly plugin: string; readonly version: number }[] {
    return [{ plugin: this.#options.name, version: this.#child ? this.#version : 0 }];
  }

  validatePlugin(plugin: string): TaskEither<ReloadError, void> {
    return this.#enqueue(plugin, () => this.#check());
  }

  reloadPlugin(
    plugin: string,
    { signal }: ReloadOptions = {},
  ): TaskEither<ReloadError, ReloadResult> {
    return this.#enqueue(plugin, async () => {
      const stageMs: Record<string, number> = {};
      const from = this.#child ? this.#version : 0;
      const checked = await timed(stageMs, 'validate', () => this.#check());
      if (checked._tag === 'Left') return checked;
      if (signal?.aborted === true) return left(aborted(plugin));
      await timed(stageMs, 'stop', () => this.#stop());
      const started = await timed(stageMs, 'start', () => this.#start(signal));
      return started._tag === 'Left' ? started : right({ from, to: this.#version, stageMs });
    });
  }

  restartPlugin(plugin: string): TaskEither<ReloadError, { readonly version: number }> {
    return this.#enqueue(plugin, async () => {
      await this.#stop();
      const started = await this.#start(undefined);
      return started._tag === 'Left' ? started : right({ version: this.#version });
    });
  }

  unloadPlugin(plugin: string): TaskEither<ReloadError, void> {
    return this.#enqueue(plugin, async () => right(await this.#stop()));
  }

  getPluginState(plugin: string): TaskEither<ReloadError, typeof none> {
    return this.#enqueue(plugin, () => Promise.resolve(right(none)));
  }

  restorePluginState(plugin: string): TaskEither<ReloadError, never> {
    const reason = 'a child process has no state that could be restored';
    return refuse({ _tag: 'StateRejected', plugin, reason, message: `${plugin}: ${reason}.` });
  }

  replacePlugin(plugin: string, version: number): TaskEither<ReloadError, never> {
    const message = `${plugin} has no version ${version}: only the files on disk can be started.`;
    return refuse({ _tag: 'VersionNotKept', plugin, version, kept: [], message });
  }

  /** Ends the child and the stream of events, when the host ends. */
  async close(): Promise<void> {
    await this.unloadPlugin(this.#options.name)();
    this.events$.complete();
  }

  /** Runs work on the child, after the work before it. */
  #enqueue<A>(
    plugin: string,
    work: () => Promise<Either<ReloadError, A>>,
  ): TaskEither<ReloadError, A> {
    return () => {
      if (plugin !== this.#options.name) {
        const message = `There is no plugin "${plugin}" here, only "${this.#options.name}".`;
        return Promise.resolve(left<PluginNotFound>({ _tag: 'PluginNotFound', plugin, message }));
      }
      const outcome = this.#lastWork.then(work);
      this.#lastWork = outcome;
      return outcome;
    };
  }

  #spawn([program, ...args]: readonly [string, ...string[]]): ChildProcess {
    return spawn(program, args, {
      stdio: ['ignore', 'inherit', 'pipe'],
      env: { ...process.env, ...this.#options.env },
    });
  }

  async #check(): Promise<Either<ReloadError, void>> {
    const { check, name: plugin } = this.#options;
    if (check === undefined) return right(undefined);
    const { code, stderr } = await ended(this.#spawn(check));
    if (code === 0) return right(undefined);
    const [headline = ''] = stderr.split('\n', 1);
    const message = `${check.join(' ')} found an error: ${headline}`;
    const file = check.at(-1) ?? '';
    return left<CompilationFailed>({
      _tag: 'CompilationFailed',
      plugin,
      message,
      file,
      line: 1,
      column: 1,
      frame: stderr,
    });
  }

  /** Sends SIGTERM, and SIGKILL when the time is up. */
  async #stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || hasEnded(child)) return;
    const { stopTimeoutMs = 5_000 } = this.#options;
    const exit = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    const limit = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await exit;
    clearTimeout(limit);
  }

  async #start(signal: AbortSignal | undefined): Promise<Either<ReloadError, void>> {
    const { name: plugin, command, port, startTimeoutMs = 10_000 } = this.#options;
    const isUp = () => (port === undefined ? Promise.resolve(true) : accepts(port));
    const deadlineMs = performance.now() + startTimeoutMs;
    const isLate = () => performance.now() > deadlineMs;
    while (port !== undefined && (await accepts(port))) {
      if (isLate())
        return left(
          timedOut(plugin, 'port', startTimeoutMs, `port ${port} is in use by another process`),
        );
      await wait(POLL_INTERVAL_MS);
    }
    const child = this.#spawn(command);
    const exit = ended(child);
    let crash: Crashed | undefined;
    void exit.then(({ code, by, stderr }) => {
      const reason = `${command.join(' ')} ended with ${code ?? by ?? 'an error'}`;
      crash = { _tag: 'Crashed', plugin, reason, message: `${reason}. ${stderr}`.trim() };
      if (this.#child !== child) return;
      this.#child = undefined;
      this.events$.next({
        _tag: 'ReloadFailed',
        plugin,
        error: crash,
        stillServing: null,
        willRetry: false,
      });
    });
    const giveUp = async (error: ReloadFailure) => {
      child.kill('SIGKILL');
      await exit;
      return left(error);
    };
    while (!(await isUp())) {
      if (crash) return left(crash);
      if (signal?.aborted === true) return giveUp(aborted(plugin));
      if (isLate())
        return giveUp(
          timedOut(plugin, 'start', startTimeoutMs, `nothing listens on port ${port ?? 0}`),
        );
      await wait(POLL_INTERVAL_MS);
    }
    if (hasEnded(child)) return left((await exit.then(() => crash)) ?? aborted(plugin));
    this.#child = child;
    this.#version += 1;
    return right(undefined);
  }
}

interface End {
  readonly code: number | null;
  readonly by: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Resolves when the child has ended, with the last of its error output, which is also passed on. */
function ended(child: ChildProcess): Promise<End> {
  let stderr = '';
  child.stderr?.on('data', (text: Buffer) => {
    process.stderr.write(text);
    stderr = (stderr + String(text)).slice(-STDERR_TAIL_CHARACTERS);
  });
  return new Promise((done) => {
    child.once('error', ({ message }) => done({ code: null, by: null, stderr: message }));
    child.once('close', (code, by) => done({ code, by, stderr }));
  });
}

function hasEnded({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null || pid === undefined;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (is: boolean) => {
      socket.destroy();
      done(is);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}

async function timed<A>(
  stageMs: Record<string, number>,
  stage: string,
  work: () => Promise<A>,
): Promise<A> {
  const startMs = performance.now();
  try {
    return await work();
  } finally {
    stageMs[stage] = performance.now() - startMs;
  }
}

function refuse(error: ReloadFailure): TaskEither<ReloadError, never> {
  return () => Promise.resolve(left(error));
}

function aborted(plugin: string): Aborted {
  return {
    _tag: 'Aborted',
    plugin,
    reason: 'aborted',
    message: `The restart of ${plugin} was aborted.`,
  };
}

function timedOut(plugin: string, phase: string, limitMs: number, why: string): TimedOut {
  return {
    _tag: 'TimedOut',
    plugin,
    phase,
    limitMs,
    message: `${plugin}: ${why} after ${limitMs} ms.`,
  };
}
