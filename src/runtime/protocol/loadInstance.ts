import * as E from 'fp-ts/lib/Either.js';
import type { OnWait } from '../../model/concurrency.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { exportMissing } from '../../model/reload/sourceFailures.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import type { PluginCode } from '../code/PluginCode.js';
import type { InstanceEnvironment, InstanceHost } from '../instances/InstanceHost.js';
import { lifecycleNames, type PluginInstance } from '../instances/PluginInstance.js';
import type { Manifest } from '../manifest/manifestKeys.js';
import type { Steps } from './createSteps.js';
import { endInstance } from './disposeInstance.js';

/** The ports that the stages need. */
export interface StageEnvironment extends InstanceEnvironment {
  /** Where a plugin with this manifest runs. */
  readonly hostOf: (manifest: Manifest) => InstanceHost;
}

/**
 * LOAD and VALIDATE: runs the modules of a new version while the old one serves, and checks what they export. `onWait`: told of the wait for
 * a turn.
 */
export async function loadInstance(
  environment: StageEnvironment,
  code: PluginCode,
  version: number,
  steps: Steps,
  onWait?: OnWait,
): Promise<E.Either<ReloadError, PluginInstance>> {
  const { manifest } = code.manifest;
  const opened = environment.hostOf(manifest).open(environment, code, version);
  if (opened.turn !== undefined) {
    await opened.turn(onWait);
    const mayLoad = steps.check('load');
    if (E.isLeft(mayLoad)) {
      await endInstance(environment, manifest.name, opened, steps);
      return mayLoad;
    }
  }
  if (opened.ready !== undefined) await steps.prepare('load', opened.ready());
  const loaded = await steps.run('load', () => opened.load());
  if (E.isLeft(loaded)) {
    await endInstance(environment, manifest.name, opened, steps);
    return loaded;
  }
  const valid = await steps.run('validate', () =>
    Promise.resolve(validateExports(environment.root, code, loaded.right)),
  );
  if (E.isLeft(valid)) await endInstance(environment, manifest.name, opened, steps);
  return valid;
}

/** Each name in the manifest's `exports` must be a function, and so must each lifecycle name that the module exports. */
function validateExports(
  root: string,
  { manifest, graph }: PluginCode,
  instance: PluginInstance,
): E.Either<ReloadError, PluginInstance> {
  const { name: plugin, exports = [] } = manifest.manifest;
  const names = instance.exportNames;
  const missing = exports.find((name) => instance.callable(name) === undefined);
  const wrong = lifecycleNames.find(
    (name) => names.includes(name) && instance.lifecycle(name) === undefined,
  );
  const exportName = missing ?? wrong;
  if (exportName === undefined) return E.right(instance);
  return E.left(exportMissing(plugin, displayPath(root, graph.entry), exportName, names));
}
