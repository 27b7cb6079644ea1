import { messageOf } from '../../../model/unknownValue.js';
import { PluginCallError } from '../../calls/PluginCallError.js';

/** A part of a value that cannot be sent to another thread. */
export interface Uncloneable {
  /** Such as `.a[1]`. Empty: the value itself. */
  readonly path: string;
  /** What it is, such as `a function`. */
  readonly reason: string;
}

const MAX_DEPTH = 16;

/** Finds the part of a value that structured clone refuses. Undefined when it is too deep, or cannot be found by reading properties. */
export function findUncloneable(value: unknown, depth = 0): Uncloneable | undefined {
  if (typeof value === 'function') return { path: '', reason: 'a function' };
  if (typeof value === 'symbol') return { path: '', reason: 'a symbol' };
  if (typeof value !== 'object' || value === null || isCloneable(value)) return undefined;
  if (depth < MAX_DEPTH) {
    for (const [step, part] of partsOf(value)) {
      const inside = findUncloneable(part, depth + 1);
      if (inside !== undefined) return { ...inside, path: step + inside.path };
    }
  }
  return { path: '', reason: `a ${kindOf(value)}` };
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

function partsOf(value: object): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value)) return value.map((item: unknown, i) => [`[${i}]`, item] as const);
  if (value instanceof Map)
    return [...value].flatMap(([key, item]: [unknown, unknown]) => [
      [`.get(${String(key)})`, item] as const,
      ['.keys()', key] as const,
    ]);
  if (value instanceof Set) return [...value].map((item: unknown) => ['.values()', item] as const);
  return Object.keys(value).map((key) => [stepOf(key), Reflect.get(value, key)] as const);
}

function stepOf(key: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Whether a value cannot be changed later: it needs no clone before it is sent. */
export function isPrimitive(
  value: unknown,
): value is string | number | boolean | bigint | null | undefined {
  return (
    value === null ||
    (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')
  );
}

/** The error for a value that cannot be sent to another thread. Names the part that is to blame. */
export function notCloneable(found: {
  readonly plugin: string;
  readonly fn: string;
  /** What the value is, such as `its result` or `argument 1`. */
  readonly what: string;
  readonly value: unknown;
  readonly error: unknown;
}): PluginCallError {
  const { plugin, fn, what, value, error } = found;
  const part = findUncloneable(value);
  const reason = part?.reason ?? messageOf(error);
  const where = part === undefined || part.path === '' ? what : `${part.path} of ${what}`;
  const message = `${plugin}.${fn}(): ${where} is ${reason}, which cannot be sent between a worker and its host: use plain data, or mode "in-process".`;
  return new PluginCallError('NotCloneable', plugin, message);
}
