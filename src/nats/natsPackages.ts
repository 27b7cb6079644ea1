import { messageOf } from '../model/unknownValue.js';

// What is used of the packages of NATS, which are optional. Their own declarations do not compile under `exactOptionalPropertyTypes`, so none
// of them may be part of this package's.

/** A message, as `@nats-io/transport-node` has it. */
export interface Msg {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers?: { get(name: string): string } | undefined;
}

/** A connection, as `@nats-io/transport-node` has it. */
export interface NatsConnection {
  readonly info?: { readonly version: string } | undefined;
  subscribe(
    subject: string,
    options: { callback: (error: Error | null, message: Msg) => void },
  ): { unsubscribe(): void };
  request(subject: string, data: string, options: { readonly timeout: number }): Promise<Msg>;
  status(): AsyncIterable<{ readonly type: string }>;
}

/** One value of a bucket, as `@nats-io/kv` has it. */
interface KvEntry {
  readonly value: Uint8Array;
  readonly revision: number;
  readonly operation: 'PUT' | 'DEL' | 'PURGE';
  string(): string;
}

/** A bucket, as `@nats-io/kv` has it. */
export interface KV {
  get(key: string): Promise<KvEntry | null>;
  create(key: string, data: string): Promise<number>;
  update(key: string, data: string, revision: number): Promise<number>;
  put(key: string, data: string | Uint8Array): Promise<number>;
  delete(key: string, options: { readonly previousSeq: number }): Promise<void>;
  /** `ttl`: how long a value lasts, in milliseconds; 0: for ever. */
  status(): Promise<{ readonly ttl: number }>;
}

interface Packages {
  readonly jetstream: (connection: NatsConnection, options: { readonly timeout: number }) => object;
  readonly Kvm: new (
    client: object,
  ) => { create(name: string, options: Readonly<Record<string, unknown>>): Promise<KV> };
}

/** The packages, loaded when they are needed. Rejects with what to install. */
export async function natsPackages(): Promise<Packages> {
  // Not written as texts of an import: a compiler would look for declarations.
  const names = ['jetstream', 'kv'].map((name) => `@nats-io/${name}`);
  try {
    const loaded: readonly unknown[] = await Promise.all(names.map((name) => import(name)));
    const together: unknown = Object.assign({}, ...loaded);
    if (isPackages(together)) return together;
    throw new Error(`they have no jetstream and Kvm`);
  } catch (error) {
    throw new Error(
      `natsFleet: ${names.join(' and ')} cannot be loaded (${messageOf(error)}); install them: npm install @nats-io/transport-node@3.3 ${names.map((name) => `${name}@3.3`).join(' ')}`,
      { cause: error },
    );
  }
}

function isPackages(value: unknown): value is Packages {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['jetstream', 'Kvm'].every((name) => typeof Reflect.get(value, name) === 'function')
  );
}
