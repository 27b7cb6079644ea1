import { stripVTControlCharacters } from 'node:util';
import { messageOf } from '../../model/unknownValue.js';
import { printEvents } from '../../sinks/printEvents.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import type { WatchCommand } from '../arguments/parseCommandLine.js';
import { createHost } from './createHost.js';

/**
 * How long saving and closing may take before the process ends anyway, in milliseconds. `watch` must end within 2 s.
 */
const CLOSE_LIMIT_MS = 1_500;

/** What `hotpipe watch` does: runs a host and prints its events until one of the signals comes. */
export function watchCommand(command: WatchCommand, signals: readonly NodeJS.Signals[]): void {
  const print = command.isJson ? printJson() : printEvents().next;
  const host = createHost(command, { onError: ({ message }) => printError(message) });
  let isClosing = false;

  const close = (): void => {
    // Both npm and the terminal may pass on the same Ctrl+C: the second one is ignored.
    if (isClosing) return;
    isClosing = true;
    subscription.unsubscribe();
    setTimeout(() => process.exit(0), CLOSE_LIMIT_MS).unref();
    host.close().then(
      () => process.exit(0),
      (error: unknown) => {
        printError(`the host did not close: ${messageOf(error)}`);
        process.exit(1);
      },
    );
  };
  const subscription = host.events$.subscribe({ next: print, complete: close });
  for (const signal of signals) process.on(signal, close);
  // The reader of a pipe may leave (`hotpipe watch --json | head`): that ends the host like a signal.
  process.stdout.on('error', close);
  // The reader of standard error has left. Another message there would fail in the same way.
  process.stderr.on('error', () => undefined);
  // A plugin that throws outside of a call, such as in a timer, must not end the host and the other plugins.
  process.on('uncaughtException', (error) =>
    printError(`a plugin threw outside of a call${host.whereIn(error)}: ${stackOf(error)}`),
  );
  process.on('unhandledRejection', (reason) =>
    printError(
      `a plugin did not handle a rejected promise${host.whereIn(reason)}: ${stackOf(reason)}`,
    ),
  );
}

/**
 * Prints events to standard output as NDJSON. Output of plugins is redirected to standard error, so that standard
 * output contains only events.
 */
function printJson(): (event: unknown) => void {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return (event) => write(`${JSON.stringify(event)}\n`);
}

function printError(text: string): void {
  process.stderr.write(
    `hotpipe: ${escapeText(stripVTControlCharacters(text), { isFrame: true })}\n`,
  );
}

function stackOf(cause: unknown): string {
  try {
    if (cause instanceof Error && typeof cause.stack === 'string') return cause.stack;
  } catch {
    // Reading `stack` may run code of the plugin, which threw.
  }
  return messageOf(cause);
}
