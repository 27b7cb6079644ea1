/** Questions whose last answers are kept. The recorder and the replay forget the same ones, since both count in the same way. */
const MAX_COUNT = 10_000;

/**
 * The last answer to each question, as JSON: an answer that did not change is not written again. When there are too many questions, the
 * one that was first asked is forgotten.
 */
export class LastAnswers {
  readonly #answers = new Map<string, string>();

  /** The answer as JSON; undefined when there is none. */
  of(question: string): string | undefined {
    return this.#answers.get(question);
  }

  /** Whether the answer differs from the last one. Keeps it. */
  changes(question: string, answer: string): boolean {
    if (this.#answers.get(question) === answer) return false;
    this.#answers.set(question, answer);
    if (this.#answers.size > MAX_COUNT) {
      const [oldest = ''] = this.#answers.keys();
      this.#answers.delete(oldest);
    }
    return true;
  }
}
