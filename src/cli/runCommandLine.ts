import { readFileSync } from 'node:fs';
import { messageOf } from '../model/unknownValue.js';
import { escapeText } from '../sinks/terminal/escapeText.js';
import { requireDirectory, requireFile, requireStateDirectory } from './arguments/directories.js';
import { helpText } from './arguments/helpText.js';
import { readCommandLine } from './arguments/parseCommandLine.js';
import { UsageError } from './arguments/UsageError.js';

const EXIT_HOST_FAILED = 1;
const EXIT_USAGE = 2;
/** SIGHUP: the terminal was closed. Without a listener the host ends as if it had crashed, and the state since the last save is lost. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What may be told of a run. */
export interface CommandLineOptions {
  /** Called when `watch` has loaded each plugin once, or has failed to. */
  readonly onFirstLoad?: () => void;
}

/** Does what the arguments of this process ask for. The exit code is that of the process. */
export async function runCommandLine({ onFirstLoad }: CommandLineOptions = {}): Promise<void> {
  // The reader of a pipe may leave early (`hotpipe --help | head -1`). That is no error, and nobody is left to read one.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);

  try {
    const command = await readCommandLine(process.argv.slice(2));
    switch (command._tag) {
      case 'help':
        process.stdout.write(helpText);
        break;
      case 'version':
        process.stdout.write(`${ownVersion()}\n`);
        break;
      case 'check': {
        const dir = requireDirectory(command.dir);
        const { checkCommand } = await import('./commands/checkCommand.js');
        const { text, exitCode } = await checkCommand({ ...command, dir }, process.stdout);
        process.stdout.write(text);
        process.exitCode = exitCode;
        break;
      }
      case 'doctor': {
        const { doctorCommand } = await import('./commands/doctorCommand.js');
        const { text, exitCode } = doctorCommand(requireDirectory(command.dir));
        process.stdout.write(text);
        process.exitCode = exitCode;
        break;
      }
      case 'new': {
        const { newCommand } = await import('./commands/newCommand.js');
        process.stdout.write(newCommand(command));
        break;
      }
      case 'call':
      case 'explain':
      case 'status': {
        const { controlCommand } = await import('./commands/controlCommands.js');
        const printed = await controlCommand(command);
        process.stdout.write(printed.out);
        process.stderr.write(printed.err);
        process.exitCode = printed.exitCode;
        break;
      }
      case 'fleet': {
        const { fleetCommand, openNats } = await import('./fleet/fleetCommand.js');
        process.exitCode = await fleetCommand(command, {
          print: (printed) => process.stdout.write(printed),
          printError: (printed) => process.stderr.write(printed),
          ended: () =>
            new Promise<void>((resolve) => {
              for (const signal of SIGNALS) process.once(signal, () => resolve());
            }),
          open: openNats,
        });
        break;
      }
      case 'replay':
      case 'what-if':
      case 'export':
      case 'trace diff':
      case 'trace view': {
        const { traceCommand } = await import('./commands/traceCommands.js');
        const printed = await traceCommand(command);
        process.stdout.write(printed.out);
        process.stderr.write(printed.err);
        process.exitCode = printed.exitCode;
        break;
      }
      case 'watch': {
        const dir =
          command.isModule === true ? requireFile(command.dir) : requireDirectory(command.dir);
        // Until the host runs there is nothing to save: a signal ends the process at once, with the same exit code.
        for (const signal of SIGNALS) process.on(signal, endEarly);
        if (command.stateDir !== undefined) await requireStateDirectory(command.stateDir);
        // Loaded on demand: a wrong command line is answered before RxJS and the compiler are loaded.
        const { announceWatch } = await import('./commands/announceWatch.js');
        announceWatch({ ...command, dir });
        const { watchCommand } = await import('./commands/watchCommand.js');
        await watchCommand({ ...command, dir }, SIGNALS, onFirstLoad);
        for (const signal of SIGNALS) process.off(signal, endEarly);
      }
    }
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const message = messageOf(error);
    process.stderr.write(`hotpipe: ${escapeText(message)}\n`);
    process.exitCode = isUsage ? EXIT_USAGE : EXIT_HOST_FAILED;
  }
}

function endEarly(): void {
  process.exit(0);
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
