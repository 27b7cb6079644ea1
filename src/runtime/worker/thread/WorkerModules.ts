import {
  type RawMap,
  type RunnableModule,
  runnableModule,
  stackTraces,
} from '../../../modules/evaluateGraph.js';
import type { LinkedModule } from '../../../modules/ModuleGraph.js';
import { askHost } from '../wire/questions.js';
import type { QuestionLine, SentModule } from '../wire/workerProtocol.js';

/** Makes modules runnable from the code that the host sends. A module that was preloaded is not made again. */
export class WorkerModules {
  /** By hash and path. */
  readonly #made = new Map<string, RunnableModule>();

  constructor(readonly questions: QuestionLine) {}

  add(sent: SentModule): LinkedModule {
    const { path, hash, resolutions, mapping } = sent;
    const key = `${hash} ${path}`;
    const module = this.#made.get(key) ?? this.#make(sent);
    this.#made.set(key, module);
    return { compiled: { path, ...module }, resolutions, mapping };
  }

  #make({ path, made }: SentModule): RunnableModule {
    if (made === undefined) throw new Error(`the host sent no code for ${path}`);
    // V8's cache may keep the code: the thread ends with its version, and the cache with the thread.
    const module = runnableModule(made, 'leave');
    if (made.kind === 'script') {
      const { scriptName } = made;
      stackTraces.register(scriptName, path, () => this.#maps(scriptName), module);
    }
    return module;
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
