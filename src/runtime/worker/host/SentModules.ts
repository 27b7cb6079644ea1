import * as E from 'fp-ts/lib/Either.js';
import { addModule, resolveBounded, withShared } from '../../../modules/buildGraph.js';
import type { Resolution } from '../../../modules/evaluateGraph.js';
import { resolveComputed } from '../../../modules/importNotes.js';
import type { GraphModule } from '../../../modules/ModuleGraph.js';
import type { PluginCode } from '../../code/PluginCode.js';
import { NOT_IN_A_WORKER } from '../../code/SharedModules.js';
import type { InstanceEnvironment } from '../../instances/InstanceHost.js';
import type { AddedFiles, PreloadOrder, Question, SentModule } from '../wire/workerProtocol.js';

/** The modules of a version as they are sent to its worker, and the answers to what the worker asks about them. */
export class SentModules {
  /** Paths of the modules that the worker has. */
  readonly #sent = new Set<string>();

  constructor(
    readonly environment: InstanceEnvironment,
    readonly code: PluginCode,
  ) {}

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
    if (E.isLeft(added)) return { path, modules: [], problem: added.left.message };
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
    for (const { compiled } of this.code.graph.modules.values()) {
      const { form } = compiled;
      if (form.kind === 'script' && form.scriptName === question.scriptName) return form.maps();
    }
    return [];
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

function sentModule({ compiled, resolutions, mapping }: GraphModule): SentModule {
  const { path, form, source, variant = '' } = compiled;
  const common = { path, hash: compiled.hash + variant, resolutions, ...(mapping && { mapping }) };
  if (form.kind === 'json') return { ...common, made: { kind: 'json', source } };
  // Copied without `maps`, a function, which cannot be sent.
  const { kind, code, headLineCount, scriptName } = form;
  return { ...common, made: { kind, code, headLineCount, scriptName } };
}
