import { readFileSync } from 'node:fs';
import { messageOf } from '../model/unknownValue.js';

/** Where the server is, and who asks. */
export interface NatsAddress {
  /** Such as `nats://127.0.0.1:4222` or `tls://nats.example.org`; several with commas. */
  readonly url: string;
  /** A file of credentials, as `nsc` writes them. Undefined: none. */
  readonly credsFile: string | undefined;
}

/** A connection that is open. */
export interface OpenConnection {
  close(): Promise<void>;
}

/** Connects for as long as the process runs, and again by itself. Rejects with one sentence when the server is not reached at all. */
export async function connectNats({ url, credsFile }: NatsAddress): Promise<OpenConnection> {
  const { connect, credsAuthenticator } = await transport();
  const authenticator =
    credsFile === undefined ? undefined : credsAuthenticator(readFileSync(credsFile));
  try {
    return await connect({
      servers: url.split(','),
      timeout: 5_000,
      maxReconnectAttempts: -1,
      ...(authenticator !== undefined && { authenticator }),
    });
  } catch (error) {
    throw new Error(`no engine answers at ${url}: ${messageOf(error)}`, { cause: error });
  }
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
