import type { ModuleBody } from '../evaluate/CompiledModule.js';
import type { ModuleOutline } from '../evaluate/ModuleOutline.js';
import type { LinkedModule } from './LinkedGraph.js';
import { createNamespace, type ReadExport } from './namespace.js';
import {
  type Binding,
  exportedNames,
  exportIndexOf,
  type LinkTarget,
  type OpenModule,
  type OutlinedModule,
  resolveExport,
} from './resolveExport.js';

/** What an evaluation promises for a module: settled once, with its failure or with nothing. */
export interface Outcome {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A module outside of the graph, which the host's own `import()` loads when it is its turn. */
export class ExternalModule implements OpenModule {
  readonly kind = 'open';
  #loading: Promise<void> | undefined;

  constructor(
    readonly specifier: string,
    /** Undefined until it is loaded. */
    public namespace: object | undefined,
    readonly start: () => Promise<object>,
  ) {}

  get names(): ReadonlySet<string> | undefined {
    return this.namespace && new Set(Object.keys(this.namespace));
  }

  /** Loads it in this turn, unless it is loaded. */
  loadNow(load: () => object): void {
    this.namespace ??= load();
  }

  load(): Promise<void> {
    this.#loading ??= this.start().then((namespace) => {
      this.namespace = namespace;
    });
    return this.#loading;
  }

  reader(name: string): ReadExport {
    return (): unknown => Reflect.get(this.#loaded(name), name);
  }

  wholeNamespace(): object {
    return this.#loaded(this.specifier);
  }

  #loaded(name: string): object {
    if (this.namespace !== undefined) return this.namespace;
    throw new ReferenceError(`Cannot access '${name}' before initialization`);
  }
}

/**
 * One module of an evaluation: a cyclic module record of the language, with its fields under names that say more.
 *
 * @source https://tc39.es/ecma262/#sec-cyclic-module-records
 */
export class ModuleInstance implements OutlinedModule {
  readonly kind = 'module';
  /** By index of the request. Set when the module is found, before anything is linked. */
  targets: readonly (ModuleInstance | ExternalModule)[] = [];
  isLinked = false;
  status: 'new' | 'evaluating' | 'evaluating async' | 'evaluated' = 'new';
  /** In an object, since a module may throw `undefined`. */
  failure: { readonly thrown: unknown } | undefined;
  /** Settles for those who evaluate this module, or a module of its cycle. */
  outcome: Outcome | undefined;
  /** The first module of its cycle that was reached; itself outside of cycles. */
  cycleRoot: ModuleInstance | undefined;
  /** The number of modules that were reached before it, and the lowest such number that it leads back to. */
  depth = 0;
  lowestDepth = 0;
  /** When it began to wait for something asynchronous, as a number that counts up. Undefined: it does not wait. */
  waitOrder: number | undefined;
  /** How many modules it waits for, and the modules that wait for it. */
  pendingCount = 0;
  readonly waiting: ModuleInstance[] = [];
  /** The module's functions and variables; set when the module is linked. Nothing of it has run then. */
  body: ModuleBody | undefined;
  /** Undefined until somebody asks: the names of a CommonJS module are known when the graph is complete. */
  #outline: ModuleOutline | undefined;
  #namespace: ReturnType<typeof createNamespace> | undefined;

  constructor(
    readonly key: string,
    readonly module: LinkedModule,
  ) {}

  get outline(): ModuleOutline {
    const { namedOutline, compiled } = this.module;
    this.#outline ??= namedOutline === undefined ? compiled.outline : namedOutline();
    return this.#outline;
  }

  get path(): string {
    return this.module.compiled.path;
  }

  reader(local: string, exported: string): ReadExport {
    const known = this.#ownReader(local);
    if (known !== undefined) return known;
    const all = this.#ownReader('module.exports');
    return (): unknown => Reflect.get(Object(all?.()), exported);
  }

  /** Made on demand: most modules are only imported by name. */
  namespace(): object {
    if (this.#namespace === undefined) {
      this.#namespace = createNamespace(this.#exports());
      this.#namespace.show();
    }
    return this.#namespace.namespace;
  }

  /** Called when the module has run. */
  ran(): void {
    this.#namespace?.show();
  }

  /** Reads a variable of its own, by the variable's name in the module. */
  #ownReader(local: string): ReadExport | undefined {
    const index = exportIndexOf(this.outline, local);
    return index === undefined ? undefined : this.body?.getters[index];
  }

  #openNames(): readonly string[] {
    const exported: unknown = this.#ownReader('module.exports')?.();
    return typeof exported === 'object' && exported !== null ? Object.keys(exported) : [];
  }

  #exports(): ReadonlyMap<string, ReadExport> {
    const names = exportedNames(this) ?? ['default', ...this.#openNames()];
    return new Map(
      [...new Set(names)].flatMap((name) => {
        const { kind, ...found } = resolveExport(this, name);
        return kind === 'found' && 'binding' in found ? [[name, readerOf(found.binding)]] : [];
      }),
    );
  }
}

/** Reads the variable that a name was resolved to. */
export function readerOf({ module, local, exported }: Binding<LinkTarget>): ReadExport {
  if (module instanceof ExternalModule) {
    return exported === undefined ? () => module.wholeNamespace() : module.reader(exported);
  }
  if (!(module instanceof ModuleInstance)) throw new TypeError('the module has no instance');
  if (local === undefined || exported === undefined) return () => module.namespace();
  return module.reader(local, exported);
}
