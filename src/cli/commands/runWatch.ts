import { stripVTControlCharacters } from 'node:util';
import { messageOf } from '../../model/unknownValue.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import { printEvents } from '../../sinks/printEvents.js';
import type { WatchCommand } from '../arguments/parseCommandLine.js';
import { watchCommand } from './watchCommand.js';

/** How long saving and closing may take before the process ends anyway; a person waits for 2 s at most. */
const CLOSE_LIMIT_MS = 1_500;

/** Runs the host until one of the signals, printing what happens. */
export function runWatch(command: WatchCommand, signals: readonly NodeJS.Signals[]): void {
  const print = command.isJson ? printJson() : printEvents().next;
  const host = watchCommand(command, { onError: ({ message }) => complain(message) });
  let isClosing = false;

  const close = (): void => {
    // npm and a terminal may both pass the same Ctrl+C on: the second changes nothing.
    if (isClosing) return;
    isClosing = true;
    subscription.unsubscribe();
    setTimeout(() => process.exit(0), CLOSE_LIMIT_MS).unref();
    host.close().then(
      () => process.exit(0),
      (error: unknown) => {
        complain(`closing failed: ${String(error)}`);
        process.exit(1);
      },
    );
  };
  const subscription = host.events$.subscribe({ next: print, complete: close });
  for (const signal of signals) process.on(signal, close);
  // The reader of a pipe may leave first (`hotpipe watch --json | head`): that ends the host like a signal.
  process.stdout.on('error', close);
  // Nobody reads the complaints any more: nothing can be said of it, and a complaint about it would be the next one.
  process.stderr.on('error', () => undefined);
  // Thrown by a plugin outside of a call, in a timer of its own say: its host and the other plugins go on.
  process.on('uncaughtException', (error) =>
    complain(`a plugin threw outside of a call: ${stackOf(error)}`),
  );
  process.on('unhandledRejection', (cause) =>
    complain(`a plugin left a rejection unhandled: ${stackOf(cause)}`),
  );
}

/** Events as NDJSON on standard output, and nothing else there: what plugins print goes to standard error. */
function printJson(): (event: unknown) => void {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return (event) => write(`${JSON.stringify(event)}\n`);
}

function complain(text: string): void {
  process.stderr.write(
    `hotpipe: ${escapeText(stripVTControlCharacters(text), { isFrame: true })}\n`,
  );
}

function stackOf(cause: unknown): string {
  try {
    if (cause instanceof Error && typeof cause.stack === 'string') return cause.stack;
  } catch {
    // Its text is not to be had either.
  }
  return messageOf(cause);
}
