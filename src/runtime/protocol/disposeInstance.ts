import * as E from 'fp-ts/lib/Either.js';
import { lifecycleFailed } from '../../model/reload/failures.js';
import { messageOf } from '../../model/unknownValue.js';
import { callLifecycle } from '../instances/callLifecycle.js';
import type { InstanceEnvironment } from '../instances/InstanceHost.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import type { Steps } from './createSteps.js';

/** DISPOSE: calls `stop`, then ends all that the version owns. Nothing here can fail a reload: problems go to `report`. */
export async function disposeInstance(
  environment: Pick<InstanceEnvironment, 'report'>,
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
  await endInstance(environment, plugin, instance, steps);
}

/**
 * Ends all resources of a version, and its worker if it has one, without calling `stop`. After the deadline nobody waits for the other
 * resources: one that never ends must not block its plugin.
 */
export async function endInstance(
  environment: Pick<InstanceEnvironment, 'report'>,
  plugin: string,
  instance: Pick<PluginInstance, 'dispose'>,
  steps: Steps,
): Promise<void> {
  const overdue = new AbortController();
  const disposing = instance.dispose(overdue.signal);
  const ended = await steps.run('dispose', () => disposing.then(E.right));
  if (E.isLeft(ended)) {
    environment.report(ended.left);
    overdue.abort();
  }
  for (const problem of await disposing) {
    environment.report(lifecycleFailed(plugin, 'dispose', messageOf(problem)));
  }
}
