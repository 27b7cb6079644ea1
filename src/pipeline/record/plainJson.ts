import { refusedKeys } from '../../model/codecs/findJsonProblem.js';

/** Levels of a value that are written; deeper ones are left out. `ReloadEventCodec` refuses more than 32, and a record adds some. */
const MAX_DEPTH = 24;

/** Text of a value, by the key that holds it: what is written in its place, or undefined to leave it out. */
export type TextRule = (text: string, key: string) => string | undefined;

/**
 * A copy of any value that JSON holds as it is. Values of a plugin or a host may be anything: a cycle, a getter that throws, a function.
 * What JSON cannot hold is left out, so that a recording never fails for it.
 */
export function plainJson(value: unknown, textRule: TextRule): unknown {
  const parents: unknown[] = [];
  const copy = (at: unknown, key: string): unknown => {
    switch (typeof at) {
      case 'string':
        return textRule(at, key);
      case 'number':
        return Number.isFinite(at) ? at : null;
      case 'boolean':
        return at;
      case 'bigint':
        return textRule(String(at), key);
      case 'object': {
        if (at === null) return null;
        if (parents.length >= MAX_DEPTH || parents.includes(at)) return undefined;
        parents.push(at);
        const copied = Array.isArray(at)
          ? at.map((item: unknown) => copy(item, key) ?? null)
          : copyFields(at, copy);
        parents.pop();
        return copied;
      }
      default:
        return undefined;
    }
  };
  return copy(value, '');
}

/** Most objects are data and need few other texts: then a copy by the engine, of which a field or two are replaced, is what costs least. */
function copyFields(
  value: object,
  copy: (at: unknown, key: string) => unknown,
): Record<string, unknown> {
  let fields: Record<string, unknown>;
  try {
    fields = { ...value };
  } catch {
    return copyEachField(value, copy);
  }
  let left: Set<string> | undefined;
  for (const key of Object.keys(fields)) {
    const field = fields[key];
    const copied = refusedKeys.has(key) ? undefined : copy(field, key);
    if (copied === undefined) (left ??= new Set()).add(key);
    else if (copied !== field) fields[key] = copied;
  }
  if (left === undefined) return fields;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) if (!left.has(key)) kept[key] = fields[key];
  return kept;
}

/** The same for an object of which a field cannot be read. */
function copyEachField(
  value: object,
  copy: (at: unknown, key: string) => unknown,
): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  let keys: readonly string[] = [];
  try {
    keys = Object.keys(value);
  } catch {
    // A Proxy may refuse to list its keys.
  }
  for (const key of keys) {
    if (refusedKeys.has(key)) continue;
    try {
      const field = copy(Reflect.get(value, key), key);
      if (field !== undefined) fields[key] = field;
    } catch {
      // A getter threw: the field is left out.
    }
  }
  return fields;
}
