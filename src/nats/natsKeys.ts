import { parsed } from './natsMessages.js';
import type { NatsConnection } from './natsPackages.js';

/** A server tells at most so many names at once. */
const MAX_PAGE_COUNT = 1_000;

/**
 * The keys of a bucket, also of removed values. Asked of the stream itself: the listing of the package makes a consumer on the server, and a
 * thousand hosts that look once a minute would cost it more memory than everything else together.
 *
 * @source measured: bench/fleet. 1,000 hosts: the server held 286 MB with a consumer per look.
 */
export async function keysOf(
  connection: NatsConnection,
  bucket: string,
  filter: string,
  timeout: number,
): Promise<readonly string[]> {
  const prefix = `$KV.${bucket}.`;
  const names: string[] = [];
  for (let page = 0; page < MAX_PAGE_COUNT; page += 1) {
    const request = JSON.stringify({
      subjects_filter: `${prefix}${filter}`,
      offset: names.length,
    });
    const answer = await connection.request(`$JS.API.STREAM.INFO.KV_${bucket}`, request, {
      timeout,
    });
    const { subjects, total } = pageOf(parsed(answer.data), bucket);
    names.push(...subjects);
    if (subjects.length === 0 || names.length >= total) break;
  }
  return names.map((name) => name.slice(prefix.length));
}

/**
 * Removes keys from the stream itself: the removal of the package leaves a mark in place of each, which is never removed. The right that it
 * needs is `$JS.API.STREAM.PURGE.KV_<bucket>`.
 */
export async function purgeKeys(
  connection: NatsConnection,
  bucket: string,
  filter: string,
  timeout: number,
): Promise<void> {
  const request = JSON.stringify({ filter: `$KV.${bucket}.${filter}` });
  const answer = await connection.request(`$JS.API.STREAM.PURGE.KV_${bucket}`, request, {
    timeout,
  });
  const told = parsed(answer.data);
  if (fieldOf(told, 'success') === true) return;
  const description = fieldOf(fieldOf(told, 'error'), 'description');
  throw new Error(`keys of ${bucket} cannot be removed: ${String(description)}`);
}

function pageOf(
  answer: unknown,
  bucket: string,
): { readonly subjects: readonly string[]; readonly total: number } {
  const state = fieldOf(answer, 'state');
  if (typeof state !== 'object' || state === null) {
    const description = fieldOf(fieldOf(answer, 'error'), 'description');
    throw new Error(`the keys of ${bucket} cannot be read: ${String(description)}`);
  }
  const subjects = fieldOf(state, 'subjects');
  const total = fieldOf(answer, 'total');
  const names = typeof subjects === 'object' && subjects !== null ? Object.keys(subjects) : [];
  return { subjects: names, total: typeof total === 'number' ? total : names.length };
}

function fieldOf(value: unknown, name: string): unknown {
  const field: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return field;
}
