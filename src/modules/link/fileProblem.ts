import type { ReloadError } from '../../model/reload/ReloadError.js';

/** Why a file that an `import()` leads to cannot be had, as it travels to the thread that imports it. */
export interface FileProblem {
  readonly message: string;
  /** The class of the error, as in Node. */
  readonly kind: 'Error' | 'SyntaxError';
  /** Node's code. */
  readonly code: string | undefined;
}

/** What a failed build means for the `import()` that asked for the file. */
export function fileProblem(failure: ReloadError): FileProblem {
  const { message, _tag } = failure;
  const code: unknown = Reflect.get(failure, 'code');
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'ENOENT';
  const isSyntax = _tag === 'CompilationFailed' && !isMissing;
  return {
    message,
    kind: isSyntax ? 'SyntaxError' : 'Error',
    code: isMissing ? 'ERR_MODULE_NOT_FOUND' : undefined,
  };
}

/** The error that an `import()` rejects with. */
export function importFailure({ message, kind, code }: FileProblem): Error {
  const error = kind === 'SyntaxError' ? new SyntaxError(message) : new Error(message);
  return code === undefined ? error : Object.assign(error, { code });
}
