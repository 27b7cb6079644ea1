import * as E from 'fp-ts/lib/Either.js';

/** Why a file has no text: the system's code, or `ENOTFILE`, `ETOOBIG`, `EBUSY` of ours. */
export interface ReadProblem {
  readonly code: string;
  readonly path: string;
}

/** A look at the disk as a value: Left with the system's code. */
export function attemptRead<A>(look: () => A, path: string): E.Either<ReadProblem, A> {
  try {
    return E.right(look());
  } catch (error) {
    const hasCode = error instanceof Error && 'code' in error && typeof error.code === 'string';
    return E.left({ code: hasCode ? String(error.code) : 'EUNKNOWN', path });
  }
}
