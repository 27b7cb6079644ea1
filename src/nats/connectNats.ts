import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { messageOf } from '../model/unknownValue.js';

/** Where the server is, and who asks. */
export interface NatsAddress {
  /** Such as `nats://127.0.0.1:4222` or `tls://user:password@nats.example.org`; several with commas. */
  readonly url: string;
  /** A file of credentials, as `nsc` writes them. Undefined: none. */
  readonly credsFile: string | undefined;
  /** A file with the certificate of whoever signed that of the server. Undefined: one that this machine trusts has. */
  readonly caFile: string | undefined;
  /** Files with a certificate for this process and its key, both as PEM, for servers that ask for one. Undefined: none. */
  readonly certFile: string | undefined;
  readonly certKeyFile: string | undefined;
}

/** @source https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
]);
const WRONG_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** A connection that is open. */
export interface OpenConnection {
  close(): Promise<void>;
}

/**
 * Connects for as long as the process runs, and again by itself. Rejects with one sentence when the server is not reached at all. A server
 * without TLS is refused wherever TLS was asked for: by `tls://`, or by a file that only TLS has a use for.
 */
export async function connectNats(address: NatsAddress): Promise<OpenConnection> {
  const { url, credsFile, caFile, certFile, certKeyFile: keyFile } = address;
  const { connect, credsAuthenticator } = await transport();
  const authenticator =
    credsFile === undefined ? undefined : credsAuthenticator(readFileSync(credsFile));
  const { servers, account } = accountIn(url);
  const files = {
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && { certFile }),
    ...(keyFile !== undefined && { keyFile }),
  };
  // The package takes `tls://` for a name of the same thing as `nats://`, and would tell its secrets to a server without TLS.
  const isTls = Object.keys(files).length > 0 || /(?:^|,)tls:/.test(url);
  try {
    return await connect({
      servers,
      timeout: 5_000,
      maxReconnectAttempts: -1,
      ...(authenticator === undefined ? account : { authenticator }),
      // With their paths, so that they are read again at each connection: certificates are renewed.
      ...(isTls && { tls: { ...files, checkServerIdentity: identityOf(servers) } }),
    });
  } catch (error) {
    throw new Error(problemOf(address, error), { cause: error });
  }
}

/** The addresses, without the name and the password, or the token, that may stand before one: the package takes none there. */
function accountIn(url: string): {
  readonly servers: readonly string[];
  readonly account: Readonly<Record<string, string>>;
} {
  let account = {};
  const servers = url.split(',').map((one) => {
    const [, scheme = '', user, pass, host = ''] =
      /^(\w+:\/\/)?(?:([^:@]+)(?::([^@]*))?@)?(.*)$/.exec(one) ?? [];
    if (user !== undefined) {
      const name = decodeURIComponent(user);
      account =
        pass === undefined ? { token: name } : { user: name, pass: decodeURIComponent(pass) };
    }
    return `${scheme}${host}`;
  });
  return { servers, account };
}

/**
 * Whether a certificate is for the server. For an address of digits the package passes no name on, and Node takes `localhost` in place of it:
 * then the certificate must be for one of the addresses that were given.
 *
 * @source https://github.com/nodejs/node/blob/v20.20.2/lib/_tls_wrap.js (onConnectSecure)
 */
function identityOf(servers: readonly string[]): typeof checkServerIdentity {
  const hosts = servers.map((one) => one.replace(/^\w+:\/\//, '').replace(/:\d+$/, ''));
  const given = hosts.map((host) => host.replace(/^\[(.*)\]$/, '$1'));
  const digits = given.filter((host) => isIP(host) !== 0);
  return (name, certificate) => {
    const isUnnamed = name === 'localhost' && !given.includes(name) && digits.length > 0;
    const problems = (isUnnamed ? digits : [name]).map((one) =>
      checkServerIdentity(one, certificate),
    );
    return problems.includes(undefined) ? undefined : problems[0];
  };
}

/** What went wrong, and what to do about it where the reason does not say so. */
function problemOf({ url: typed, caFile }: NatsAddress, error: unknown): string {
  const url = accountIn(typed).servers.join(',');
  const code: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  const reason = messageOf(error);
  if (reason.includes("does not support 'tls'")) {
    return `the engine at ${url} has no TLS, which was asked for: nothing was sent to it; give it a certificate, or connect with nats:// and without files for TLS`;
  }
  if (typeof code === 'string' && UNTRUSTED.has(code)) {
    const known =
      caFile === undefined
        ? 'nobody that this machine trusts has signed it; name who has with --ca FILE'
        : `it is not signed by what is in ${caFile}`;
    return `the certificate of the engine at ${url} is refused: ${known} (${reason})`;
  }
  if (typeof code === 'string' && (code.startsWith('CERT_') || code === WRONG_NAME)) {
    return `the certificate of the engine at ${url} is refused: ${reason}`;
  }
  // After a handshake of TLS 1.3 nothing says why a server went away, and the package only counts the time.
  const isSilent = reason === 'timeout' && (caFile !== undefined || /(?:^|,)tls:/.test(url));
  const hint = isSilent
    ? '; a server that asks for a certificate and gets none that it trusts says nothing either: see --cert and --cert-key'
    : '';
  return `no engine answers at ${url}: ${reason}${hint}`;
}

interface Transport {
  readonly connect: (options: Readonly<Record<string, unknown>>) => Promise<OpenConnection>;
  readonly credsAuthenticator: (creds: Uint8Array) => unknown;
}

async function transport(): Promise<Transport> {
  // Not written as the text of an import: a compiler would look for declarations.
  const name = ['@nats-io', 'transport-node'].join('/');
  try {
    const loaded: unknown = await import(name);
    if (isTransport(loaded)) return loaded;
    throw new Error('it has no connect');
  } catch (error) {
    throw new Error(
      `${name} cannot be loaded (${messageOf(error)}); install what reaches NATS: npm install @nats-io/transport-node@3.3 @nats-io/jetstream@3.3 @nats-io/kv@3.3`,
      { cause: error },
    );
  }
}

function isTransport(value: unknown): value is Transport {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['connect', 'credsAuthenticator'].every(
      (name) => typeof Reflect.get(value, name) === 'function',
    )
  );
}
