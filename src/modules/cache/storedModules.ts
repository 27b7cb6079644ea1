import { commonjsData, runnableCommonjs } from '../commonjs/runnableCommonjs.js';
import type { CommonjsText, CompilationCache, CompiledModule } from '../evaluate/CompiledModule.js';
import { runnableModule, runsAsCommonjs, scriptData } from '../evaluate/runnableModule.js';
import { type MakeMaps, stackTraces } from '../stacks/stackTraces.js';
import { toolComments } from '../stacks/toolMap.js';
import type { StoredModule } from './StoredModule.js';

/**
 * What is kept of a module. Undefined for JSON, which is parsed anew in each case.
 *
 * @param typescript - Which `typescript` lowered it, if one did. Its map is kept, since it is not made twice.
 */
export function storedModule(
  { form, imports, dynamicImports }: CompiledModule,
  typescript: string | undefined,
  cache: CompilationCache,
): StoredModule | undefined {
  if (form.kind === 'json') return undefined;
  const { code, headLength } = form;
  const text = { code, headLength, imports, dynamicImports };
  const lowered = typescript === undefined ? {} : { typescript };
  if (form.kind === 'script') {
    const { kind, parameters, outline } = form;
    const maps = typescript === undefined ? {} : { maps: form.maps() };
    const data = scriptData(form, cache);
    return { ...text, ...lowered, ...maps, kind, parameters, outline, ...(data && { data }) };
  }
  const { kind, importName, convertName, names, reexports, requires } = form;
  const data = commonjsData(form, cache);
  return {
    ...{ ...text, ...lowered, kind, importName, convertName, names, reexports, requires },
    // How its maps are made depends on what was done to it; most have none.
    ...{ maps: form.maps(), ...(data && { data }) },
  };
}

/** The file that a kept module was compiled from, as it is now. */
interface StoredSource extends Pick<CompiledModule, 'path' | 'source' | 'hash' | 'kind'> {
  readonly variant: string;
  readonly scriptName: string;
  /** Its maps, where none are kept. */
  readonly sourceMaps: MakeMaps;
}

/** The module that a compilation of the file made, from what was kept of it. */
export function restoredModule(
  file: StoredSource,
  stored: StoredModule,
  cache: CompilationCache,
): CompiledModule {
  const { path, source, hash, kind, variant, scriptName, sourceMaps } = file;
  const { code, headLength, imports, dynamicImports, maps: kept, data } = stored;
  const maps: MakeMaps = () => kept ?? sourceMaps();
  const text = {
    ...{ code, headLength, scriptName },
    comments: toolComments(file, maps, headLength),
  };
  const common = {
    ...{ path, hash, source, kind, imports, dynamicImports },
    ...(variant !== '' && { variant }),
  };
  const registered = (module: CompiledModule) => {
    stackTraces.register({ ...text, maps }, path, module);
    return module;
  };
  if (stored.kind === 'script') {
    const { parameters, outline } = stored;
    const form = { kind: 'script', ...text, parameters, outline, maps } as const;
    return registered({ ...common, form, ...runnableModule(form, cache, data) });
  }
  const { importName, convertName, names, reexports, requires } = stored;
  const runnable: CommonjsText = { ...text, importName, convertName };
  const form = { kind: 'commonjs', ...runnable, maps, names, reexports, requires } as const;
  const commonjs = runnableCommonjs(runnable, cache, data);
  return registered({ ...common, form, commonjs, ...runsAsCommonjs });
}
