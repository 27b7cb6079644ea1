import type { Context } from 'io-ts';
import { codecShape } from './codecShape.js';

/** Whether a step of io-ts' context is a key of the value. Steps into a union or an intersection are numbers of its parts. */
export function isKeyStep(context: Context, index: number): boolean {
  const step = context[index];
  const above = codecShape(context[index - 1]?.type);
  const isPart =
    (above._tag === 'union' || above._tag === 'intersection') && above.parts.includes(step?.type);
  return step !== undefined && step.key !== '' && !isPart;
}
