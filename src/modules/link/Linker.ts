import { isBuiltin } from 'node:module';
import type { ModuleBody, ModuleScope } from '../evaluate/CompiledModule.js';
import type { ModuleRequest } from '../evaluate/ModuleOutline.js';
import type { HostModules } from '../resolve/hostModules.js';
import type { Resolution } from '../resolve/resolveModule.js';
import { codedError, moduleNotFound } from './importErrors.js';
import type { LinkedGraph, LinkedModule } from './LinkedGraph.js';
import { linkNames, starredExternals } from './linkNames.js';
import { ExternalModule, ModuleInstance, readerOf } from './ModuleInstance.js';
import { defineImports } from './namespace.js';

export interface LinkerPorts {
  readonly hostModules: Pick<HostModules, 'load' | 'loadedAlready'>;
  /** Finds where a computed import leads. */
  readonly resolve: (specifier: string, importer: string) => Resolution;
  /** Adds a file, and all that it imports, to the graph. */
  readonly extend: (path: string) => Promise<LinkedModule>;
  /** What the code of an instance may ask for. */
  readonly scopeOf: (instance: ModuleInstance) => ModuleScope;
  /** A CommonJS module as a body. */
  readonly commonjsBody: (instance: ModuleInstance) => ModuleBody;
  /** `extend` at once, for a `require`. Throws why it cannot. */
  readonly moduleAt: (path: string) => LinkedModule;
  /** A package at once, for a module that is required. */
  readonly loadHostNow: (specifier: string, importer: string) => object;
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
      for (const instance of made) {
        if (!this.#findPresent(instance, made)) await this.#findTargets(instance, made);
      }
      await Promise.all(made.flatMap(starredExternals).map((external) => external.load()));
      const inOrder = target instanceof ModuleInstance ? importsFirst(target) : [];
      this.#bind(inOrder);
      await Promise.all(inOrder.flatMap(({ body }) => body?.ready ?? []));
      return target;
    } catch (error) {
      this.#forget(made);
      throw error;
    }
  }

  /**
   * The same at once, for a `require` of a module: files that the version does not have are read now, and packages are loaded now. Another
   * order may be under way meanwhile; what it has not linked yet is linked here.
   */
  linkNow(path: string): ModuleInstance {
    const made: ModuleInstance[] = [];
    try {
      const target = this.#instanceNow(path, '', made);
      for (const instance of made) this.#findTargetsNow(instance, made);
      const inOrder = importsFirst(target);
      this.#bind(inOrder);
      return target;
    } catch (error) {
      this.#forget(made);
      throw error;
    }
  }

  #instanceNow(path: string, suffix: string, made: ModuleInstance[]): ModuleInstance {
    const key = `${path}${suffix}`;
    const known = this.#instances.get(key);
    const instance =
      known ?? new ModuleInstance(key, this.graph.modules.get(path) ?? this.ports.moduleAt(path));
    this.#instances.set(key, instance);
    if (!instance.isLinked && !made.includes(instance)) made.push(instance);
    return instance;
  }

  #findTargetsNow(instance: ModuleInstance, made: ModuleInstance[]): void {
    const { module, path, outline } = instance;
    instance.targets = outline.requests.map((request) => {
      const { specifier, attributes } = request;
      const resolution = module.resolutions.get(specifier) ?? this.ports.resolve(specifier, path);
      if (resolution.kind === 'missing') throw moduleNotFound(specifier, path);
      if (resolution.kind !== 'external') {
        checkAttributes(request, resolution.kind, path);
        return this.#instanceNow(resolution.path, resolution.suffix ?? '', made);
      }
      const external = this.#externalOf(resolution.specifier, path, attributes);
      external.loadNow(() => this.ports.loadHostNow(resolution.specifier, path));
      return external;
    });
  }

  /** Links the names of these modules, each after what it imports, and makes their functions. */
  #bind(inOrder: readonly ModuleInstance[]): void {
    const names = inOrder.map(linkNames);
    for (const instance of inOrder) instance.isLinked = true;
    const objects = inOrder.map((instance) => {
      const object = {};
      const { commonjs, makeBody } = instance.module.compiled;
      instance.body =
        commonjs === undefined
          ? makeBody(this.ports.scopeOf(instance), object)
          : this.ports.commonjsBody(instance);
      return object;
    });
    // When all have their functions: modules may import each other.
    for (const [index, imports] of names.entries()) {
      const object = objects[index];
      if (object !== undefined) defineImports(object, imports, readerOf);
    }
  }

  /** An import that failed to link is linked anew when it is tried again. */
  #forget(made: readonly ModuleInstance[]): void {
    for (const { key, isLinked } of made) if (!isLinked) this.#instances.delete(key);
  }

  /** Finds what a module imports, if all of it is in the graph, without a promise per import: that is most of a large plugin. */
  #findPresent(instance: ModuleInstance, made: ModuleInstance[]): boolean {
    const { module, path, outline } = instance;
    const targets: ModuleInstance[] = [];
    for (const request of outline.requests) {
      const resolution = module.resolutions.get(request.specifier);
      const target = resolution && this.#presentOf(resolution, request, path, made);
      if (target === undefined) return false;
      targets.push(target);
    }
    instance.targets = targets;
    return true;
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
    const present = this.#presentOf(resolution, request, importer, made);
    if (present !== undefined) return present;
    const module = await this.ports.extend(resolution.path);
    const key = `${resolution.path}${resolution.suffix ?? ''}`;
    return this.#make(key, module, made);
  }

  /** The instance of a module that the graph has; undefined: it has none. */
  #presentOf(
    resolution: Resolution,
    request: ModuleRequest,
    importer: string,
    made: ModuleInstance[],
  ): ModuleInstance | undefined {
    if (resolution.kind === 'missing' || resolution.kind === 'external') return undefined;
    checkAttributes(request, resolution.kind, importer);
    const { path, suffix = '' } = resolution;
    const key = suffix === '' ? path : `${path}${suffix}`;
    const known = this.#instances.get(key);
    if (known !== undefined) return known;
    const module = this.graph.modules.get(path);
    return module && this.#make(key, module, made);
  }

  #make(key: string, module: LinkedModule, made: ModuleInstance[]): ModuleInstance {
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
    const external = this.#externalOf(specifier, importer, attributes);
    // Node's own modules do nothing that the order of evaluation would show.
    if (external.namespace === undefined && isBuiltin(specifier)) await external.load();
    return external;
  }

  #externalOf(
    specifier: string,
    importer: string,
    attributes: ModuleRequest['attributes'],
  ): ExternalModule {
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
