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

function copyFields(
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
