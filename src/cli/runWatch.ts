import { escapeText } from '../sinks/escapeText.js';
import { printEvents } from '../sinks/printEvents.js';
import type { WatchCommand } from './parseCommandLine.js';
import { watchCommand } from './watchCommand.js';

/** How long saving and closing may take before the process ends anyway; a person waits for 2 s at most. */
const CLOSE_LIMIT_MS = 1_500;

const EXIT_INTERRUPTED_AGAIN = 130;

/** Runs the host until a signal, printing what happens. */
export function runWatch(command: WatchCommand): void {
  const host = watchCommand(command);
  const print = command.isJson
    ? (event: unknown) => process.stdout.write(`${JSON.stringify(event)}\n`)
    : printEvents().next;
  let isClosing = false;

  const close = (): void => {
    if (isClosing) process.exit(EXIT_INTERRUPTED_AGAIN);
    isClosing = true;
    subscription.unsubscribe();
    setTimeout(() => process.exit(0), CLOSE_LIMIT_MS).unref();
    host.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`hotpipe: closing failed: ${escapeText(String(error))}\n`);
        process.exit(1);
      },
    );
  };
  const subscription = host.events$.subscribe({ next: print, complete: close });
  process.on('SIGINT', close);
  process.on('SIGTERM', close);
  // The reader of a pipe may leave first (`hotpipe watch --json | head`): that ends the host like a signal.
  process.stdout.on('error', close);
}
