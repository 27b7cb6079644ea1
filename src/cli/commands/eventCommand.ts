import { spawn } from 'node:child_process';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';

/** So many events may wait for the command; more are dropped, and the drop is told. */
const MAX_WAITING_COUNT = 1000;

/** Runs a shell command per event, one at a time, in the order of the events. */
export interface EventCommand {
  next(event: ReloadEvent): void;
  /** Runs nothing more, and ends the command that runs now. */
  close(): void;
}

/**
 * Gives each event as JSON to the standard input of a shell command. What the command prints goes to standard error: the
 * standard output of `watch --json` has events only.
 *
 * @param onProblem - Called with what went wrong: the command did not start, or ended with another code than 0. The same
 *   problem is told once in a row.
 */
export function eventCommand(command: string, onProblem: (text: string) => void): EventCommand {
  const waiting: ReloadEvent[] = [];
  let running: ReturnType<typeof spawn> | undefined;
  let isClosed = false;
  let lastProblem: string | undefined;

  const tell = (problem: string | undefined): void => {
    if (problem !== undefined && problem !== lastProblem) onProblem(problem);
    lastProblem = problem;
  };
  const runNext = (): void => {
    const event = waiting.shift();
    if (event === undefined || isClosed) return;
    const child = spawn(command, { shell: true, stdio: ['pipe', 2, 2] });
    running = child;
    let problem: string | undefined;
    child.on('error', (error) => (problem = `--on-event: ${error.message}`));
    child.on('close', (code, signal) => {
      running = undefined;
      if (code !== 0 && !isClosed) problem ??= `--on-event: ended with ${code ?? signal ?? '?'}`;
      tell(problem);
      runNext();
    });
    // A command that does not read its input ends the pipe. That is its right.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${JSON.stringify(event)}\n`);
  };
  return {
    next: (event) => {
      if (isClosed) return;
      if (waiting.length >= MAX_WAITING_COUNT) {
        waiting.shift();
        tell(`--on-event: the command is too slow, so events were dropped`);
      }
      waiting.push(event);
      if (running === undefined) runNext();
    },
    close: () => {
      isClosed = true;
      running?.kill();
    },
  };
}
