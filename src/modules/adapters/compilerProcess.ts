import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createSemaphore } from '../../model/concurrency.js';
import { nextTurn } from './eventLoop.js';

/** A source, and the options that the transpiler takes. */
export interface CheckedSource {
  readonly path: string;
  readonly source: string;
  readonly options: object;
}

/** An error of the transpiler. `start` is an offset in bytes of UTF-8. */
export interface ListedError {
  readonly message: string;
  readonly help: string | null;
  readonly start: number;
}

/** `endless`: it did not end in time, and was ended. `unavailable`: this process may not, or cannot, start others. */
export type ErrorList =
  | { readonly kind: 'listed'; readonly errors: readonly ListedError[] }
  | { readonly kind: 'endless' | 'unavailable' };

/** Each one takes 50 MB for as long as it runs. */
const MAX_PROCESS_COUNT = 2;
/** One that has answered waits so long for the next source: whoever saves a large file saves it again, and a start takes 0.1 s. */
const IDLE_MS = 20_000;

/**
 * What the process runs: the transpiler works in a thread, so that the process hears when its host has ended, and ends too. `process.exit`
 * would wait for that thread.
 */
const PROGRAM = `
  const transpiler = require(process.argv[1]);
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.on('message', ({ path, source, options }) => {
    const listed = ({ errors }) => errors.map(({ message, helpMessage, labels }) => ({
      message, help: helpMessage, start: labels[0] ? labels[0].start : 0,
    }));
    transpiler.transform(path, source, options).then((made) => process.send(listed(made)));
  });
`;

const withProcess = createSemaphore(MAX_PROCESS_COUNT, nextTurn);
/** A process that has answered and waits for the next source. */
let idle: ChildProcess | undefined;
let idleTimer: NodeJS.Timeout | undefined;

/**
 * Lists the errors of a source in a process of its own, which is ended when that takes longer than `limitMs`. A thread of the transpiler's
 * cannot be ended: it draws each error, in a time that grows with the length of its line and with how far down that is, and gives no way to
 * stop.
 */
export function listErrorsApart(checked: CheckedSource, limitMs: number): Promise<ErrorList> {
  return withProcess(async () => {
    try {
      const kept = takeIdle();
      const list = kept && (await listed(kept, checked, limitMs));
      // One that waited may have ended meanwhile.
      return list === undefined || list.kind === 'unavailable'
        ? await listed(start(), checked, limitMs)
        : list;
    } catch {
      return { kind: 'unavailable' };
    }
  });
}

function start(): ChildProcess {
  const transpiler = createRequire(import.meta.url).resolve('oxc-transform');
  return spawn(process.execPath, ['-e', PROGRAM, transpiler], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // What the host asked of itself, such as loaders or a debugger, is not for this process.
    env: {
      ...process.env,
      ...{ NODE_OPTIONS: '', NODE_V8_COVERAGE: '', ELECTRON_RUN_AS_NODE: '1' },
    },
  });
}

function listed(child: ChildProcess, checked: CheckedSource, limitMs: number): Promise<ErrorList> {
  return new Promise((resolve) => {
    const end = (list: ErrorList) => {
      clearTimeout(timer);
      for (const name of ['message', 'error', 'exit']) child.removeAllListeners(name);
      // What is still to come of it concerns nobody, and must not end the host.
      child.on('error', () => undefined);
      if (list.kind === 'listed') keepIdle(child);
      else child.kill('SIGKILL');
      resolve(list);
    };
    const fail = () => end({ kind: 'unavailable' });
    const timer = setTimeout(() => end({ kind: 'endless' }), limitMs);
    child.once('message', (errors: unknown) =>
      isErrors(errors) ? end({ kind: 'listed', errors }) : fail(),
    );
    // It could not be started, or something else has ended it.
    child.once('error', fail);
    child.once('exit', fail);
    child.send(checked, (error) => {
      if (error) fail();
    });
  });
}

function takeIdle(): ChildProcess | undefined {
  const child = idle;
  clearTimeout(idleTimer);
  idle = undefined;
  child?.removeAllListeners('exit');
  child?.ref();
  child?.channel?.ref();
  return child?.connected === true ? child : undefined;
}

/** It keeps no host alive. */
function keepIdle(child: ChildProcess): void {
  if (idle !== undefined) {
    child.kill('SIGKILL');
    return;
  }
  idle = child;
  const forget = () => {
    if (idle !== child) return;
    idle = undefined;
    child.kill('SIGKILL');
  };
  child.once('exit', forget);
  child.unref();
  child.channel?.unref();
  idleTimer = setTimeout(forget, IDLE_MS).unref();
}

/** The content of the list is not checked: our own program sends it. */
function isErrors(value: unknown): value is readonly ListedError[] {
  return Array.isArray(value);
}
