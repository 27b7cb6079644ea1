import { resolve } from 'node:path';
import { UsageError } from './UsageError.js';

export interface ExplainCommand {
  readonly _tag: 'explain';
  /** A plugin's name, or a path. */
  readonly word: string;
  /** The word as an absolute path. */
  readonly path: string;
  /** The directory of the running `watch`; undefined: the one that is found. */
  readonly dir: string | undefined;
  /** Whether the whole answer is printed as JSON. */
  readonly isJson: boolean;
}

/** The words after `explain`. Undefined: help was asked for. Throws a `UsageError`. */
export function parseExplain(args: readonly string[]): ExplainCommand | undefined {
  const words: string[] = [];
  let dir: string | undefined;
  let isJson = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '-h' || arg === '--help') return undefined;
    if (arg === '--json') isJson = true;
    else if (arg === '--dir') {
      at += 1;
      dir = args[at];
      if (dir === undefined) throw new UsageError('--dir needs a value; see hotpipe --help');
    } else if (arg.startsWith('--dir=')) dir = arg.slice('--dir='.length);
    else if (arg.startsWith('-')) {
      throw new UsageError(`explain takes --dir and --json only, but got ${arg}`);
    } else words.push(arg);
  }
  const [word, ...surplus] = words;
  if (word === undefined || word === '' || surplus.length > 0) {
    throw new UsageError('explain needs one plugin or path; try: hotpipe explain counter');
  }
  return { _tag: 'explain', word, path: resolve(word), dir, isJson };
}
