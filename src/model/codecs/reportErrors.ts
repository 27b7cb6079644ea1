import type { Context, Errors, ValidationError } from 'io-ts';
import { closestName } from '../closestName.js';
import { closestBranch } from './closestBranch.js';
import { codecShape, describeCodec, isKeyStep } from './codecShape.js';
import { formatPath } from './formatPath.js';

const maxShownLength = 60;

/**
 * The errors of io-ts as one line per problem, path first, for the person who wrote the data:
 * `plugins[2].mode: expected "in-process" or "worker", got "wroker"; did you mean "worker"?`
 *
 * For a union, it reports the branch that the value is closest to. Unknown keys are found by `strictObject`.
 * `PathReporter` of io-ts prints whole types instead, and a line per branch.
 */
export function reportErrors(errors: Errors): readonly string[] {
  return [...new Set(closestBranch(errors).map(toLine))];
}

function toLine(error: ValidationError): string {
  const { path, problem } = describe(error);
  return path === '' ? problem : `${path}: ${problem}`;
}

function describe({ context, value, message }: ValidationError) {
  const keys = keysOf(context);
  const type = context.at(-1)?.type;
  const shape = codecShape(type);
  if (message !== undefined) return { path: formatPath(keys), problem: message };
  if (shape._tag === 'unknown key') {
    const meant = closestName(keys.at(-1) ?? '', shape.known);
    const hint =
      meant === undefined ? `; known: ${shape.known.join(', ')}` : `; did you mean "${meant}"?`;
    return { path: formatPath(keys), problem: `unknown key${hint}` };
  }
  const tag = shape._tag === 'union' ? wrongTag(shape.parts, value) : undefined;
  return tag === undefined
    ? { path: formatPath(keys), problem: mismatch(describeCodec(type), literalsOf(type), value) }
    : {
        path: formatPath([...keys, tag.key]),
        problem: mismatch(tag.expected.map(shown).join(', '), tag.expected, tag.value),
      };
}

function mismatch(expected: string, literals: readonly unknown[], value: unknown): string {
  if (value === undefined) return `missing; expected ${expected}`;
  const texts = literals.filter((literal) => typeof literal === 'string');
  const meant = typeof value === 'string' ? closestName(value, texts) : undefined;
  const hint = meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;
  return `expected ${expected}, got ${shown(value)}${hint}`;
}

/**
 * For a union of objects that a literal such as `_tag` distinguishes: the key of that literal, the expected values and
 * the actual one. Undefined for other unions, and for a value that is not an object.
 */
function wrongTag(parts: readonly unknown[], value: unknown) {
  if (typeof value !== 'object' || value === null) return undefined;
  const props = parts.map(propsOf);
  const key = [...(props[0]?.keys() ?? [])].find((key) => {
    const literals = props.map((of) => literalsOf(of.get(key)));
    return literals.every((of) => of.length > 0) && new Set(literals.flat()).size >= props.length;
  });
  if (key === undefined) return undefined;
  const expected = props.flatMap((of) => literalsOf(of.get(key)));
  const held: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  return { key, expected, value: held };
}

function propsOf(codec: unknown): ReadonlyMap<string, unknown> {
  const shape = codecShape(codec);
  if (shape._tag === 'object') return shape.props;
  return shape._tag === 'intersection'
    ? new Map(shape.parts.flatMap((part) => [...propsOf(part)]))
    : new Map();
}

function literalsOf(codec: unknown): readonly unknown[] {
  const shape = codecShape(codec);
  if (shape._tag === 'literals') return shape.values;
  return shape._tag === 'union' ? shape.parts.flatMap(literalsOf) : [];
}

function keysOf(context: Context): string[] {
  return context.map(({ key }) => key).filter((_, index) => isKeyStep(context, index));
}

function shown(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > maxShownLength
      ? `${JSON.stringify(value.slice(0, maxShownLength))}… (${value.length} characters)`
      : JSON.stringify(value);
  }
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
