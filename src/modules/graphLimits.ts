import type { CompiledModule } from './evaluate/CompiledModule.js';
import type { ModuleGraph } from './ModuleGraph.js';

/** Each file of a graph is watched, and its imports are linked. */
const MAX_MODULE_COUNT = 8_192;
/** Each import that leads to no file is looked for at 20 paths, which are watched. */
const MAX_SPECIFIER_COUNT = 8_192;
/** The text of a failure goes to terminals, logs and audits: a name in it may be as long as the source. */
const MAX_REASON_LENGTH = 1_000;

/** Why a graph does not take one module more. */
export function countProblem(
  { modules }: ModuleGraph,
  compiled: CompiledModule,
): string | undefined {
  if (modules.size >= MAX_MODULE_COUNT) {
    return `the plugin has more than ${MAX_MODULE_COUNT.toLocaleString('en')} files; make packages of those that seldom change`;
  }
  const { imports, dynamicImports, form } = compiled;
  const requires = form.kind === 'commonjs' ? form.requires : [];
  const count = imports.length + dynamicImports.length + requires.length;
  if (count <= MAX_SPECIFIER_COUNT) return undefined;
  return `imports from ${count.toLocaleString('en')} places, ${MAX_SPECIFIER_COUNT.toLocaleString('en')} at most; split it`;
}

/** The text of a failure, at most so long. */
export function shortened(text: string): string {
  return text.length <= MAX_REASON_LENGTH ? text : `${text.slice(0, MAX_REASON_LENGTH)}…`;
}
