import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ModuleLinks } from './evaluate/CompiledModule.js';
import { ImportError, newNamespace, reExport, requireExports } from './link/namespace.js';
import type { LinkedGraph, LinkedModule } from './ModuleGraph.js';
import type { HostModules } from './resolve/hostModules.js';
import type { Resolution } from './resolve/resolveModule.js';

// The other parts that callers need to run modules, in the host's process and in a worker's thread. Nothing here imports a package at run
// time: a thread starts without packages.
export { type ModuleText, runnableModule } from './evaluate/runnableModule.js';
export { ImportError } from './link/namespace.js';
export { createHostModules, type HostModules } from './resolve/hostModules.js';
export type { PathMapping } from './resolve/pathMapping.js';
export { type Resolution, resolveModule } from './resolve/resolveModule.js';
export { type RawMap, stackTraces } from './stacks/stackTraces.js';

/** What an evaluation needs from outside the graph. */
export interface EvaluationPorts {
  /** Loads what is not in the graph: packages and Node's own modules. */
  readonly hostModules: Pick<HostModules, 'load' | 'resolveUrl'>;
  /** Finds where a computed import leads. */
  readonly resolve: (specifier: string, importer: string) => Resolution;
  /** Adds the file that a computed import names, and all that it imports, to the graph. */
  readonly extend: (path: string) => Promise<LinkedModule>;
  /** Called per module with an object that lives exactly as long as any function of that module. */
  readonly onScope?: (scope: object) => void;
}

/** One module of this evaluation. */
interface Running {
  readonly module: LinkedModule;
  readonly exports: object;
  state: 'new' | 'started' | 'done';
  /** Settles with the outcome of the module's top-level code. */
  readonly ended: Promise<void>;
  readonly end: (outcome: Promise<void>) => void;
  /** The module that this one imports statically and waits for now. A chain of such waits that leads back to its start is a cycle. */
  waitsFor: Running | undefined;
}

/**
 * Evaluates a graph once, with new instances of all its modules: imports in source order, each module after what it imports. Exports are
 * getters, so bindings are live. In a cycle a module may see the namespace of another one before all its exports have values, as in
 * ECMAScript; functions have theirs from the start.
 *
 * @returns The entry's namespace, wrapped in an object: `await` would take a namespace that exports `then` for a promise.
 */
export async function evaluateGraph(
  graph: LinkedGraph,
  ports: EvaluationPorts,
): Promise<{ readonly namespace: object }> {
  /** By path: each module runs once. */
  const instances = new Map<string, Running>();

  const instanceOf = (module: LinkedModule): Running => {
    const { path } = module.compiled;
    const known = instances.get(path);
    if (known !== undefined) return known;
    const made = newInstance(module);
    instances.set(path, made);
    return made;
  };

  const run = (instance: Running): Promise<void> => {
    if (instance.state === 'new') {
      instance.state = 'started';
      const running = instance.module.compiled.run(linksOf(instance));
      instance.end(
        running.then(() => {
          instance.state = 'done';
        }),
      );
    }
    return instance.ended;
  };

  const loadFile = async (
    importer: Running,
    path: string,
    specifier: string,
    names: readonly string[],
  ) => {
    const target = instanceOf(graph.modules.get(path) ?? (await ports.extend(path)));
    if (target.state !== 'done') {
      if (waitsFor(target, importer)) return target.exports;
      // Set before the target starts: the target may import this module in the same turn, and must see the cycle.
      importer.waitsFor = target;
      await run(target);
      importer.waitsFor = undefined;
    }
    requireExports(target.exports, names, specifier, importer.module.compiled.path);
    return target.exports;
  };

  const linksOf = (importer: Running): ModuleLinks => {
    const { compiled, resolutions } = importer.module;
    const { path } = compiled;
    const meta = importMeta(path, ports.hostModules);
    ports.onScope?.(meta);
    return {
      exports: importer.exports,
      meta,
      async load(specifier, info) {
        const names = info?.importedNames ?? [];
        const resolution = resolutions.get(specifier) ?? ports.resolve(specifier, path);
        if (resolution.kind === 'missing') throw notFound(specifier, path);
        if (resolution.kind !== 'external')
          return loadFile(importer, resolution.path, specifier, names);
        const namespace = await ports.hostModules.load(resolution.specifier, path);
        requireExports(namespace, names, specifier, path);
        return namespace;
      },
      async loadDynamic(computed) {
        const specifier = String(computed);
        const resolution = ports.resolve(specifier, path);
        if (resolution.kind === 'missing') throw notFound(specifier, path);
        if (resolution.kind === 'external') {
          return ports.hostModules.load(resolution.specifier, path);
        }
        const target = instanceOf(
          graph.modules.get(resolution.path) ?? (await ports.extend(resolution.path)),
        );
        await run(target);
        return target.exports;
      },
      reExport: (namespace) => reExport(importer.exports, namespace),
    };
  };

  const entry = graph.modules.get(graph.entry);
  if (entry === undefined) throw new Error(`the graph has no module for its entry ${graph.entry}`);
  const root = instanceOf(entry);
  await run(root);
  return { namespace: root.exports };
}

function newInstance(module: LinkedModule): Running {
  let end: Running['end'] = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  // Importers get the failure. Without this handler a failure before the first importer awaits it would be an unhandled rejection.
  ended.catch(() => undefined);
  return { module, exports: newNamespace(), state: 'new', ended, end, waitsFor: undefined };
}

/** Whether `from` waits for `target` over any number of static imports. Then waiting for `from` would never end. */
function waitsFor(from: Running, target: Running): boolean {
  for (let at: Running | undefined = from; at !== undefined; at = at.waitsFor) {
    if (at === target) return true;
  }
  return false;
}

function importMeta(path: string, hostModules: EvaluationPorts['hostModules']): object {
  const meta = {
    url: pathToFileURL(path).href,
    filename: path,
    dirname: dirname(path),
    resolve: (specifier: string) => hostModules.resolveUrl(specifier, path),
  };
  Object.setPrototypeOf(meta, null);
  return meta;
}

function notFound(specifier: string, importer: string): ImportError {
  return new ImportError(`cannot find "${specifier}"`, importer, specifier);
}
