import { type Command, isTraceCommand } from './Command.js';
import { parseCommandLine } from './parseCommandLine.js';

/**
 * The command that was typed, of all that there are. Rejects with a `UsageError` that says what is wrong and what would be right.
 *
 * What the commands of a fleet and those about traces may say is loaded when one of them is typed: a host starts without it.
 *
 * @param args - The words after the program's name.
 */
export async function readCommandLine(args: readonly string[]): Promise<Command> {
  const [first, ...others] = args;
  const help: Command = { _tag: 'help' };
  if (first === 'fleet') {
    const { parseFleet } = await import('./parseFleet.js');
    return parseFleet(others) ?? help;
  }
  if (isTraceCommand(first)) {
    const { parseTraceCommand } = await import('./parseTraceCommand.js');
    return parseTraceCommand(first, others) ?? help;
  }
  return parseCommandLine(args);
}
