import { type Either, isLeft, left, map, right } from 'fp-ts/lib/Either.js';
import { lifecycleFailed } from '../../../src/model/reload/failures.js';
import type { Crashed, ReloadError } from '../../../src/model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../../src/model/reload/ReloadEvent.js';
import { messageOf } from '../../../src/model/unknownValue.js';
import type { PluginFunction } from '../../../src/runtime/calls/CallGate.js';
import { createEnvironment } from '../../../src/runtime/createEnvironment.js';
import type { RuntimeEnvironment } from '../../../src/runtime/environment/RuntimeEnvironment.js';
import type { RuntimeOptions, WhenBusy } from '../../../src/runtime/environment/RuntimeOptions.js';
import type {
  InstanceEnvironment,
  InstanceHost,
} from '../../../src/runtime/instances/InstanceHost.js';
import type {
  LifecycleName,
  PluginInstance,
} from '../../../src/runtime/instances/PluginInstance.js';
import type { Manifest } from '../../../src/runtime/manifest/manifestKeys.js';
import type { HandOver } from '../../../src/runtime/protocol/KeptState.js';
import { restartCrashed } from '../../../src/runtime/recovery/restartVersion.js';
import { rollBack } from '../../../src/runtime/recovery/rollBack.js';
import { createLastingParts } from '../../../src/runtime/slot/LastingParts.js';
import { PluginSlot } from '../../../src/runtime/slot/PluginSlot.js';
import { saveServing } from '../../../src/runtime/slot/saveServing.js';
import { swapToNewest } from '../../../src/runtime/swap/swapToNewest.js';
import { VirtualTime } from '../../../src/testing/index.js';
import { codeOf } from './fakeVersion.js';

/** What happens in place of a step of a version. */
export type Odd = Partial<Record<LifecycleName | 'load' | 'dispose', () => unknown>>;

/** What a version does: it counts calls of `next`, and keeps the count as `{ [format]: n }`. */
export interface Program {
  readonly id: string;
  readonly keys?: Partial<Manifest>;
  /** Default `yes`: between all formats. `up`: not to an older one. `no`: it has no `migrate`. */
  readonly migrates?: 'yes' | 'up' | 'no';
  /** What happens instead when this function is called, or before the modules have run (`load`). */
  readonly odd?: Odd;
  /** Lifecycle functions that it does not export. */
  readonly without?: readonly LifecycleName[];
  /** How long its place takes to be ready, in milliseconds. Default: it has one at once. */
  readonly readyMs?: number;
  readonly builds?: readonly string[];
  /** Lifecycle names that it exports, and that are no functions. */
  readonly notFunctions?: readonly LifecycleName[];
}

/** A version that runs in virtual time, and can die. */
export interface RunningVersion extends PluginInstance {
  readonly id: string;
  readonly environment: InstanceEnvironment;
  count: number;
  isEnded: boolean;
  die(error: Crashed): void;
}

interface ReloadOrder {
  readonly handOver?: HandOver;
  readonly whenBusy?: WhenBusy;
  readonly signals?: readonly AbortSignal[];
  readonly isFresh?: () => boolean;
  readonly onCommit?: () => void;
}

/** One plugin whose versions are programs, with the real protocol, in virtual time. */
export function virtualSlot(options: RuntimeOptions = {}) {
  const time = new VirtualTime();
  const events: UnstampedEvent[] = [];
  const errors: ReloadError[] = [];
  /** What was called, as `version.function`. */
  const log: string[] = [];
  const programs = new Map<string, Program>();
  const instances: RunningVersion[] = [];

  const host: InstanceHost = {
    open: (environment, { codeHash }) => {
      const program = programs.get(codeHash);
      if (program === undefined) throw new Error(`no program ${codeHash}`);
      const running = runningOf(program, environment, log);
      instances.push(running);
      const { readyMs } = program;
      return {
        ...(readyMs !== undefined && { ready: () => after(readyMs, undefined) }),
        load: async () => {
          log.push(`${codeHash}.load`);
          try {
            await program.odd?.load?.();
            return right(running);
          } catch (error) {
            return left(lifecycleFailed('a', 'load', messageOf(error)));
          }
        },
        dispose: running.dispose,
      };
    },
    close: () => Promise.resolve(),
  };
  const environment: RuntimeEnvironment = {
    ...createEnvironment(
      { ...options, scheduler: time, onError: (error) => errors.push(error) },
      () => undefined,
      (event) => events.push(event),
    ),
    hostOf: () => host,
    root: '/p',
  };
  const slot = new PluginSlot('a', {
    environment,
    location: { folder: '/p/a', manifestPath: undefined },
    lasting: createLastingParts('a', environment.store),
    recovery: {
      restartCrashed: async (of, instance) =>
        map(() => undefined)(await restartCrashed(of, instance, {})),
      rollBack,
    },
    onServing: () => log.push(`${slot.version} serves`),
    onFiles: () => undefined,
  });

  /** All promises have resolved that wait for nothing else by the next turn of the event loop. */
  const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));
  /** Lets all that is due in this time happen. */
  const pass = async (ms = 0) => {
    const untilMs = time.elapsedMs + ms;
    for (;;) {
      await settle();
      if (time.nextDueMs > untilMs) break;
      time.runNext();
    }
    time.advanceTo(untilMs);
  };
  const after = <A>(ms: number, value: A) =>
    new Promise<A>((resolve) => {
      time.schedule(() => resolve(value), ms);
    });
  /** Waits for work on the plugin, for at most a virtual minute. */
  const done = async <A>(work: Promise<A>): Promise<A> => {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    const untilMs = time.elapsedMs + 60_000;
    await settle();
    while (!isOver && time.nextDueMs <= untilMs) {
      time.runNext();
      await settle();
    }
    if (!isOver) throw new Error('the work did not end within a minute');
    return work;
  };
  /** What a reload does when the files on disk are those of this program. */
  const reload = (
    program: Program,
    { whenBusy = 'refuse', handOver = 'copy', signals, isFresh, onCommit }: ReloadOrder = {},
  ) => {
    programs.set(program.id, program);
    const { keys, id, builds } = program;
    const code = { ...codeOf(keys, id), ...(builds && { builds }) };
    const steps = slot.steps(signals);
    const swapping = slot.runExclusive(() =>
      swapToNewest(slot, {
        ...{ code, number: slot.nextNumber, standing: 'probation', steps, whenBusy },
        takeNewest: (of) => saveServing(slot, { handOver, time: of }),
        without: 'newerFormat',
        ...(isFresh && { isFresh }),
        onCommit,
      }),
    );
    return swapping.then((swapped) => ({ swapped, stageMs: steps.stageMs }));
  };
  /** A reload that must go live. */
  const live = async (program: Program, order?: ReloadOrder) => {
    const { swapped } = await done(reload(program, order));
    if (isLeft(swapped)) throw new Error(swapped.left.message);
    return swapped.right;
  };
  const call = (name: string) => done(slot.gate.call(name, []));
  const next = async (count: number) => {
    for (let calls = 0; calls < count; calls += 1) await call('next');
  };
  const tags = () => events.map(({ _tag }) => String(_tag));
  return {
    slot,
    time,
    events,
    errors,
    log,
    instances,
    pass,
    after,
    done,
    reload,
    live,
    call,
    next,
    tags,
  };
}

function runningOf(
  program: Program,
  environment: InstanceEnvironment,
  log: string[],
): RunningVersion {
  const { id, keys, migrates = 'yes', odd = {}, without = [], notFunctions = [] } = program;
  const format = keys?.['state-version'] ?? 1;
  const usual: Partial<Record<LifecycleName, PluginFunction>> = {
    saveState: () => ({ [format]: running.count }),
    restoreState: (state) => {
      running.count = countIn(state, format);
    },
    init: () => undefined,
    start: () => undefined,
    health: () => true,
    stop: () => undefined,
    ...(migrates !== 'no' && {
      migrate: (state, from, to) => {
        if (migrates === 'up' && Number(from) > Number(to)) throw new Error('there is no way down');
        return { [String(to)]: countIn(state, Number(from)) };
      },
    }),
  };
  const functions: Record<string, PluginFunction> = {
    next: () => (running.count += 1),
    count: () => running.count,
    who: () => id,
    fail: () => {
      throw new Error(`${id} is broken`);
    },
  };
  let onCrash: ((error: Crashed) => void) | undefined;
  const running: RunningVersion = {
    id,
    environment,
    count: 0,
    isEnded: false,
    wasStarted: false,
    exportNames: Object.keys({ ...functions, ...usual }).filter(
      (name) => !without.some((missing) => missing === name),
    ),
    callable: (name) => functions[name],
    lifecycle: (name) => {
      const run = usual[name];
      if (run === undefined || [...without, ...notFunctions].includes(name)) return undefined;
      return async (...args) => {
        log.push(`${id}.${name}`);
        const instead = odd[name];
        return instead === undefined ? run(...args) : ((await instead()) ?? run(...args));
      };
    },
    supervise: (told) => {
      onCrash = told;
    },
    die: (error) => {
      Object.assign(running, { crash: error });
      onCrash?.(error);
    },
    dispose: async () => {
      log.push(`${id}.dispose`);
      running.isEnded = true;
      await odd.dispose?.();
      return [];
    },
  };
  return running;
}

function countIn(state: unknown, format: number): number {
  const count: unknown = Object(state)[String(format)];
  if (typeof count !== 'number') throw new Error(`no count in format ${format}`);
  return count;
}

/** The failure of a reload; a Right fails the test. */
export function failureOf<A>({
  swapped,
}: {
  readonly swapped: Either<ReloadError, A>;
}): ReloadError {
  if (isLeft(swapped)) return swapped.left;
  throw new Error('the reload went live');
}
