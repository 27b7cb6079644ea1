import { hash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { findJsonProblem } from '../../model/codecs/findJsonProblem.js';
import { formatPath } from '../../model/codecs/formatPath.js';

const MAX_BYTES = 16 * 1024 * 1024;

/** A state as it is kept: its JSON text, so that nobody can change it, and what events may say of it. */
export interface EncodedState {
  readonly text: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A state that a plugin gave, as text; Left says which part of it JSON cannot hold, which a plugin would lose without a word. */
export function encodeState(state: unknown): E.Either<string, EncodedState> {
  const problem = findJsonProblem(state);
  if (problem !== undefined) {
    return E.left(`${formatPath(['state', ...problem.path])} ${problem.reason}`);
  }
  const text = JSON.stringify(state);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) {
    return E.left(`the state has ${bytes} bytes, and the limit is ${MAX_BYTES}: keep less of it`);
  }
  return E.right({ text, bytes, sha256: hash('sha256', text) });
}
