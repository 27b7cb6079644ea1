import { hash } from 'node:crypto';
import { EMPTY_OUTLINE } from '../evaluate/ModuleOutline.js';
import type { StoredModule } from './StoredModule.js';

/** Bytes of a SHA-256. */
export const SUM_LENGTH = 32;
/** Key, and the lengths of the description and of the code. */
const HEAD_LENGTH = SUM_LENGTH + 8;

/**
 * A module in one block of bytes, with its key in front: a record that stands in the place of another one does not have its key. Undefined for
 * code that UTF-8 cannot say.
 */
export function encodeRecord(
  key: string,
  { code, data, ...description }: StoredModule,
): Buffer | undefined {
  const json = Buffer.from(JSON.stringify(description));
  const text = Buffer.from(code);
  if (text.toString() !== code) return undefined;
  const head = Buffer.alloc(HEAD_LENGTH);
  head.write(key, 'hex');
  head.writeUInt32LE(json.length, SUM_LENGTH);
  head.writeUInt32LE(text.length, SUM_LENGTH + 4);
  return Buffer.concat([head, json, text, data ?? Buffer.alloc(0)]);
}

/** The SHA-256 of a record, in hex. */
export function sumOf(record: Buffer): string {
  return hash('sha256', record);
}

/**
 * The module of a record. Undefined for bytes that are not those that were written: their hash differs, or they have another key. Whoever can
 * compute the hash could write any code there, so what has it is taken as it is, if it has the form of a module.
 */
export function decodeRecord(key: string, sum: string, record: Buffer): StoredModule | undefined {
  if (record.length < HEAD_LENGTH || sumOf(record) !== sum) return undefined;
  if (record.toString('hex', 0, SUM_LENGTH) !== key) return undefined;
  const jsonEnd = HEAD_LENGTH + record.readUInt32LE(SUM_LENGTH);
  const codeEnd = jsonEnd + record.readUInt32LE(SUM_LENGTH + 4);
  if (codeEnd > record.length) return undefined;
  const description = parsed(record.toString('utf8', HEAD_LENGTH, jsonEnd));
  if (description === undefined) return undefined;
  const code = record.toString('utf8', jsonEnd, codeEnd);
  const data = record.subarray(codeEnd);
  return { ...description, code, ...(data.length > 0 && { data }) };
}

const LISTS = {
  script: ['imports', 'dynamicImports', 'parameters'],
  commonjs: ['imports', 'dynamicImports', 'names', 'reexports', 'requires'],
} as const;

type Description = DistributiveOmit<StoredModule, 'code' | 'data'>;
type DistributiveOmit<A, K extends PropertyKey> = A extends unknown ? Omit<A, K> : never;

function parsed(json: string): Description | undefined {
  const value = parseObject(json);
  const { kind, headLength, outline } = value;
  if (kind !== 'script' && kind !== 'commonjs') return undefined;
  const isWhole =
    typeof headLength === 'number' &&
    LISTS[kind].every((key) => isListOfTexts(value[key])) &&
    (kind === 'commonjs' || hasLists(outline));
  return isWhole ? (value as unknown as Description) : undefined;
}

function parseObject(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Whether each list of an outline is one. */
function hasLists(outline: unknown): boolean {
  return Object.entries(EMPTY_OUTLINE).every(([key, empty]) => {
    const value: unknown = Reflect.get(Object(outline), key);
    return Array.isArray(empty) ? Array.isArray(value) : typeof value === typeof empty;
  });
}
