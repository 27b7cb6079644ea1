import { usingContext } from './usingContext.js';

/** Modules that the compiler's output imports for syntax that Node 20 lacks. The runtime brings them; nobody installs them. */
export const compilerHelpers: ReadonlyMap<string, object> = new Map([
  ['@oxc-project/runtime/helpers/usingCtx', { default: usingContext }],
]);
