import { UsageError } from './UsageError.js';

export interface CallCommand {
  readonly _tag: 'call';
  readonly plugin: string;
  readonly fn: string;
  readonly args: readonly unknown[];
  /** The directory of the running `watch`; undefined: the one that is found. */
  readonly dir: string | undefined;
}

/**
 * The words after `call`. After the function's name everything is JSON: `-5` is a number there, and no option. Undefined:
 * help was asked for. Throws a `UsageError`.
 */
export function parseCall(args: readonly string[]): CallCommand | undefined {
  const words = [...args];
  let dir: string | undefined;
  while (words[0]?.startsWith('-') === true) {
    const [option = ''] = words.splice(0, 1);
    if (option === '-h' || option === '--help') return undefined;
    const inline = /^--dir=(.+)$/.exec(option)?.[1];
    if (option !== '--dir' && inline === undefined) {
      throw new UsageError(`call takes --dir only, but got ${option}`);
    }
    dir = inline ?? words.shift();
    if (dir === undefined) throw new UsageError('--dir needs a value; see hotpipe --help');
  }
  const [plugin, fn, ...texts] = words;
  if (plugin === undefined || fn === undefined) {
    throw new UsageError(
      'call needs a plugin and a function; try: hotpipe call counter increment 1',
    );
  }
  return { _tag: 'call', plugin, fn, args: texts.map(parseArgument), dir };
}

function parseArgument(json: string, index: number): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return value;
  } catch {
    throw new UsageError(
      `argument ${index + 1} (${json}) is not JSON; write a text in quotes: '${JSON.stringify(json)}'`,
    );
  }
}
