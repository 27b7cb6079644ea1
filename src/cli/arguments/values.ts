import { closestName } from '../../model/closestName.js';
import { UsageError } from './UsageError.js';

/** The text of an option that takes one. */
export function text(value: string | boolean | undefined, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}

/** One of the allowed words. */
export function requireOneOf<const T extends string>(
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

/** A port of TCP; 0: a free one. Undefined where the option was not given. */
export function parsePort(value: string | boolean | undefined): number | undefined {
  if (value === undefined) return undefined;
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw new UsageError(`--dashboard "${String(value)}" is no port: a whole number from 0 to 65535`);
}

/** A version such as 1.2.3. */
export function parseApiVersion(version: string): {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
} {
  const match = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/.exec(version);
  if (!match) throw new UsageError(`--api-version "${version}" is not of the form 1.2.3`);
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number);
  return { major, minor, patch };
}
