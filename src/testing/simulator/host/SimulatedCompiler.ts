import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import type { ModuleCompiler } from '../../../modules/buildGraph.js';
import { decodeProgram, NEARER_FILE, PART_FILE } from '../plugin/PluginProgram.js';
import {
  type InstanceObserver,
  never,
  simulatedPart,
  simulatedPlugin,
  wait,
} from '../plugin/simulatedPlugin.js';

/** What happens to the next file of a plugin that is compiled. */
export type CompilerFate = 'slow' | 'fail' | 'throw' | 'hang';

/** Compiles the programs of simulated plugins: at once, late, with an error, or never. */
export class SimulatedCompiler implements ModuleCompiler {
  readonly #scheduler: SchedulerLike;
  readonly #observer: InstanceObserver;
  /** Plugin → what happens to its next file. Each entry applies to one file. */
  readonly #fates = new Map<string, { readonly fate: CompilerFate; readonly takesMs: number }>();

  constructor(scheduler: SchedulerLike, observer: InstanceObserver) {
    this.#scheduler = scheduler;
    this.#observer = observer;
  }

  /** Decides what happens to the plugin's next file; all fates but `hang` take `takesMs` first. */
  setFate(plugin: string, fate: CompilerFate, takesMs: number): void {
    this.#fates.set(plugin, { fate, takesMs });
  }

  /** Ends all faults. */
  heal(): void {
    this.#fates.clear();
  }

  async compile(path: string, source: string): ReturnType<ModuleCompiler['compile']> {
    const plugin = path.split('/').at(-2) ?? '';
    const next = this.#fates.get(plugin);
    this.#fates.delete(plugin);
    if (next !== undefined) {
      if (next.fate === 'hang') return never();
      await wait(this.#scheduler, next.takesMs);
      if (next.fate === 'throw') throw new Error('the compiler threw');
      if (next.fate === 'fail') {
        return E.left([{ reason: 'the compiler failed', line: 1, column: 1 }]);
      }
    }
    if (path.endsWith(`/${PART_FILE}`) || path.endsWith(`/${NEARER_FILE}`))
      return E.right(simulatedPart(path, source));
    const program = decodeProgram(source);
    if (program === undefined) {
      return E.left([{ reason: 'unexpected end of text', line: 1, column: source.length }]);
    }
    const timers = this.#scheduler;
    const observer = this.#observer;
    return E.right(simulatedPlugin({ path, source, plugin, program, timers, observer }));
  }
}
