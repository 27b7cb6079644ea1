import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CommonjsModules, type CommonjsPorts } from './commonjs/CommonjsModules.js';
import { commonjsBody } from './commonjs/commonjsBody.js';
import type { ModuleScope } from './evaluate/CompiledModule.js';
import { Evaluation } from './link/Evaluation.js';
import { codedError } from './link/importErrors.js';
import { Linker } from './link/Linker.js';
import { ModuleInstance } from './link/ModuleInstance.js';
import type { LinkedGraph, LinkedModule } from './ModuleGraph.js';
import type { HostModules } from './resolve/hostModules.js';
import type { Resolution } from './resolve/resolveModule.js';

// The other parts that callers need to run modules, in the host's process and in a worker's thread. Nothing here imports a package at run
// time: a thread starts without packages.
export { type RequireProblem, requireError } from './commonjs/requireErrors.js';
export { isHostSpecifier, type RequireTarget } from './commonjs/resolveRequire.js';
export { runnableCommonjs } from './commonjs/runnableCommonjs.js';
export type { RunnableText } from './evaluate/CompiledModule.js';
export type { ModuleOutline } from './evaluate/ModuleOutline.js';
export {
  type ModuleText,
  runnableModule,
  runsAsCommonjs,
} from './evaluate/runnableModule.js';
export { type FileProblem, fileProblem, importFailure } from './link/fileProblem.js';
export {
  type ImportPlace,
  importPlaceOf,
  isImportPlace,
  placedError,
} from './link/importErrors.js';
export { createHostModules, type HostModules } from './resolve/hostModules.js';
export type { PathMapping } from './resolve/pathMapping.js';
export { type Resolution, resolveModule } from './resolve/resolveModule.js';
export { type RawMap, stackTraces } from './stacks/stackTraces.js';

/** What an evaluation needs from outside the graph. */
export interface EvaluationPorts {
  /** Loads what is not in the graph: packages and Node's own modules. */
  readonly hostModules: Pick<HostModules, 'load' | 'loadedAlready' | 'resolveUrl'> &
    Partial<Pick<HostModules, 'noteRequired'>>;
  /** Finds where a computed import leads. */
  readonly resolve: (specifier: string, importer: string) => Resolution;
  /** Adds the file that a computed import names, and all that it imports, to the graph. */
  readonly extend: (path: string) => Promise<LinkedModule>;
  /** What `require` needs at once: where it leads, and the modules of files. */
  readonly requires: Pick<CommonjsPorts, 'resolveRequire'> & {
    readonly moduleAt: (path: string) => LinkedModule;
  };
  /** Called per module with an object that lives exactly as long as any function of that module. */
  readonly onScope?: (scope: object) => void;
}

/**
 * Evaluates a graph once, with new instances of all its modules. First all names are linked; a name that cannot be had fails before
 * anything runs. Then the modules run, in the order that ECMAScript gives them.
 *
 * @returns The entry's namespace, wrapped in an object: `await` would take a namespace that exports `then` for a promise.
 */
export async function evaluateGraph(
  graph: LinkedGraph,
  ports: EvaluationPorts,
): Promise<{ readonly namespace: object }> {
  const evaluation = new Evaluation();

  const importFrom = async (
    path: string,
    computed: unknown,
    options?: unknown,
  ): Promise<object> => {
    const specifier = textOf(computed);
    const attributes = attributesOf(options, specifier, path);
    const target = await linker.link(
      ports.resolve(specifier, path),
      { specifier, ...(attributes && { attributes }) },
      path,
    );
    if (target instanceof ModuleInstance) {
      await evaluation.run(target);
      return target.namespace();
    }
    await target.load();
    return target.wholeNamespace();
  };

  const scopeOf = ({ path, key }: ModuleInstance) => {
    const scope = new LazyScope(
      () => importMeta(path, key.slice(path.length), ports.hostModules),
      (computed, options) => importFrom(path, computed, options),
    );
    ports.onScope?.(scope);
    return scope;
  };

  const commonjs: CommonjsModules = new CommonjsModules({
    ...ports.requires,
    requireModule(path, importer) {
      const instance = linker.linkNow(path);
      evaluation.runNow(instance, importer, (file) => commonjs.isRunning(file));
      return instance.namespace();
    },
    importFrom: (specifier, importer, options) => importFrom(importer, specifier, options),
    onScope: ports.onScope,
    onHostLoaded: ports.hostModules.noteRequired,
  });

  const linker: Linker = new Linker(graph, {
    ...ports,
    scopeOf,
    hostModules: withOwnRequire(ports.hostModules, commonjs),
    commonjsBody: ({ path, outline }) => commonjsBody(outline, () => commonjs.run(path)),
    moduleAt: ports.requires.moduleAt,
    loadHostNow: (specifier, importer) => commonjs.hostNamespace(specifier, importer),
  });
  const { entry } = graph;
  const root = await linker.link({ kind: 'module', path: entry }, { specifier: entry }, entry);
  if (!(root instanceof ModuleInstance)) throw new Error(`the entry ${entry} is no module`);
  await evaluation.run(root);
  return { namespace: root.namespace() };
}

/** Few modules ask for their `import.meta`: it is made then. */
class LazyScope implements ModuleScope {
  readonly import: ModuleScope['import'];
  readonly #makeMeta: () => object;
  #meta: object | undefined;

  constructor(makeMeta: () => object, load: ModuleScope['import']) {
    this.#makeMeta = makeMeta;
    this.import = load;
  }

  get meta(): object {
    this.#meta ??= this.#makeMeta();
    return this.#meta;
  }
}

/** Node's modules and packages, but for a `node:module` whose `createRequire` gives this version's files. */
function withOwnRequire(
  hostModules: EvaluationPorts['hostModules'],
  commonjs: CommonjsModules,
): Pick<HostModules, 'load' | 'loadedAlready'> {
  const isModule = (specifier: string) => specifier === 'module' || specifier === 'node:module';
  return {
    load: (specifier, importer, attributes) =>
      isModule(specifier)
        ? Promise.resolve(commonjs.moduleNamespace)
        : hostModules.load(specifier, importer, attributes),
    loadedAlready: (specifier, importer) =>
      isModule(specifier)
        ? commonjs.moduleNamespace
        : hostModules.loadedAlready(specifier, importer),
  };
}

/** As the language makes a text of a specifier: unlike `String`, it refuses a symbol. */
function textOf(specifier: unknown): string {
  if (typeof specifier === 'symbol') {
    throw new TypeError('Cannot convert a Symbol value to a string');
  }
  return String(specifier);
}

/** The attributes in the second argument of `import()`. Of other values the language makes an error. */
function attributesOf(
  options: unknown,
  specifier: string,
  importer: string,
): Readonly<Record<string, string>> | undefined {
  if (options === undefined) return undefined;
  const given: unknown =
    typeof options === 'object' && options !== null ? Reflect.get(options, 'with') : null;
  if (given === undefined) return undefined;
  if (typeof given !== 'object' || given === null) {
    throw new TypeError('The second argument of import() must be an object');
  }
  const entries = Object.entries(given).map(([key, value]: [string, unknown]) => {
    if (typeof value === 'string') return [key, value] as const;
    const place = { importer, written: specifier };
    throw codedError(
      'ERR_IMPORT_ATTRIBUTE_UNSUPPORTED',
      `Import attribute "${key}" is no string`,
      place,
    );
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function importMeta(
  path: string,
  suffix: string,
  hostModules: EvaluationPorts['hostModules'],
): object {
  const meta = {
    dirname: dirname(path),
    filename: path,
    main: false,
    resolve: (specifier: string) => hostModules.resolveUrl(specifier, path),
    url: `${pathToFileURL(path).href}${suffix}`,
  };
  Object.setPrototypeOf(meta, null);
  return meta;
}
