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
  if (isListenable(value)) return { path: '', reason: `an emitter (${classOf(value)})` };
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

/** A copy for another thread. Throws when a part of the value cannot be sent, or would be dead on the other side. */
export function cloneToSend<A>(value: A): A {
  if (hasListenable(value)) throw new Error('nobody could listen to the copy of an emitter');
  return structuredClone(value);
}

/** Values that are looked at: an emitter that is deeper in a large value is sent as the dead copy that it was before. */
const MAX_LOOKS_COUNT = 2_000;

function hasListenable(value: unknown): boolean {
  const seen = new Set<unknown>();
  const waiting: unknown[] = [value];
  // The loop also visits what is added while it runs.
  for (const next of waiting) {
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (isListenable(next)) return true;
    if (!isOfData(next)) continue;
    for (const part of valuesOf(next)) {
      // It is looked at before each send, so what is not looked at is not gathered either.
      if (waiting.length >= MAX_LOOKS_COUNT) break;
      waiting.push(part);
    }
  }
  return false;
}

/** The values of `partsOf`, one by one. */
function* valuesOf(value: object): Iterable<unknown> {
  if (Array.isArray(value) || value instanceof Set) yield* value;
  else if (value instanceof Map) for (const [key, item] of value) yield* [item, key];
  else for (const key of Object.keys(value)) yield Reflect.get(value, key);
}

function isOfData(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null || Array.isArray(value);
  return isPlain || value instanceof Map || value instanceof Set;
}

/** Emitters, event targets and observables: a clone of one has its fields, and nobody can listen to it. What can be sent itself is none. */
function isListenable(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || isOfData(value)) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return false;
  // A plugin may give back the options that it was called with, and those may have a signal.
  if (value instanceof AbortSignal) return false;
  try {
    const has = (name: string) => typeof Reflect.get(value, name) === 'function';
    return (has('on') && has('off')) || has('addEventListener') || has('subscribe');
  } catch {
    // A getter or a Proxy threw: the clone throws too, and says so.
    return false;
  }
}

function classOf(value: object): string {
  const { constructor: made } = value;
  return typeof made === 'function' && made.name !== '' ? made.name : kindOf(value);
}

function isCloneable(value: unknown): boolean {
  try {
    cloneToSend(value);
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

function insteadOf(reason: string): string {
  if (reason === 'a function') {
    return 'use plain data, or export the function and have it called by name, as ctx.call does';
  }
  if (reason.startsWith('an emitter')) {
    return 'use plain data, or tell it with ctx.emit, which runtime.emitted$ hears';
  }
  return 'use plain data';
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
  const instead = insteadOf(reason);
  const message = `${plugin}.${fn}(): ${where} is ${reason}, which cannot be sent between a worker and its host: ${instead}, or mode "in-process".`;
  return new PluginCallError('NotCloneable', plugin, message);
}
