import { VirtualTimeScheduler } from 'rxjs';
import { ListedDirectories } from '../../../src/modules/ListedDirectories.js';
import type { ModuleGraph } from '../../../src/modules/ModuleGraph.js';
import type { PluginFunction } from '../../../src/runtime/calls/CallGate.js';
import type { PluginCode } from '../../../src/runtime/code/PluginCode.js';
import type {
  LifecycleName,
  PluginInstance,
} from '../../../src/runtime/instances/PluginInstance.js';
import type { Manifest } from '../../../src/runtime/manifest/manifestKeys.js';
import { createSteps } from '../../../src/runtime/protocol/createSteps.js';
import { defaultLimitsMs } from '../../../src/runtime/protocol/Stage.js';

/** The code of plugin `a`, without modules; `keys` are added to its manifest. */
export function codeOf(keys: Partial<Manifest> = {}, codeHash = 'code'): PluginCode {
  const manifest = { name: 'a', version: '1.0.0', source: './index.ts', ...keys };
  const read = { path: '/p/a/plugin.toml', manifest, meaning: '', identity: '', text: '' };
  const graph: ModuleGraph = {
    entry: '/p/a/index.ts',
    modules: new Map(),
    missing: new Set(),
    decided: new Map(),
    tsconfigs: new Map(),
    imports: new Map(),
    ledAtRunTime: new Map(),
    listed: new ListedDirectories(),
    refused: new Map(),
  };
  const settings = new Map<string, string>();
  return {
    manifest: { ...read, isSettled: true },
    graph,
    codeHash,
    fingerprint: codeHash,
    settings,
  };
}

/** A running version with these lifecycle functions. */
export function versionWith(
  lifecycle: Partial<Record<LifecycleName, PluginFunction>>,
  more: Partial<PluginInstance> = {},
): PluginInstance {
  return {
    wasStarted: false,
    exportNames: Object.keys(lifecycle),
    callable: () => undefined,
    lifecycle: (name) => lifecycle[name],
    dispose: () => Promise.resolve([]),
    ...more,
  };
}

/** Steps in virtual time. `play` resolves all promises, then runs one scheduled action, until nothing is left of either. */
export function virtualSteps(...signals: readonly AbortSignal[]) {
  const scheduler = new VirtualTimeScheduler(undefined, Number.POSITIVE_INFINITY);
  const steps = createSteps({ plugin: 'a', scheduler, limitsMs: defaultLimitsMs, signals });
  const play = async () => {
    for (;;) {
      for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
      if (scheduler.actions.length === 0) return;
      scheduler.maxFrames = Math.min(...scheduler.actions.map(({ delay }) => delay));
      scheduler.flush();
    }
  };
  const after = <A>(ms: number, value: A) =>
    new Promise<A>((resolve) => {
      scheduler.schedule(() => resolve(value), ms);
    });
  return { scheduler, steps, play, after };
}
