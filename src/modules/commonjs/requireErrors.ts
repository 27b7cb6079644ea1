/** The errors of Node's `require`: the same names, codes and texts, so that code which catches them works. */

interface WithCode extends Error {
  code: string;
}

/** A file that was not found. `stack` are the files that required each other on the way here, the nearest first. */
export function moduleNotFound(
  specifier: string,
  stack: readonly string[],
  above: (...args: never[]) => unknown,
): Error {
  const chain = stack.length === 0 ? '' : `\nRequire stack:\n- ${stack.join('\n- ')}`;
  const error = coded(new Error(`Cannot find module '${specifier}'${chain}`), 'MODULE_NOT_FOUND');
  Object.assign(error, { requireStack: [...stack] });
  Error.captureStackTrace(error, above);
  return error;
}

/**
 * A module with a top-level `await`, or one that imports such a module: it ends in a later turn, which a `require` cannot wait for.
 *
 * @source https://nodejs.org/api/errors.html#err_require_async_module
 */
export function requireAsyncModule(path: string, importer: string | undefined): Error {
  const from = importer === undefined ? '' : `\n  From ${importer} `;
  return coded(
    new Error(
      `require() cannot be used on an ESM graph with top-level await. Use import() instead. To see where the top-level await comes from, use --experimental-print-required-tla.${from}\n  Requiring ${path} `,
    ),
    'ERR_REQUIRE_ASYNC_MODULE',
  );
}

/**
 * A module that runs right now requires itself through others.
 *
 * @source https://nodejs.org/api/errors.html#err_require_cycle_module
 */
export function requireCycle(path: string, importer: string | undefined): Error {
  const from = importer === undefined ? '' : ` (from ${importer})`;
  return coded(
    new Error(
      `Cannot require() ES Module ${path} in a cycle${from}. A cycle involving require(esm) is disallowed to maintain invariants mandated by the ECMAScript specification. Try making at least part of the dependency in the graph lazily loaded.`,
    ),
    'ERR_REQUIRE_CYCLE_MODULE',
  );
}

/** Why a file of the plugin cannot be required. It is data, so that a thread can be told. */
export type RequireProblem =
  | {
      readonly kind: 'invalid';
      readonly path: string;
      readonly reason: string;
      readonly line: number;
      readonly column: number;
    }
  | { readonly kind: 'json'; readonly path: string; readonly message: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly code: string }
  | {
      readonly kind: 'other';
      readonly message: string;
      /** Node's code. */
      readonly code?: string | undefined;
      readonly isSyntax?: boolean;
    };

/** The error that the `require` throws. */
export function requireError(problem: RequireProblem): Error {
  switch (problem.kind) {
    case 'invalid':
      return invalidModule(problem);
    case 'json':
      return new SyntaxError(`${problem.path}: ${problem.message}`);
    case 'unreadable':
      return unreadableModule(problem);
    case 'other':
      return otherProblem(problem);
  }
}

/** A file that is not valid, with its place at the top of the stack, as the engine would put it. */
function invalidModule({
  path,
  reason,
  line,
  column,
}: Extract<RequireProblem, { readonly kind: 'invalid' }>): Error {
  const error = new SyntaxError(reason);
  const [, ...frames] = String(error.stack).split('\n');
  error.stack = [`SyntaxError: ${reason}`, `    at ${path}:${line}:${column}`, ...frames].join(
    '\n',
  );
  return error;
}

/** A file that could not be read. */
function unreadableModule({
  path,
  code,
}: Extract<RequireProblem, { readonly kind: 'unreadable' }>): Error {
  const syscall = 'open';
  return Object.assign(new Error(`${code}: cannot read the file, ${syscall} '${path}'`), {
    ...{ code, syscall, path },
  });
}

function coded<E extends Error>(error: E, code: string): E & WithCode {
  // As Node's own errors: the code is in the stack, not in the name.
  error.stack = String(error.stack).replace(/^Error/, `Error [${code}]`);
  return Object.assign(error, { code });
}

/** A file that the required one imports cannot be had. */
function otherProblem({
  message,
  code,
  isSyntax,
}: Extract<RequireProblem, { readonly kind: 'other' }>): Error {
  const error = isSyntax === true ? new SyntaxError(message) : new Error(message);
  return code === undefined ? error : Object.assign(error, { code });
}
