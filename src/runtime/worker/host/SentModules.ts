import * as E from 'fp-ts/lib/Either.js';
import { addModule, resolveBounded, withShared } from '../../../modules/buildGraph.js';
import { fileProblem, type Resolution } from '../../../modules/evaluateGraph.js';
import { resolveComputed } from '../../../modules/importNotes.js';
import type { GraphModule } from '../../../modules/ModuleGraph.js';
import { RequireNow } from '../../../modules/requireNow.js';
import type { PluginCode } from '../../code/PluginCode.js';
import { NOT_IN_A_WORKER } from '../../code/SharedModules.js';
import type { InstanceEnvironment } from '../../instances/InstanceHost.js';
import type {
  AddedFiles,
  FoundRequire,
  PreloadOrder,
  Question,
  SentModule,
} from '../wire/workerProtocol.js';

/** The modules of a version as they are sent to its worker, and the answers to what the worker asks about them. */
export class SentModules {
  /** Paths of the modules that the worker has. */
  readonly #sent = new Set<string>();
  readonly #requires: RequireNow;

  constructor(
    readonly environment: InstanceEnvironment,
    readonly code: PluginCode,
  ) {
    const { graph, manifest } = code;
    const plugin = manifest.manifest.name;
    this.#requires = new RequireNow(
      { ...environment, sharedRefusal: NOT_IN_A_WORKER },
      plugin,
      graph,
      environment.onNewFile,
    );
  }

  /** The modules that the worker does not have yet. */
  takeUnsent(): readonly SentModule[] {
    const unsent = [...this.code.graph.modules.values()].filter(
      ({ compiled }) => !this.#sent.has(compiled.path),
    );
    for (const { compiled } of unsent) this.#sent.add(compiled.path);
    return unsent.map(sentModule);
  }

  /** Compiles the file that a computed import names, and all that it imports. */
  async add(path: string): Promise<AddedFiles> {
    const { graph, manifest } = this.code;
    const builder = { ...this.environment, sharedRefusal: NOT_IN_A_WORKER };
    const added = await addModule(builder, manifest.manifest.name, graph, path);
    if (E.isLeft(added)) return { path, modules: [], problem: fileProblem(added.left) };
    this.environment.onNewFile();
    return { path, modules: this.takeUnsent(), problem: undefined };
  }

  /** What the next version will most likely need: the same packages, and all files but the edited one. */
  preload(): PreloadOrder {
    const modules = [...this.code.graph.modules.values()];
    const externals = modules.flatMap(({ compiled, resolutions }) =>
      [...resolutions.values()].flatMap((resolution) =>
        resolution.kind === 'external' ? [[resolution.specifier, compiled.path] as const] : [],
      ),
    );
    return { externals, modules: modules.map(sentModule) };
  }

  answer(question: Question): unknown {
    if (question.kind === 'resolve') {
      return this.#resolve(question.specifier, question.importer);
    }
    if (question.kind === 'require') {
      const target = this.#requires.resolve(question.specifier, question.importer);
      return target.kind === 'own' ? this.#found(target.path, target) : notOwn(target);
    }
    if (question.kind === 'moduleAt') {
      const { path } = question;
      return this.#found(path, { kind: 'own', path, tried: [], consulted: [] });
    }
    for (const { compiled } of this.code.graph.modules.values()) {
      const { form } = compiled;
      if (form.kind !== 'json' && form.scriptName === question.scriptName) return form.maps();
    }
    return [];
  }

  #found(path: string, target: FoundRequire['target']): FoundRequire {
    const found = this.#requires.moduleAt(path);
    if (E.isLeft(found)) return { target, modules: [], problem: found.left };
    const unsent = this.takeUnsent();
    // Also when it was sent before: the answer may have come too late.
    const isThere = unsent.some((module) => module.path === path);
    const modules = isThere ? unsent : [...unsent, sentModule(found.right)];
    return { target, modules, problem: undefined };
  }

  #resolve(specifier: string, importer: string): Resolution {
    const { files, onNewFile } = this.environment;
    const own = resolveBounded(specifier, () =>
      resolveComputed(files, this.code.graph, specifier, importer, onNewFile),
    );
    return withShared(this.environment, own) === own ? own : refused(specifier);
  }
}

/** What throws when it is imported: the thread would load a second instance of a shared file. */
function refused(specifier: string): Resolution {
  const message = JSON.stringify(`"${specifier}" ${NOT_IN_A_WORKER}`);
  const text = encodeURIComponent(`throw new Error(${message})`);
  return { kind: 'external', specifier: `data:text/javascript,${text}` };
}

function notOwn(target: FoundRequire['target']): FoundRequire {
  return { target, modules: [], problem: undefined };
}

function sentModule({
  compiled,
  resolutions,
  requires,
  namedOutline,
  mapping,
}: GraphModule): SentModule {
  const { path, form, source, variant = '' } = compiled;
  // A thread may have the same text as another kind already, which it loaded ahead.
  const hash = `${compiled.hash} ${form.kind} ${variant}`;
  const outline = namedOutline?.();
  const sent = { path, hash, resolutions, requires, outline, ...(mapping && { mapping }) };
  if (form.kind === 'json') return { ...sent, made: { kind: 'json', source } };
  // Copied without `maps`, a function, which cannot be sent.
  if (form.kind === 'commonjs') {
    const { kind, code, headLength, scriptName, comments, importName, convertName } = form;
    const text = { code, headLength, scriptName, comments, importName, convertName };
    return { ...sent, made: { kind, ...text } };
  }
  const { kind, code, parameters, outline: own, headLength, scriptName, comments } = form;
  const text = { code, parameters, outline: own, headLength, scriptName, comments };
  return { ...sent, made: { kind, ...text } };
}
