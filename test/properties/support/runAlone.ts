import { compilerHelpers } from '../../../src/modules/evaluate/compilerHelpers.js';
import type { CompiledModule } from '../../../src/modules/ModuleGraph.js';

/** Runs a module that imports nothing but what the compiler's output needs. */
export async function runAlone({ outline, makeBody }: CompiledModule, meta: object): Promise<void> {
  const imports = {};
  for (const { request, name = '', local } of outline.imports) {
    const { specifier = '' } = outline.requests[request] ?? {};
    const get = (): unknown => Reflect.get(compilerHelpers.get(specifier) ?? {}, name);
    Object.defineProperty(imports, local, { get });
  }
  const body = makeBody({ meta, import: () => Promise.reject(new Error('not used')) }, imports);
  await body.ready;
  await body.run();
}
