import type { CompiledModule } from '../../../modules/evaluate/CompiledModule.js';
import type { LinkedModule } from '../../../modules/link/ModuleGraph.js';
import { runnableJson, runnableModule } from '../../../modules/evaluate/runnable.js';
import { stackTraces, type RawMap } from '../../../modules/stacks/stackTraces.js';
import { askHost } from '../wire/questions.js';
import type { QuestionLine, SentModule } from '../wire/workerProtocol.js';

/** The modules of a worker, made from the code that the host sends; what was preloaded is not made twice. */
export class WorkerModules {
  readonly #runs = new Map<string, CompiledModule['run']>();

  constructor(readonly questions: QuestionLine) {}

  add(sent: SentModule): LinkedModule {
    const { path, hash, resolutions } = sent;
    const key = `${hash} ${path}`;
    const run = this.#runs.get(key) ?? this.#make(sent);
    this.#runs.set(key, run);
    return { compiled: { path, run }, resolutions };
  }

  #make({ path, made }: SentModule): CompiledModule['run'] {
    if (made === undefined) throw new Error(`the code of ${path} did not come with it`);
    if (made.kind === 'json') return runnableJson(made.source);
    const { scriptName } = made;
    // The thread ends with its version: what V8's cache keeps, it keeps no longer than that.
    const run = runnableModule(made, 'leave');
    stackTraces.register(scriptName, path, () => this.#maps(scriptName), run);
    return run;
  }

  #maps(scriptName: string): readonly RawMap[] {
    const maps = askHost(this.questions, { kind: 'maps', scriptName });
    return isMaps(maps) ? maps : [];
  }
}

/** Our own host made them; without an answer there is none. */
function isMaps(value: unknown): value is readonly RawMap[] {
  return Array.isArray(value);
}
