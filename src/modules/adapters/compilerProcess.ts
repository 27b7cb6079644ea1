import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

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

/**
 * What the process runs: the transpiler works in a thread, so that the process hears when its host has ended, and ends too. `process.exit`
 * would wait for that thread.
 */
const PROGRAM = `
  const transpiler = require(process.argv[1]);
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.once('message', ({ path, source, options }) => {
    const listed = ({ errors }) => errors.map(({ message, helpMessage, labels }) => ({
      message, help: helpMessage, start: labels[0] ? labels[0].start : 0,
    }));
    transpiler.transform(path, source, options).then((made) => process.send(listed(made)));
  });
`;

let processCount = 0;
const waiting: (() => void)[] = [];

/**
 * Lists the errors of a source in a process of its own, which is ended after `limitMs`. A thread of the transpiler's cannot be ended: it draws
 * each error, in a time that grows with the length of its line and with how far down that is, and gives no way to stop.
 */
export async function listErrorsApart(checked: CheckedSource, limitMs: number): Promise<ErrorList> {
  if (processCount >= MAX_PROCESS_COUNT)
    await new Promise<void>((resolve) => waiting.push(resolve));
  processCount += 1;
  try {
    return await listed(checked, limitMs);
  } catch {
    return { kind: 'unavailable' };
  } finally {
    processCount -= 1;
    waiting.shift()?.();
  }
}

function listed(checked: CheckedSource, limitMs: number): Promise<ErrorList> {
  const transpiler = createRequire(import.meta.url).resolve('oxc-transform');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', PROGRAM, transpiler], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // What the host asked of itself, such as loaders or a debugger, is not for this process.
      env: {
        ...process.env,
        ...{ NODE_OPTIONS: '', NODE_V8_COVERAGE: '', ELECTRON_RUN_AS_NODE: '1' },
      },
    });
    const end = (list: ErrorList) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      resolve(list);
    };
    const timer = setTimeout(() => end({ kind: 'endless' }), limitMs);
    child.once('message', (errors: unknown) => {
      end(isErrors(errors) ? { kind: 'listed', errors } : { kind: 'unavailable' });
    });
    // It could not be started, or something else has ended it.
    child.once('error', () => end({ kind: 'unavailable' }));
    child.once('exit', () => end({ kind: 'unavailable' }));
    child.send(checked, (error) => {
      if (error) reject(error);
    });
  });
}

/** The content of the list is not checked: our own program sends it. */
function isErrors(value: unknown): value is readonly ListedError[] {
  return Array.isArray(value);
}
