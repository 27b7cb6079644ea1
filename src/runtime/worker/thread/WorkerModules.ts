import { type RawMap, stackTraces } from '../../../modules/evaluateGraph.js';
import type { LinkedModule } from '../../../modules/ModuleGraph.js';
import type { AskHost } from '../wire/questions.js';
import type { MakeRunnable, Runnable } from '../wire/ThreadPorts.js';
import type { SentModule } from '../wire/workerProtocol.js';

/** Makes modules runnable from the code that the host sends. A module that was preloaded is not made again. */
export class WorkerModules {
  /** By hash and path. */
  readonly #made = new Map<string, Runnable>();

  constructor(
    readonly ask: AskHost,
    readonly makeRunnable: MakeRunnable,
  ) {}

  add(sent: SentModule): LinkedModule {
    const { path, hash, resolutions, requires, outline, mapping } = sent;
    const key = `${hash} ${path}`;
    const made = this.#made.get(key) ?? this.#make(sent);
    this.#made.set(key, made);
    return {
      ...{ compiled: { path, ...made }, resolutions, requires, mapping },
      ...(outline && { namedOutline: () => outline }),
    };
  }

  #make({ path, made }: SentModule): Runnable {
    if (made === undefined) throw new Error(`the host sent no code for ${path}`);
    // V8's cache may keep the code: the thread ends with its version, and the cache with the thread.
    const runnable = this.makeRunnable(made, path);
    if (made.kind !== 'json') {
      const { scriptName } = made;
      const maps = () => this.#maps(scriptName);
      stackTraces.register({ ...made, maps }, path, runnable);
    }
    return runnable;
  }

  #maps(scriptName: string): readonly RawMap[] {
    const maps = this.ask({ kind: 'maps', scriptName });
    return isMaps(maps) ? maps : [];
  }
}

/** The host sends maps, or nothing when its answer comes too late. Their content is not checked: it comes from our own host. */
function isMaps(value: unknown): value is readonly RawMap[] {
  return Array.isArray(value);
}
