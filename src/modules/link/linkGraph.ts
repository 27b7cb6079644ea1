import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { closestName } from '../../model/closestName.js';
import type { LinkedGraph, LinkedModule } from './ModuleGraph.js';
import type { ModuleLinks } from '../evaluate/CompiledModule.js';
import type { Resolution } from '../resolve/resolveModule.js';

/** What the linker needs from outside the graph. */
export interface LinkerPorts {
  /** Told of an object that lives as long as any function that a module makes. */
  readonly onScope?: (scope: object) => void;
  readonly loadExternal: (specifier: string, importer: string) => Promise<object>;
  readonly resolveUrl: (specifier: string, importer: string) => string;
  readonly resolve: (specifier: string, importer: string) => Resolution;
  /** Adds a file that a computed import names to the graph. */
  readonly extend: (path: string) => Promise<LinkedModule>;
}

interface Running {
  readonly module: LinkedModule;
  readonly exports: object;
  state: 'new' | 'started' | 'done';
  readonly ended: Promise<void>;
  readonly end: (outcome: Promise<void>) => void;
  /** The static import that this module waits for. */
  waitsFor: Running | undefined;
}

/**
 * Runs a graph once, into a new instance of every module: imports in source order, each module after what it imports. Exports are
 * getters, so bindings are live. In a cycle the later module gets the namespace of the earlier one as far as it is filled, as in the
 * language; functions are there from the start.
 *
 * @returns The namespace of the entry, in a box: a namespace that exports `then` would be taken for a promise.
 */
export async function linkGraph(
  graph: LinkedGraph,
  ports: LinkerPorts,
): Promise<{ readonly namespace: object }> {
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
      if (reaches(target, importer)) return target.exports;
      // Before the target starts: it may import this module at once, and must see that it is waited for.
      importer.waitsFor = target;
      await run(target);
      importer.waitsFor = undefined;
    }
    return checked(target.exports, names, importer, specifier);
  };

  const linksOf = (importer: Running): ModuleLinks => {
    const { compiled, resolutions } = importer.module;
    const meta = metaOf(compiled, ports);
    ports.onScope?.(meta);
    return {
      exports: importer.exports,
      meta,
      async load(specifier, info) {
        const names = info?.importedNames ?? [];
        const resolution = resolutions.get(specifier) ?? ports.resolve(specifier, compiled.path);
        if (resolution.kind === 'missing') throw notFound(specifier, compiled);
        if (resolution.kind !== 'external')
          return loadFile(importer, resolution.path, specifier, names);
        const namespace = await ports.loadExternal(resolution.specifier, compiled.path);
        return checked(namespace, names, importer, specifier);
      },
      async loadDynamic(computed) {
        const specifier = String(computed);
        const resolution = ports.resolve(specifier, compiled.path);
        if (resolution.kind === 'missing') throw notFound(specifier, compiled);
        if (resolution.kind === 'external') {
          return ports.loadExternal(resolution.specifier, compiled.path);
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
  if (entry === undefined) throw new Error(`no module for ${graph.entry}`);
  const root = instanceOf(entry);
  await run(root);
  return { namespace: root.exports };
}

function newInstance(module: LinkedModule): Running {
  let end: Running['end'] = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  // Who imports it hears of a failure; a dynamic import may be nobody's yet.
  ended.catch(() => undefined);
  return { module, exports: newNamespace(), state: 'new', ended, end, waitsFor: undefined };
}

/** Whether `from` waits, over any number of static imports, for `target`: then waiting for `from` would never end. */
function reaches(from: Running, target: Running): boolean {
  for (let at: Running | undefined = from; at !== undefined; at = at.waitsFor) {
    if (at === target) return true;
  }
  return false;
}

/** As in the language: without a prototype, so that only exports can be found on it. */
function newNamespace(): object {
  const namespace = Object.defineProperty({}, Symbol.toStringTag, { value: 'Module' });
  Object.setPrototypeOf(namespace, null);
  return namespace;
}

/** `export *`: all but `default`, and what the module itself exports wins. */
function reExport(exports: object, namespace: object): void {
  for (const key of Object.keys(namespace)) {
    if (key === 'default' || Object.hasOwn(exports, key)) continue;
    Object.defineProperty(exports, key, {
      enumerable: true,
      configurable: true,
      get: (): unknown => Reflect.get(namespace, key),
    });
  }
}

function metaOf({ path }: LinkedModule['compiled'], ports: LinkerPorts): object {
  const meta = {
    url: pathToFileURL(path).href,
    filename: path,
    dirname: dirname(path),
    resolve: (specifier: string) => ports.resolveUrl(specifier, path),
  };
  Object.setPrototypeOf(meta, null);
  return meta;
}

/** The language refuses an import of a name that is not exported; so does this. */
function checked(
  namespace: object,
  names: readonly string[],
  importer: Running,
  specifier: string,
): object {
  const missing = names.find((name) => !(name in namespace));
  if (missing === undefined) return namespace;
  const meant = closestName(missing, Object.keys(namespace));
  const hint = meant === undefined ? '; a type needs `import type`' : `; did you mean "${meant}"?`;
  throw new ImportError(
    `"${specifier}" has no export "${missing}"${hint}`,
    importer.module.compiled.path,
    missing,
  );
}

function notFound(specifier: string, { path }: LinkedModule['compiled']): ImportError {
  return new ImportError(`cannot find "${specifier}"`, path, specifier);
}

/** An import of a plugin's module that leads nowhere. A `SyntaxError`, as the language says. */
export class ImportError extends SyntaxError {
  override readonly name = 'ImportError';

  constructor(
    message: string,
    /** The file that imports. */
    readonly importer: string,
    /** The specifier or name as it is written there. */
    readonly written: string,
  ) {
    super(message);
  }
}
