import { type RawMap, runnableModule, stackTraces } from '../../../modules/evaluateGraph.js';
import type { CompiledModule, LinkedModule } from '../../../modules/ModuleGraph.js';
import { askHost } from '../wire/questions.js';
import type { QuestionLine, SentModule } from '../wire/workerProtocol.js';

/** Makes modules runnable from the code that the host sends. A module that was preloaded is not made again. */
export class WorkerModules {
  /** By hash and path. */
  readonly #runs = new Map<string, CompiledModule['run']>();

  constructor(readonly questions: QuestionLine) {}

  add(sent: SentModule): LinkedModule {
    const { path, hash, resolutions, mapping } = sent;
    const key = `${hash} ${path}`;
    const run = this.#runs.get(key) ?? this.#make(sent);
    this.#runs.set(key, run);
    return { compiled: { path, run }, resolutions, mapping };
  }

  #make({ path, made }: SentModule): CompiledModule['run'] {
    if (made === undefined) throw new Error(`the host sent no code for ${path}`);
    // V8's cache may keep the code: the thread ends with its version, and the cache with the thread.
    const run = runnableModule(made, 'leave');
    if (made.kind === 'script') {
      const { scriptName } = made;
      stackTraces.register(scriptName, path, () => this.#maps(scriptName), run);
    }
    return run;
  }

  #maps(scriptName: string): readonly RawMap[] {
    const maps = askHost(this.questions, { kind: 'maps', scriptName });
    return isMaps(maps) ? maps : [];
  }
}

/** The host sends maps, or nothing when its answer comes too late. Their content is not checked: it comes from our own host. */
function isMaps(value: unknown): value is readonly RawMap[] {
  return Array.isArray(value);
}
