import { UsageError } from './UsageError.js';

// Values of options of `hotpipe fleet`. Each throws a `UsageError` for what is none.

/** A namespace, which is part of names of buckets. */
export function namespaceOf(namespace: string): string {
  if (/^[a-z0-9_-]{1,32}$/.test(namespace)) return namespace;
  throw new UsageError(
    `--namespace "${namespace}" is not 1 to 32 characters from a-z, 0-9, - and _`,
  );
}

/** A whole number from 0. */
export function wholeOf(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const whole = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(whole)) return whole;
  throw new UsageError(`${option} "${value}" is not a whole number from 0`);
}

/** How many versions are kept: 5 unless said, and at least one. */
export function keptOf(value: string | undefined): number {
  const count = wholeOf('--keep', value) ?? 5;
  if (count >= 1) return count;
  throw new UsageError(`--keep "${value}" keeps nothing; it is a whole number from 1`);
}

/** `1,5%,100%` */
export function wavesOf(value: string | undefined): readonly (number | `${number}%`)[] | undefined {
  return value?.split(',').map((wave): number | `${number}%` => {
    const [, digits, percent] = /^(\d{1,9}(?:\.\d{1,6})?)(%?)$/.exec(wave) ?? [];
    const count = Number(digits);
    if (percent === '%' && count > 0 && count <= 100) return `${count}%`;
    if (percent === '' && Number.isSafeInteger(count) && count >= 1) return count;
    throw new UsageError(
      `--waves has "${wave}", which is neither a number of hosts from 1 nor a percentage up to 100%; such as 1,5%,25%,100%`,
    );
  });
}

/** `500ms`, `30s`, `5m` or `2h`. */
export function durationOf(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const [, digits, unit = ''] = /^(\d{1,9})(ms|s|m|h)$/.exec(value) ?? [];
  const ms = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unit];
  if (digits !== undefined && ms !== undefined && (option === '--bake' || Number(digits) > 0)) {
    return Number(digits) * ms;
  }
  throw new UsageError(`${option} "${value}" is no time; write 500ms, 30s, 5m or 2h`);
}
