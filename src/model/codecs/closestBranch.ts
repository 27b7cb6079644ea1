import type { ContextEntry, Errors, ValidationError } from 'io-ts';
import { codecShape, isKeyStep } from './codecShape.js';

/**
 * io-ts reports the errors of every branch of a union. This function keeps the errors of one branch per union: the
 * branch that is closest to the value. When no branch fits the kind of the value (a string where every branch is an
 * object), it keeps a single error for the union itself.
 */
export function closestBranch(errors: Errors): Errors {
  return collapse(errors, 0);
}

function collapse(errors: Errors, from: number): Errors {
  const unions = new Map<string, { readonly at: number; readonly errors: ValidationError[] }>();
  const order: (ValidationError | string)[] = [];
  for (const error of errors) {
    const at = error.context.findIndex(
      ({ type }, i) => i >= from && i < error.context.length - 1 && isUnion(type),
    );
    if (at < 0) {
      order.push(error);
      continue;
    }
    const id = JSON.stringify(error.context.slice(0, at + 1).map(({ key }) => key));
    const union = unions.get(id);
    if (union !== undefined) union.errors.push(error);
    else {
      unions.set(id, { at, errors: [error] });
      order.push(id);
    }
  }
  return order.flatMap((item) => {
    if (typeof item !== 'string') return [item];
    const union = unions.get(item);
    return union === undefined ? [] : ofUnion(union.errors, union.at);
  });
}

function ofUnion(errors: Errors, at: number): Errors {
  const branches = new Map<string, ValidationError[]>();
  for (const error of errors) {
    const key = error.context[at + 1]?.key ?? '';
    branches.set(key, [...(branches.get(key) ?? []), error]);
  }
  // A branch fits the kind of the value when all of its errors are about keys inside the value.
  const inside = [...branches.values()].filter((branch) =>
    branch.every(({ context }) => context.some((_, i) => i > at && isKeyStep(context, i))),
  );
  const [closest] = inside.sort((a, b) => distance(a) - distance(b));
  if (closest !== undefined) return collapse(closest, at + 1);

  const [first] = errors;
  const context = first?.context.slice(0, at + 1) ?? [];
  return [{ value: context.at(-1)?.actual, context }];
}

/** A wrong tag weighs more than any number of wrong fields. */
const distance = (branch: Errors): number =>
  branch.reduce((sum, { context }) => sum + (isLiteral(context.at(-1)) ? 1_000 : 1), 0);

const isUnion = (type: unknown): boolean => codecShape(type)._tag === 'union';

const isLiteral = (entry: ContextEntry | undefined): boolean =>
  codecShape(entry?.type)._tag === 'literals';
