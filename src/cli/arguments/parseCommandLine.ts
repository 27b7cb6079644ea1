import { parseArgs } from 'node:util';
import { closestName } from '../../model/closestName.js';
import { UsageError } from './UsageError.js';

const BACKENDS = ['chokidar', 'nodeFs', 'polling'] as const;
const PRESETS = ['development', 'production'] as const;
const COMMANDS = ['watch', 'check', 'doctor'] as const;
/** Options that `check` takes; `watch` takes all of them, `doctor` none. */
const CHECK_OPTIONS: readonly string[] = ['json', 'api-version'];

const OPTIONS = {
  json: { type: 'boolean' },
  state: { type: 'string' },
  backend: { type: 'string' },
  'api-version': { type: 'string' },
  preset: { type: 'string' },
  worker: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

export interface WatchCommand {
  readonly _tag: 'watch';
  /** The directory that holds the plugins' folders. */
  readonly dir: string;
  /** Whether events are printed as NDJSON. */
  readonly isJson: boolean;
  /** Where state is kept. Undefined: `defaultStateDir`. */
  readonly stateDir: string | undefined;
  readonly backend: (typeof BACKENDS)[number];
  readonly preset: (typeof PRESETS)[number];
  /** Where a plugin runs if its manifest does not say so. */
  readonly mode: 'in-process' | 'worker';
  readonly apiVersion: { readonly major: number; readonly minor: number; readonly patch: number };
}

export interface CheckCommand extends Pick<WatchCommand, 'dir' | 'isJson' | 'apiVersion'> {
  readonly _tag: 'check';
}

interface DoctorCommand {
  readonly _tag: 'doctor';
  readonly dir: string;
}

export type Command =
  | WatchCommand
  | CheckCommand
  | DoctorCommand
  | { readonly _tag: 'help' }
  | { readonly _tag: 'version' };

/** The command that was typed. Throws a `UsageError` that says what is wrong and what would be right. */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === 'option') requireKnown(token);
  if (values.help === true) return { _tag: 'help' };
  if (values.version === true) return { _tag: 'version' };

  const [command, dir = '.', ...surplus] = positionals;
  if (command === undefined) throw new UsageError('no command given; try: hotpipe watch plugins');
  const name = requireOneOf('command', command, COMMANDS);
  if (dir === '') {
    throw new UsageError('the directory is empty; leave it out to use the current directory');
  }
  if (surplus.length > 0) {
    throw new UsageError(`only one directory may be given, but also got: ${surplus.join(' ')}`);
  }
  if (name === 'doctor') {
    const [option] = tokens.filter(({ kind }) => kind === 'option');
    if (option?.kind !== 'option') return { _tag: 'doctor', dir };
    throw new UsageError(`doctor takes no options, but got ${option.rawName}`);
  }
  const isJson = values.json === true;
  const apiVersion = parseApiVersion(text(values['api-version'], '0.1.0'));
  if (name === 'check') {
    const other = tokens.find(
      (token) => token.kind === 'option' && !CHECK_OPTIONS.includes(token.name),
    );
    if (other?.kind !== 'option') return { _tag: 'check', dir, isJson, apiVersion };
    throw new UsageError(`check takes --json and --api-version only, but got ${other.rawName}`);
  }
  return {
    _tag: 'watch',
    dir,
    isJson,
    stateDir: typeof values.state === 'string' ? values.state : undefined,
    backend: requireOneOf('--backend', text(values.backend, 'chokidar'), BACKENDS),
    preset: requireOneOf('--preset', text(values.preset, 'development'), PRESETS),
    mode: values.worker === true ? 'worker' : 'in-process',
    apiVersion,
  };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function requireKnown({ name, rawName, value, inlineValue }: OptionToken): void {
  const known = Object.entries(OPTIONS).find(([option]) => option === name);
  if (!known) {
    const close = closestName(name, Object.keys(OPTIONS));
    const hint = close === undefined ? 'see hotpipe --help' : `did you mean --${close}?`;
    throw new UsageError(`unknown option ${rawName}; ${hint}`);
  }
  const [, { type }] = known;
  if (type === 'string' && (value === undefined || value === '')) {
    throw new UsageError(`${rawName} needs a value; see hotpipe --help`);
  }
  // The value was forgotten. Without this check, the next option would be taken as the value and have no effect.
  if (type === 'string' && inlineValue === false && value?.startsWith('-') === true) {
    throw new UsageError(
      `${rawName} needs a value, but ${value} follows; if that is the value, write ${rawName}=${value}`,
    );
  }
  if (type === 'boolean' && value !== undefined) {
    throw new UsageError(`${rawName} takes no value, but got "${value}"`);
  }
}

function text(value: string | boolean | undefined, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}

function requireOneOf<const T extends string>(
  what: string,
  value: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((name) => name === value);
  if (found !== undefined) return found;
  const close = closestName(value, allowed);
  const hint = close === undefined ? `use one of: ${allowed.join(', ')}` : `did you mean ${close}?`;
  throw new UsageError(`unknown ${what} "${value}"; ${hint}`);
}

function parseApiVersion(version: string): WatchCommand['apiVersion'] {
  const match = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/.exec(version);
  if (!match) throw new UsageError(`--api-version "${version}" is not of the form 1.2.3`);
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number);
  return { major, minor, patch };
}
