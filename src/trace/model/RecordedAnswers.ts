import { decodeThrown } from '../../pipeline/record/crossings.js';
import { fieldOf } from '../replay/fieldsOf.js';
import type { Answer } from './Recorded.js';

/**
 * Answers of the user's functions in a model. What decides how long a window is goes by the save that it was asked about, what decides about
 * an attempt by the attempt that had ended: another window or breaker asks at other times, but about the same things. A question that was
 * not asked then gets the last answer that there was.
 */
export class RecordedAnswers {
  /** Answers that were given about what is under way, and have not been used. */
  #left: Answer[] = [];
  readonly #last = new Map<string, Answer>();

  /** A save has come, or an attempt has ended: what is asked from now on is about it. */
  turnTo({ answers }: { readonly answers: readonly Answer[] }): void {
    this.#left = [...answers];
  }

  /** The answer, or throws what the function had thrown. */
  ask<A>(name: string, decode: (json: unknown) => A, otherwise: A): A {
    const at = this.#left.findIndex((answer) => answer.name === name);
    const [answer = this.#last.get(name)] = at < 0 ? [] : this.#left.splice(at, 1);
    if (answer === undefined) return otherwise;
    this.#last.set(name, answer);
    const thrown = fieldOf(answer.record, 'x');
    if (thrown !== undefined) throw decodeThrown(thrown);
    return decode(fieldOf(answer.record, 'v'));
  }
}
