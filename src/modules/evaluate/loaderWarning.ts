import vm from 'node:vm';

const FEATURE = 'vm.USE_MAIN_CONTEXT_DEFAULT_LOADER';
/** A text that may make functions of other texts, and so call `import()` where nobody can suppress the warning. */
const MAKES_FUNCTIONS = /\b(?:Function|eval)\b/;

let isGiven = false;

/** Lets Node give its warning while nobody hears it, before the first module runs that may cause it. */
export function silenceLoaderWarning(code: string): void {
  if (isGiven || !MAKES_FUNCTIONS.test(code)) return;
  isGiven = true;
  const load: unknown = vm.compileFunction("return import('node:path')", [], {
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  if (typeof load === 'function')
    withoutLoaderWarning((): unknown => Reflect.apply(load, undefined, []));
}

/**
 * Suppresses Node's warning that an `import()` through its own loader is experimental, during the synchronous part of `work`. A plugin's
 * author cannot act on it. Node gives it once per process.
 */
export function withoutLoaderWarning<A>(work: () => A): A {
  const emitWarning = process.emitWarning.bind(process);
  const own = Reflect.get(process, 'emitWarning');
  process.emitWarning = (...args: unknown[]) => {
    if (!String(args[0]).includes(FEATURE)) Reflect.apply(emitWarning, undefined, args);
  };
  try {
    return work();
  } finally {
    process.emitWarning = own;
  }
}
