import { timingSafeEqual } from 'node:crypto';

/** What is read of a request before anything else is. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Why a request is refused; undefined: it is not. */
export interface Refusal {
  readonly status: 403 | 405 | 415 | 421;
  readonly reason: string;
}

/** The names under which a browser on this machine reaches it. */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Whether a request may be answered. A page of another site can send requests to this machine (and, with a name of its own that leads here,
 * read the answers), so the host that it asked for, the page that it comes from and the token are all checked.
 *
 * @source The same holes in others' servers: https://github.com/advisories/GHSA-vg6x-rcgg-rjx6,
 *   https://github.com/advisories/GHSA-67mh-4wv8-2f99
 */
export function checkRequest(
  head: RequestHead,
  options: { readonly token: string; readonly hosts: ReadonlySet<string> },
): Refusal | undefined {
  const bearer = /^Bearer (.+)$/i.exec(one(head.headers.authorization) ?? '')?.[1];
  const given = bearer ?? head.query.get('t') ?? '';
  if (!isEqual(given, options.token)) {
    return {
      status: 403,
      reason: 'the token is missing or wrong: open the whole address that was printed, with ?t=',
    };
  }
  const host = one(head.headers.host) ?? '';
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (!LOOPBACK.has(name) && !options.hosts.has(name)) {
    return { status: 421, reason: `this dashboard does not answer for the host ${shown(host)}` };
  }
  if (!['GET', 'HEAD', 'POST'].includes(head.method)) {
    return { status: 405, reason: `the method ${shown(head.method)} is not known` };
  }
  const origin = one(head.headers.origin);
  if (origin !== undefined && hostOf(origin) !== host.toLowerCase()) {
    return { status: 403, reason: 'the request comes from a page of another site' };
  }
  if (head.method !== 'POST') return undefined;
  if (origin === undefined && bearer === undefined) {
    return { status: 403, reason: 'an order needs the header origin, or authorization: Bearer' };
  }
  const type = one(head.headers['content-type']) ?? '';
  return /^application\/json\s*(;|$)/i.test(type)
    ? undefined
    : { status: 415, reason: 'an order is JSON, with content-type: application/json' };
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Takes as long for a wrong text as for the right one. */
function isEqual(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
