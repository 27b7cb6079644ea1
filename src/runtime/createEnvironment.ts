import { asyncScheduler } from 'rxjs';
import type { UnstampedEvent } from '../model/reload/ReloadEvent.js';
import { diskFiles } from '../modules/adapters/diskFiles.js';
import { nextTurn as turnOfLoop } from './adapters/eventLoop.js';
import { createModuleCompiler } from '../modules/buildGraph.js';
import { defaultLimitsMs } from './protocol/Stage.js';
import { requireOneOf } from '../policies/ranges.js';
import { createTurns } from '../model/turns.js';
import { createHostModules } from '../modules/evaluateGraph.js';
import { workerHost } from './worker/host/workerHost.js';
import { workerLimits } from './worker/host/WorkerLimits.js';
import { GenerationWatch } from './instances/GenerationWatch.js';
import { inProcessHost } from './instances/inProcessHost.js';
import { probationOfHost } from './slot/probationRulesOf.js';
import type { SharedEnvironment } from './environment/RuntimeEnvironment.js';
import type { RuntimeOptions } from './environment/RuntimeOptions.js';

/** Compiling is this thread's work: more at a time end no sooner. A few, since one may wait for a file that somebody is saving. */
const BUILDS_AT_A_TIME_COUNT = 4;

/** The options with their defaults, as what a runtime's plugins share. Options that cannot work throw. */
export function createEnvironment(
  options: RuntimeOptions,
  onNewFile: () => void,
  tell: (event: UnstampedEvent) => void,
): SharedEnvironment {
  const {
    apiVersion = { major: 0, minor: 1, patch: 0 },
    keepVersions = 2,
    limitsMs = {},
    mode: defaultMode = 'in-process',
    files = diskFiles,
    whenBusy = 'refuse',
    capabilityGrowth = 'ask',
    stackTraces = 'mapped',
    compilationCache = 'off',
    nextTurn = turnOfLoop,
    onError = () => undefined,
  } = options;
  if (!Number.isInteger(keepVersions) || keepVersions < 0) {
    throw new RangeError(`PluginRuntime: keepVersions (${keepVersions}) is not a count from 0`);
  }
  requireOneOf('PluginRuntime', 'mode', defaultMode, ['in-process', 'worker']);
  requireOneOf('PluginRuntime', 'whenBusy', whenBusy, ['refuse', 'abandon', 'abort']);
  requireOneOf('PluginRuntime', 'stackTraces', stackTraces, ['mapped', 'untouched']);
  requireOneOf('PluginRuntime', 'compilationCache', compilationCache, ['off', 'leave']);
  requireOneOf('PluginRuntime', 'capabilityGrowth', capabilityGrowth, ['ask', 'allow']);
  const { major, minor, patch } = apiVersion;
  for (const [part, value] of Object.entries({ major, minor, patch })) {
    if (!Number.isInteger(value) || value < 0) {
      throw new RangeError(`PluginRuntime: apiVersion.${part} (${value}) is not a count from 0`);
    }
  }
  for (const [stage, ms] of Object.entries(limitsMs)) {
    requireOneOf('PluginRuntime', 'limitsMs', stage, Object.keys(defaultLimitsMs));
    if (!(ms >= 0)) throw new RangeError(`PluginRuntime: limitsMs.${stage} (${ms}) is less than 0`);
  }
  const workers = workerHost(workerLimits(options.worker), stackTraces === 'mapped');
  const { generationWatch, scheduler = asyncScheduler } = options;
  const generations = generationWatch && new GenerationWatch(generationWatch, scheduler);
  return {
    files,
    compiler: options.compiler ?? createModuleCompiler(compilationCache),
    hostModules: createHostModules(files),
    inBuildTurn: createTurns(BUILDS_AT_A_TIME_COUNT, nextTurn),
    hostOf: ({ mode }) => ((mode ?? defaultMode) === 'worker' ? workers : inProcessHost),
    closeHosts: () => {
      generations?.close();
      return workers.close();
    },
    generations,
    scheduler,
    nextTurn,
    apiVersion,
    limitsMs: { ...defaultLimitsMs, ...limitsMs },
    keepVersionsCount: keepVersions,
    store: options.store,
    trials: options.trials,
    capabilities: options.capabilities,
    capabilityGrowth,
    probation: probationOfHost(options),
    whenBusy,
    onNewFile,
    tell,
    report: (error) => {
      try {
        onError(error);
      } catch {
        // A listener that throws changes nothing for the plugins.
      }
    },
  };
}
