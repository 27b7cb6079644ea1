import { isBuiltin } from 'node:module';
import type { ModuleScope } from '../evaluate/CompiledModule.js';
import type { ModuleRequest } from '../evaluate/ModuleOutline.js';
import type { HostModules } from '../resolve/hostModules.js';
import type { Resolution } from '../resolve/resolveModule.js';
import { codedError, moduleNotFound } from './importErrors.js';
import type { LinkedGraph, LinkedModule } from './LinkedGraph.js';
import { linkNames, starredExternals } from './linkNames.js';
import { ExternalModule, ModuleInstance } from './ModuleInstance.js';
import { defineImports } from './namespace.js';

export interface LinkerPorts {
  readonly hostModules: Pick<HostModules, 'load' | 'loadedAlready'>;
  /** Finds where a computed import leads. */
  readonly resolve: (specifier: string, importer: string) => Resolution;
  /** Adds a file, and all that it imports, to the graph. */
  readonly extend: (path: string) => Promise<LinkedModule>;
  /** What the code of an instance may ask for. */
  readonly scopeOf: (instance: ModuleInstance) => ModuleScope;
}

/**
 * Makes instances of modules and links their names. Nothing of a module runs here but the making of its functions.
 */
export class Linker {
  /** By path, with the query that the import gives. */
  readonly #instances = new Map<string, ModuleInstance>();
  readonly #externals = new Map<string, ExternalModule>();
  /** Settles when the last order is done: orders are handled one by one. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly graph: LinkedGraph,
    readonly ports: LinkerPorts,
  ) {}

  /** The instance of what an import leads to, linked with all that it imports. */
  link(
    target: Resolution,
    request: ModuleRequest,
    importer: string,
  ): Promise<ModuleInstance | ExternalModule> {
    const linked = this.#last.then(() => this.#link(target, request, importer));
    this.#last = linked.catch(() => undefined);
    return linked;
  }

  async #link(
    resolution: Resolution,
    request: ModuleRequest,
    importer: string,
  ): Promise<ModuleInstance | ExternalModule> {
    const made: ModuleInstance[] = [];
    try {
      const target = await this.#instanceOf(resolution, request, importer, made);
      // The list grows while it is read.
      for (const instance of made) await this.#findTargets(instance, made);
      await Promise.all(made.flatMap(starredExternals).map((external) => external.load()));
      const inOrder = target instanceof ModuleInstance ? importsFirst(target) : [];
      const names = inOrder.map((instance) => ({ instance, imports: linkNames(instance) }));
      for (const { instance } of names) instance.isLinked = true;
      const bound = names.map(({ instance, imports }) => {
        const object = {};
        instance.setBody(instance.module.compiled.makeBody(this.ports.scopeOf(instance), object));
        return { object, imports };
      });
      for (const { object, imports } of bound) defineImports(object, imports);
      await Promise.all(inOrder.flatMap(({ body }) => body?.ready ?? []));
      return target;
    } catch (error) {
      // An import that failed to link is linked anew when it is tried again.
      for (const { key } of made) this.#instances.delete(key);
      throw error;
    }
  }

  async #findTargets(instance: ModuleInstance, made: ModuleInstance[]): Promise<void> {
    const { module, path, outline } = instance;
    const targets: (ModuleInstance | ExternalModule)[] = [];
    for (const request of outline.requests) {
      const { specifier } = request;
      const resolution = module.resolutions.get(specifier) ?? this.ports.resolve(specifier, path);
      targets.push(await this.#instanceOf(resolution, request, path, made));
    }
    instance.targets = targets;
  }

  async #instanceOf(
    resolution: Resolution,
    request: ModuleRequest,
    importer: string,
    made: ModuleInstance[],
  ): Promise<ModuleInstance | ExternalModule> {
    const { specifier } = request;
    if (resolution.kind === 'missing') throw moduleNotFound(specifier, importer);
    if (resolution.kind === 'external')
      return this.#external(resolution.specifier, request, importer);
    checkAttributes(request, resolution.kind, importer);
    const key = `${resolution.path}${resolution.suffix ?? ''}`;
    const known = this.#instances.get(key);
    if (known !== undefined) return known;
    const module =
      this.graph.modules.get(resolution.path) ?? (await this.ports.extend(resolution.path));
    const instance = new ModuleInstance(key, module);
    this.#instances.set(key, instance);
    made.push(instance);
    return instance;
  }

  async #external(
    specifier: string,
    { attributes }: ModuleRequest,
    importer: string,
  ): Promise<ExternalModule> {
    const { hostModules } = this.ports;
    const key = JSON.stringify([specifier, importer, attributes]);
    const known = this.#externals.get(key);
    if (known !== undefined) return known;
    const external = new ExternalModule(
      specifier,
      hostModules.loadedAlready(specifier, importer),
      () => hostModules.load(specifier, importer, attributes),
    );
    this.#externals.set(key, external);
    // Node's own modules do nothing that the order of evaluation would show.
    if (external.namespace === undefined && isBuiltin(specifier)) await external.load();
    return external;
  }
}

/** The modules that are not linked yet, each after what it imports. Without recursion: imports may lead deep. */
function importsFirst(root: ModuleInstance): readonly ModuleInstance[] {
  const order: ModuleInstance[] = [];
  const seen = new Set<ModuleInstance>();
  const waiting: { readonly instance: ModuleInstance; at: number }[] = [];
  const enter = (instance: ModuleInstance | ExternalModule | undefined) => {
    if (!(instance instanceof ModuleInstance) || instance.isLinked || seen.has(instance)) return;
    seen.add(instance);
    waiting.push({ instance, at: 0 });
  };
  enter(root);
  for (let top = waiting.at(-1); top !== undefined; top = waiting.at(-1)) {
    if (top.at < top.instance.targets.length) {
      top.at += 1;
      enter(top.instance.targets[top.at - 1]);
    } else {
      order.push(top.instance);
      waiting.pop();
    }
  }
  return order;
}

/** JSON may be imported without its attribute: files that other tools accept stay valid. All else is refused as Node refuses it. */
function checkAttributes(
  { specifier, attributes = {} }: ModuleRequest,
  kind: 'module' | 'json',
  importer: string,
): void {
  const place = { importer, written: specifier };
  for (const [key, value] of Object.entries(attributes)) {
    if (key !== 'type' || value !== 'json') {
      const message = `Import attribute "${key}" with value "${value}" is not supported`;
      throw codedError('ERR_IMPORT_ATTRIBUTE_UNSUPPORTED', message, place);
    }
    if (kind !== 'json') {
      const message = `Module "${specifier}" is not of type "json"`;
      throw codedError('ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE', message, place);
    }
  }
}
