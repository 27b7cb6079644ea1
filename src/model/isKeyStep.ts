import type { Context } from 'io-ts';
import { codecShape } from './codecShape.js';

/** Whether a step of io-ts' context is a key of the value. Steps into a union or an intersection are numbers of its parts. */
export function isKeyStep(context: Context, index: number): boolean {
  const above = codecShape(context[index - 1]?.type)._tag;
  return context[index]?.key !== '' && above !== 'union' && above !== 'intersection';
}
