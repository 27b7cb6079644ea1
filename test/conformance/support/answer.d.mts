export interface ErrorAnswer {
  readonly name: string;
  readonly code?: unknown;
  readonly message: string;
}

/** The value of a call as text, or what it threw. */
export type Answer = { readonly value: string } | { readonly error: ErrorAnswer };

export function textOf(value: unknown): string;
export function errorOf(thrown: unknown): ErrorAnswer;
export function answerOf(work: () => unknown): Promise<Answer>;
