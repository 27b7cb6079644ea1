import { inspect } from 'node:util';

/** A value as text that tells apart what JSON does not: undefined, -0, symbols, prototypes, getters. */
export function textOf(value) {
  return inspect(value, {
    depth: 20,
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: null,
    maxStringLength: null,
  });
}

/** What was thrown, as far as answers are compared. */
export function errorOf(thrown) {
  if (!(thrown instanceof Error)) return { name: typeof thrown, message: textOf(thrown) };
  return { name: String(thrown.name), code: thrown.code, message: String(thrown.message) };
}

/** Runs a piece of work and gives its answer. Afterwards the globals that it added are gone. */
export async function answerOf(work) {
  const globals = new Set(Reflect.ownKeys(globalThis));
  try {
    return { value: textOf(await work()) };
  } catch (thrown) {
    return { error: errorOf(thrown) };
  } finally {
    for (const key of Reflect.ownKeys(globalThis)) {
      if (!globals.has(key)) Reflect.deleteProperty(globalThis, key);
    }
  }
}
