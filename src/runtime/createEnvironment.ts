import { asyncScheduler } from 'rxjs';
import { createSemaphore, createTurns } from '../model/concurrency.js';
import type { UnstampedEvent } from '../model/reload/ReloadEvent.js';
import { cacheUnusable } from '../model/reload/sourceFailures.js';
import { diskFiles } from '../modules/adapters/diskFiles.js';
import { type CompilationCache, createModuleCompiler } from '../modules/buildGraph.js';
import { type CompileCache, openCompileCache } from '../modules/compileCache.js';
import { createHostModules } from '../modules/evaluateGraph.js';
import { requireOneOf } from '../policies/ranges.js';
import { nextTurn as turnOfLoop } from './adapters/eventLoop.js';
import { SharedModules } from './code/SharedModules.js';
import type { SharedEnvironment } from './environment/RuntimeEnvironment.js';
import type { RuntimeOptions } from './environment/RuntimeOptions.js';
import { GenerationWatch } from './instances/GenerationWatch.js';
import { inProcessHost } from './instances/inProcessHost.js';
import { noTalk, type PluginTalk } from './instances/PluginTalk.js';
import type { ApiVersion, Manifest } from './manifest/manifestKeys.js';
import { defaultLimitsMs, type LimitsMs } from './protocol/Stage.js';
import { hostProbationRules } from './swap/probationRules.js';
import { nodeThreads } from './worker/host/adapters/nodeThreads.js';
import { workerLimits } from './worker/host/WorkerLimits.js';
import { workerHost } from './worker/host/workerHost.js';

/**
 * Compiling runs in this thread, so more builds at a time would not finish sooner. One at a time is too few: while a build waits for a file
 * that is being saved, others can run.
 */
const BUILDS_AT_A_TIME_COUNT = 4;

/** Fills in the defaults of the options, and makes what a runtime's plugins share. Throws a `RangeError` for options that cannot work. */
export function createEnvironment(
  options: RuntimeOptions,
  onNewFile: () => void,
  emit: (event: UnstampedEvent) => void,
  talk: PluginTalk = noTalk,
): SharedEnvironment {
  const {
    apiVersion = { major: 0, minor: 1, patch: 0 },
    keepVersions = 2,
    limitsMs = {},
    mode: defaultMode = 'in-process',
    manifests = 'required',
    files = diskFiles,
    whenBusy = 'refuse',
    capabilityGrowth = 'ask',
    stackTraces = 'mapped',
    compilationCache = 'off',
    scheduler = asyncScheduler,
    threads = nodeThreads,
    generationWatch,
    onCall,
    onError = () => undefined,
  } = options;
  if (!Number.isInteger(keepVersions) || keepVersions < 0) {
    throw new RangeError(`PluginRuntime: keepVersions (${keepVersions}) is not a count from 0`);
  }
  requireOneOf('PluginRuntime', 'mode', defaultMode, ['in-process', 'worker']);
  requireOneOf('PluginRuntime', 'manifests', manifests, ['required', 'optional']);
  requireOneOf('PluginRuntime', 'whenBusy', whenBusy, ['refuse', 'abandon', 'abort']);
  requireOneOf('PluginRuntime', 'stackTraces', stackTraces, ['mapped', 'untouched']);
  requireOneOf('PluginRuntime', 'compilationCache', compilationCache, ['off', 'leave']);
  requireOneOf('PluginRuntime', 'capabilityGrowth', capabilityGrowth, ['ask', 'allow']);
  requireApiVersion(apiVersion);
  requireLimitsMs(limitsMs);
  requireProvide(options.provide);
  requireShared(options.shared);
  const { shared: patterns = [] } = options;
  const shared =
    patterns.length === 0
      ? undefined
      : new SharedModules(patterns, files, (paths, reason) =>
          emit({ _tag: 'RestartNeeded', plugin: '', paths, reason }),
        );
  const compileCache = openedCache(options, compilationCache, (path, reason) => {
    ignoringThrows(() => onError(cacheUnusable(path, reason)));
  });
  const isInWorker = ({ mode }: Manifest) => (mode ?? defaultMode) === 'worker';
  const nextTurn = createTurns(options.nextTurn ?? turnOfLoop);
  const workers = workerHost(workerLimits(options.worker), stackTraces === 'mapped', threads);
  const generations = generationWatch && new GenerationWatch(generationWatch, scheduler);
  return {
    files,
    compiler: options.compiler ?? createModuleCompiler(compilationCache, undefined, compileCache),
    compileCache,
    hostModules: createHostModules(files),
    inBuildTurn: createSemaphore(BUILDS_AT_A_TIME_COUNT, nextTurn),
    hostOf: (manifest) => (isInWorker(manifest) ? workers : inProcessHost),
    isInWorker,
    talk,
    onCall: onCall && ((call) => ignoringThrows(() => onCall(call))),
    provide: Object.freeze({ ...options.provide }),
    shared,
    closeHosts: () => {
      generations?.close();
      return workers.close();
    },
    generations,
    handles: { onOpen: generationWatch?.onOpen },
    scheduler,
    nextTurn,
    manifests,
    apiVersion,
    manifestsRead: new Map(),
    limitsMs: { ...defaultLimitsMs, ...limitsMs },
    keepVersionsCount: keepVersions,
    store: options.store,
    trials: options.trials,
    capabilities: options.capabilities,
    capabilityGrowth,
    probation: hostProbationRules(options),
    whenBusy,
    onNewFile,
    emit,
    report: (error) => ignoringThrows(() => onError(error)),
  };
}

function openedCache(
  { compileCache, compiler }: RuntimeOptions,
  compilationCache: CompilationCache,
  report: (path: string, reason: string) => void,
): CompileCache | undefined {
  if (compileCache === undefined) return undefined;
  if (compiler !== undefined) {
    throw new RangeError(
      'PluginRuntime: compileCache keeps what the own compiler makes: leave compiler or compileCache out',
    );
  }
  return openCompileCache(compileCache, compilationCache, report);
}

/** A listener that throws must not change how the plugins run. */
function ignoringThrows(tell: () => void): void {
  try {
    tell();
  } catch {
    // Whoever listens has to catch his own errors.
  }
}

function requireProvide(provide: unknown): void {
  if (provide === undefined || (typeof provide === 'object' && provide !== null)) return;
  throw new TypeError(`PluginRuntime: provide (${typeof provide}) is not an object of values`);
}

const MAX_PATTERNS_COUNT = 100;
const MAX_PATTERN_LENGTH = 1_024;

function requireShared(shared: readonly string[] = []): void {
  if (shared.length > MAX_PATTERNS_COUNT) {
    throw new RangeError(
      `PluginRuntime: shared has ${shared.length} patterns, ${MAX_PATTERNS_COUNT} at most`,
    );
  }
  const wrong = shared.find(({ length }) => length === 0 || length > MAX_PATTERN_LENGTH);
  if (wrong === undefined) return;
  throw new RangeError(
    `PluginRuntime: shared has a pattern of ${wrong.length} characters, not of 1 to ${MAX_PATTERN_LENGTH}`,
  );
}

function requireApiVersion({ major, minor, patch }: ApiVersion): void {
  for (const [part, value] of Object.entries({ major, minor, patch })) {
    if (!Number.isInteger(value) || value < 0) {
      throw new RangeError(`PluginRuntime: apiVersion.${part} (${value}) is not a count from 0`);
    }
  }
}

function requireLimitsMs(limitsMs: Partial<LimitsMs>): void {
  for (const [stage, ms] of Object.entries(limitsMs)) {
    requireOneOf('PluginRuntime', 'limitsMs', stage, Object.keys(defaultLimitsMs));
    if (!(ms >= 0)) throw new RangeError(`PluginRuntime: limitsMs.${stage} (${ms}) is less than 0`);
  }
}
