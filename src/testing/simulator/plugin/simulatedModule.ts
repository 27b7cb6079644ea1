import { hash } from 'node:crypto';
import type { CompiledModule } from '../../../modules/ModuleGraph.js';

/** What the code of a simulated module may load. */
export interface SimulatedLoads {
  /** The namespace of the module that it imports statically; undefined when it imports none. */
  readonly imported: object | undefined;
  /** `import(specifier)`. */
  readonly load: (specifier: string) => Promise<object>;
}

/** A module whose code is a function of ours. It awaits at its top level, as far as the linker knows. */
export function simulatedModule(options: {
  readonly path: string;
  readonly source: string;
  /** The specifier that it imports statically. */
  readonly imports: readonly string[];
  readonly exportNames: readonly string[];
  /** Runs the module, and gives the values of its exports. */
  readonly evaluate: (loads: SimulatedLoads) => Promise<object>;
}): CompiledModule {
  const { path, source, imports, exportNames, evaluate } = options;
  return {
    path,
    hash: hash('sha256', source),
    source,
    imports,
    dynamicImports: [],
    form: { kind: 'json' },
    outline: {
      requests: imports.map((specifier) => ({ specifier })),
      imports: imports.map((_specifier, request) => ({ request, name: undefined, local: 'part' })),
      ownExports: exportNames.map((name) => ({ exported: name, local: name })),
      passedExports: [],
      starExports: [],
      isAsync: true,
    },
    makeBody(scope, linked) {
      let exported: object | undefined;
      const load = (specifier: string) => scope.import(specifier);
      const getters = exportNames.map(
        (name) => (): unknown => exported && Reflect.get(exported, name),
      );
      const run = async () => {
        const part: unknown = Reflect.get(linked, 'part');
        const imported = typeof part === 'object' && part !== null ? part : undefined;
        exported = await evaluate({ imported, load });
      };
      return { getters, run };
    },
  };
}
