import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { jsonCodec } from '../../model/codecs/jsonCodec.js';
import { strictObject } from '../../model/codecs/strictObject.js';
import { messageOf } from '../../model/unknownValue.js';
import { bundleRefused, type FleetError, notSigned } from '../protocol/FleetError.js';
import { digestOf, isDigest } from './readBundle.js';

/** More than any statement needs: the name of a plugin has at most 214 characters. */
const MAX_STATEMENT_LENGTH = 4_096;

/** What the owner of a key says about a bundle. */
export interface Statement {
  /** The plugin's name, as in the manifest of the bundle. */
  readonly plugin: string;
  /** Its version, as in the manifest. */
  readonly version: string;
  /** Rises with each version that is published, a whole number from 0: an older bundle cannot be passed off as a newer one. */
  readonly serial: number;
  /** `sha256-` and 64 hexadecimal digits, over the bundle's bytes. */
  readonly digest: string;
  /** Bytes of the bundle, a whole number from 0. */
  readonly size: number;
}

/** A statement as it travels. */
export interface SignedStatement {
  /** JSON of a `Statement`. */
  readonly statement: string;
  /** The ed25519 signature of exactly these characters, in base64. */
  readonly signature: string;
}

const Text = new t.Type<string>(
  'a text of 1 to 256 characters',
  (input): input is string => typeof input === 'string' && input.length > 0 && input.length <= 256,
  (input, context) =>
    typeof input === 'string' && input.length > 0 && input.length <= 256
      ? t.success(input)
      : t.failure(input, context),
  t.identity,
);
const Whole = new t.Type<number>(
  'a whole number from 0',
  (input): input is number => Number.isSafeInteger(input) && Number(input) >= 0,
  (input, context) =>
    typeof input === 'number' && Number.isSafeInteger(input) && input >= 0
      ? t.success(input)
      : t.failure(input, context),
  t.identity,
);
const Digest = new t.Type<string>(
  'sha256- and 64 hexadecimal digits',
  (input): input is string => typeof input === 'string' && isDigest(input),
  (input, context) =>
    typeof input === 'string' && isDigest(input) ? t.success(input) : t.failure(input, context),
  t.identity,
);
const StatementFields = strictObject(
  'a statement',
  { plugin: Text, version: Text, serial: Whole, digest: Digest, size: Whole },
  {},
);
export const StatementCodec = jsonCodec(StatementFields);

/** A new pair of ed25519 keys as PEM. Hosts get the public one; the private one stays with whoever publishes, and never in the engine. */
export function fleetKeys(): { readonly publicKey: string; readonly privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/**
 * Signs what is said about a bundle.
 *
 * @param privateKey - An ed25519 key as PEM. `TypeError` for anything else.
 * @throws TypeError that names the field of `options` that cannot be signed.
 *
 * @example
 * ```ts
 * const keys = fleetKeys();
 * const about = { plugin: 'counter', version: '2.0.0', serial: 2, digest: `sha256-${'0'.repeat(64)}`, size: 1_024 };
 * const signed = signBundle(about, keys.privateKey);
 *
 * verifyStatement(signed, [keys.publicKey])._tag; // => 'Right'
 * ```
 */
export function signBundle(
  { plugin, version, serial, digest, size }: Statement,
  privateKey: string,
): SignedStatement {
  const about: Statement = { plugin, version, serial, digest, size };
  // Field by field: what is no JSON at all, such as NaN, is told by its field too.
  const decoded = StatementFields.decode(about);
  if (E.isLeft(decoded)) {
    const { context, value } = decoded.left[0] ?? { context: [], value: about };
    const { key, type } = context.at(-1) ?? { key: 'statement', type: StatementFields };
    throw new TypeError(`signBundle: ${key} (${messageOf(value)}) is not ${type.name}`);
  }
  const key = keyFrom('signBundle', 'private', privateKey);
  const statement = JSON.stringify(about);
  return { statement, signature: sign(null, Buffer.from(statement), key).toString('base64') };
}

/**
 * What a trusted key says. Left `NotSigned` when none of the keys has signed these characters, or when they are no statement.
 *
 * @param trustedKeys - Public ed25519 keys as PEM; several, so that one can be replaced. `TypeError` when one is no such key.
 */
export function verifyStatement(
  { statement, signature }: SignedStatement,
  trustedKeys: readonly string[],
): E.Either<FleetError, Statement> {
  const keys = trustedKeys.map((key) => keyFrom('trustedKeys', 'public', key));
  if (statement.length > MAX_STATEMENT_LENGTH) return E.left(notSigned('it is too long'));
  const bytes = Buffer.from(statement);
  const signed = Buffer.from(signature, 'base64');
  // Node skips characters that are not base64: a signature has exactly one spelling here.
  const isCanonical = signed.toString('base64') === signature;
  if (!isCanonical || !keys.some((key) => verify(null, bytes, key, signed))) {
    return E.left(notSigned(`none of the ${keys.length} trusted keys has signed it`));
  }
  const decoded = StatementCodec.decode(parsed(statement));
  return E.isRight(decoded) ? decoded : E.left(notSigned('it is signed, but is no statement'));
}

/** What was verified about these bytes. Left when the statement is not trusted, or speaks of another plugin, version, digest or size. */
export function verifyBundle(
  of: SignedStatement & { readonly plugin: string; readonly version: string },
  bytes: Uint8Array,
  trustedKeys: readonly string[],
): E.Either<FleetError, Statement> {
  const verified = verifyStatement(of, trustedKeys);
  if (E.isLeft(verified)) return verified;
  const about = verified.right;
  const otherwise = (what: string, said: string | number, is: string | number) =>
    E.left(bundleRefused(`its ${what} is ${is}, but the statement speaks of ${said}`));
  if (about.plugin !== of.plugin) return otherwise('plugin', about.plugin, of.plugin);
  if (about.version !== of.version) return otherwise('version', about.version, of.version);
  if (about.size !== bytes.length) return otherwise('size', about.size, bytes.length);
  const digest = digestOf(bytes);
  return about.digest === digest ? verified : otherwise('digest', about.digest, digest);
}

function keyFrom(option: string, kind: 'public' | 'private', pem: string): KeyObject {
  let key: KeyObject;
  // What was passed may be anything: a Buffer has the same text, and `undefined` is told below.
  const given: unknown = pem;
  if (kind === 'public' && String(given).includes('PRIVATE KEY')) {
    // Node would take its public half, and whoever publishes would not notice that the private one is on every host.
    throw new TypeError(`${option}: this is a private key; hosts get the public one only`);
  }
  try {
    key = kind === 'public' ? createPublicKey(pem) : createPrivateKey(pem);
  } catch (error) {
    throw new TypeError(`${option}: this is no ${kind} key in PEM: ${messageOf(error)}`);
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new TypeError(`${option}: the key is ${String(key.asymmetricKeyType)}, not ed25519`);
  }
  return key;
}

function parsed(statement: string): unknown {
  try {
    const value: unknown = JSON.parse(statement);
    return value;
  } catch {
    return undefined;
  }
}
