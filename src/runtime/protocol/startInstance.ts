import * as E from 'fp-ts/lib/Either.js';
import { healthCheckFailed, lifecycleFailed } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { callLifecycle } from '../instances/callLifecycle.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import type { Steps } from './createSteps.js';

/** START and HEALTH: `init`, `start` and `health` of the plugin, as far as it exports them. */
export async function startInstance(
  plugin: string,
  instance: PluginInstance,
  steps: Steps,
): Promise<E.Either<ReloadError, void>> {
  const started = await steps.run('start', async () => {
    instance.wasStarted = true;
    const initialized = await callLifecycle(instance, 'init', [], (reason) =>
      lifecycleFailed(plugin, 'init', reason),
    );
    if (E.isLeft(initialized)) return initialized;
    return callLifecycle(instance, 'start', [], (reason) =>
      lifecycleFailed(plugin, 'start', reason),
    );
  });
  return E.isLeft(started) ? started : checkHealth(plugin, instance, steps);
}

/** HEALTH alone. A plugin without `health` is healthy. */
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
