import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { Steps } from './createSteps.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import { exportMissing, healthCheckFailed, lifecycleFailed } from '../../model/reload/failures.js';
import { callLifecycle } from '../instances/callLifecycle.js';
import { lifecycleNames, type PluginInstance } from '../instances/PluginInstance.js';
import type { PluginCode } from '../code/PluginCode.js';
import { messageOf } from '../../model/unknownValue.js';
import type { InstanceEnvironment, InstanceHost } from '../instances/InstanceHost.js';
import type { Manifest } from '../manifest/Manifest.js';

/** What the stages work with. */
export interface StageEnvironment extends InstanceEnvironment {
  /** Where a plugin with this manifest runs. */
  readonly hostOf: (manifest: Manifest) => InstanceHost;
}

/** LOAD and VALIDATE: runs the modules beside whatever serves, and checks what they export. */
export async function loadInstance(
  environment: StageEnvironment,
  code: PluginCode,
  version: number,
  steps: Steps,
): Promise<E.Either<ReloadError, PluginInstance>> {
  const opened = environment.hostOf(code.manifest.manifest).open(environment, code, version);
  const loaded = await steps.run('load', () => opened.load());
  if (E.isLeft(loaded)) {
    await end(environment, code.manifest.manifest.name, opened, steps);
    return loaded;
  }
  const valid = await steps.run('validate', () =>
    Promise.resolve(validateExports(environment.root, code, loaded.right)),
  );
  if (E.isLeft(valid)) await end(environment, code.manifest.manifest.name, opened, steps);
  return valid;
}

/** START and HEALTH. */
export async function startInstance(
  plugin: string,
  instance: PluginInstance,
  steps: Steps,
): Promise<E.Either<ReloadError, void>> {
  const started = await steps.run('start', async () => {
    instance.wasStarted = true;
    const inited = await callLifecycle(instance, 'init', [], (reason) =>
      lifecycleFailed(plugin, 'init', reason),
    );
    if (E.isLeft(inited)) return inited;
    return callLifecycle(instance, 'start', [], (reason) =>
      lifecycleFailed(plugin, 'start', reason),
    );
  });
  return E.isLeft(started) ? started : checkHealth(plugin, instance, steps);
}

/** HEALTH alone: Right where the plugin says nothing of it. */
export function checkHealth(
  plugin: string,
  instance: PluginInstance,
  steps: Steps,
): Promise<E.Either<ReloadError, void>> {
  return steps.run('health', async () => {
    const answer = await callLifecycle(instance, 'health', [], (reason) =>
      healthCheckFailed(plugin, reason),
    );
    if (E.isLeft(answer)) return answer;
    return answer.right === false
      ? E.left(healthCheckFailed(plugin, 'health() answered false'))
      : E.right(undefined);
  });
}

/** DISPOSE: `stop`, then all that the version owns. Nothing here can fail a reload: problems are reported. */
export async function disposeInstance(
  environment: StageEnvironment,
  plugin: string,
  instance: PluginInstance,
  steps: Steps,
): Promise<void> {
  if (instance.wasStarted) {
    const stopped = await steps.run('dispose', () =>
      callLifecycle(instance, 'stop', [], (reason) => lifecycleFailed(plugin, 'stop', reason)),
    );
    if (E.isLeft(stopped)) environment.report(stopped.left);
  }
  await end(environment, plugin, instance, steps);
}

/** At the deadline what is left ends without anybody waiting for it: one resource that never ends is not to block its plugin. */
async function end(
  environment: StageEnvironment,
  plugin: string,
  ending: Pick<PluginInstance, 'dispose'>,
  steps: Steps,
): Promise<void> {
  const overdue = new AbortController();
  const disposing = ending.dispose(overdue.signal);
  const ended = await steps.run('dispose', () => disposing.then(E.right));
  if (E.isLeft(ended)) {
    environment.report(ended.left);
    overdue.abort();
  }
  for (const problem of await disposing) {
    environment.report(lifecycleFailed(plugin, 'dispose', messageOf(problem)));
  }
}

function validateExports(
  root: string,
  { manifest, graph }: PluginCode,
  instance: PluginInstance,
): E.Either<ReloadError, PluginInstance> {
  const { name: plugin, exports = [] } = manifest.manifest;
  const file = displayPath(root, graph.entry);
  const names = instance.exportNames;
  const missing = exports.find((name) => instance.callable(name) === undefined);
  const wrong = lifecycleNames.find(
    (name) => names.includes(name) && instance.lifecycle(name) === undefined,
  );
  const exportName = missing ?? wrong;
  if (exportName === undefined) return E.right(instance);
  return E.left(exportMissing(plugin, file, exportName, names));
}
