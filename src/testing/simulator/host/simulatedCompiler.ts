import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import type { CompiledModule } from '../../../modules/ModuleGraph.js';
import type { ModuleCompiler } from '../../../modules/buildGraph.js';
import type { LoaderFate } from '../acts/Act.js';
import { decodeProgram, type PluginProgram } from '../witness/PluginProgram.js';
import type { CallAnswer, Instance, PluginState, Witness } from '../witness/Witness.js';

export interface CompilerParts {
  readonly scheduler: SchedulerLike;
  readonly witness: Required<Pick<Witness, 'evaluated' | 'restored' | 'started' | 'stopped'>>;
  /** What becomes of the next file of this plugin; asked once for each file. */
  readonly fateOf: (
    plugin: string,
  ) => { readonly fate: LoaderFate; readonly takesMs: number } | undefined;
}

/** The loader: makes modules of programs, at once, late, wrongly, or never. */
export function simulatedCompiler({ scheduler, witness, fateOf }: CompilerParts): ModuleCompiler {
  return {
    async compile(path, source) {
      const plugin = path.split('/').at(-2) ?? '';
      const told = fateOf(plugin);
      if (told !== undefined) {
        if (told.fate === 'hang') return new Promise(() => undefined);
        await wait(scheduler, told.takesMs);
        if (told.fate === 'throw') throw new Error('the loader threw');
        if (told.fate === 'fail')
          return E.left([{ reason: 'the loader failed', line: 1, column: 1 }]);
      }
      const program = decodeProgram(source);
      return program === undefined
        ? E.left([{ reason: 'unexpected end of text', line: 1, column: source.length }])
        : E.right(moduleOf(path, source, plugin, program, scheduler, witness));
    },
  };
}

function moduleOf(
  path: string,
  source: string,
  plugin: string,
  program: PluginProgram,
  scheduler: SchedulerLike,
  witness: CompilerParts['witness'],
): CompiledModule {
  const run: CompiledModule['run'] = async ({ exports }) => {
    const instance: Instance = {
      ...{ plugin, program, version: 0, count: 0, restored: undefined },
      ...{ callCount: 0, isStopped: false },
    };
    witness.evaluated(instance);
    if (program.fault === 'evaluateHangs') await never();
    if (program.fault === 'evaluateThrows') throw new Error('thrown at the top of the module');
    Object.assign(exports, lifecycleOf(instance, scheduler, witness), callsOf(instance, scheduler));
  };
  return {
    path,
    hash: source,
    source,
    imports: [],
    dynamicImports: [],
    form: { kind: 'json' },
    run,
  };
}

function lifecycleOf(
  instance: Instance,
  scheduler: SchedulerLike,
  witness: CompilerParts['witness'],
) {
  const { plugin, program } = instance;
  return {
    saveState: (): PluginState => ({ plugin, count: instance.count, by: program.id }),
    restoreState: (state: PluginState) => {
      witness.restored(instance, JSON.stringify(state));
      if (program.fault === 'restoreThrows') throw new Error('the state is not to its taste');
      instance.count = state.count;
    },
    start: async ({ version }: { readonly version: number }) => {
      instance.version = version;
      witness.started(instance);
      if (program.startMs > 0) await wait(scheduler, program.startMs);
      if (program.fault === 'startHangs') await never();
      if (program.fault === 'startThrows') throw new Error('thrown in start');
    },
    stop: () => {
      instance.isStopped = true;
      witness.stopped(instance);
      if (program.fault === 'stopThrows') throw new Error('thrown in stop');
    },
    health: () => program.fault !== 'unhealthy',
  };
}

function callsOf(instance: Instance, scheduler: SchedulerLike) {
  const bump = (): CallAnswer => {
    instance.count += 1;
    return { program: instance.program.id, count: instance.count };
  };
  return {
    bump,
    bumpSlowly: async (takesMs: number): Promise<CallAnswer> => {
      const answer = bump();
      instance.callCount += 1;
      await wait(scheduler, takesMs);
      instance.callCount -= 1;
      return answer;
    },
  };
}

function wait(scheduler: SchedulerLike, ms: number): Promise<void> {
  return new Promise((resolve) => {
    scheduler.schedule(() => resolve(), ms);
  });
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
