import { hash } from 'node:crypto';
import { messageOf } from '../../model/unknownValue.js';
import type { Desired } from './Desired.js';

/** Names of hosts: they are parts of subjects, of file names and of lines in a terminal. */
const HOST_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** @throws TypeError for a name that is no host's. */
export function requireHostName(option: string, host: unknown): void {
  // A variable of the environment that is not set must not become a host called "undefined": all hosts would have that name.
  if (typeof host !== 'string' || !HOST_NAME.test(host)) {
    throw new TypeError(
      `${option} (${typeof host === 'string' ? JSON.stringify(host) : messageOf(host)}) is not a name of 1 to 63 characters from a-z, 0-9 and -`,
    );
  }
}

/** Where a host stands in the order of a rollout: 64 hexadecimal digits. Another salt makes another order. */
export function hostHash(salt: string, host: string): string {
  return hash('sha256', `${salt}:${host}`);
}

/**
 * Whether a host tries the candidate. A host decides this alone, from the document. One that was not there when the wave was opened does not,
 * whatever its hash: a host that comes back would be a second one with a version that only one was to try.
 */
export function isInCohort(
  { candidate, below, salt, members }: Pick<Desired, 'candidate' | 'below' | 'salt' | 'members'>,
  host: string,
): boolean {
  if (candidate === null || below === null) return false;
  return members?.includes(host) !== false && hostHash(salt, host) <= below;
}

/**
 * Whether a host may say that it is alive, beside the last one that did under its name. A boot is `<installation>.<count of its starts>`: a
 * later start of the same installation takes over at once, another installation waits until the first one is no longer alive.
 */
export function mayTakeName(last: string | undefined, boot: string): boolean {
  if (last === undefined || last === boot) return true;
  const [before, now] = [startOf(last), startOf(boot)];
  return before !== undefined && before.id === now?.id && now.count > before.count;
}

function startOf(boot: string): { readonly id: string; readonly count: number } | undefined {
  const [, id, count] = /^(.+)\.(\d{1,15})$/.exec(boot) ?? [];
  return id === undefined ? undefined : { id, count: Number(count) };
}
