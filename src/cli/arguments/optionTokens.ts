import { closestName } from '../../model/closestName.js';
import { UsageError } from './UsageError.js';

/** An option as it was typed. */
export interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** Throws a `UsageError` for an option that no command has, or one without the value that it needs. */
export function requireKnown(
  { name, rawName, value, inlineValue }: OptionToken,
  options: Readonly<Record<string, { readonly type: 'boolean' | 'string' }>>,
): void {
  const known = Object.entries(options).find(([option]) => option === name);
  if (!known) {
    const close = closestName(name, Object.keys(options));
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

/** Throws a `UsageError` for an option that the command does not take. */
export function requireTaken(
  command: string,
  { name, rawName }: OptionToken,
  taken: readonly string[],
): void {
  if (taken.includes(name)) return;
  const [last, ...others] = taken.map((option) => `--${option}`).reverse();
  const list = last === undefined ? 'no options' : [...others.reverse(), last].join(' and ');
  const only = last === undefined ? '' : ' only';
  throw new UsageError(`${command} takes ${list}${only}, but got ${rawName}`);
}
