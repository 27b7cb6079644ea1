import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError, ReloadFailure } from '../model/ReloadError.js';
import { addModule } from './buildGraph.js';
import { createContext, type OwnedContext } from './createContext.js';
import type { Steps } from './createSteps.js';
import { displayPath } from './displayPath.js';
import { evaluationFailed } from './evaluationFailed.js';
import { lifecycle } from './lifecycle.js';
import { linkGraph, type LinkerPorts } from './linkGraph.js';
import { closestName } from '../model/closestName.js';
import { lifecycleNames, PluginInstance } from './PluginInstance.js';
import type { PluginCode } from './PluginVersion.js';
import { reasonOf } from './reasonOf.js';
import { resolveModule } from './resolveModule.js';
import type { RuntimeEnvironment } from './RuntimeEnvironment.js';

/** LOAD and VALIDATE: runs the modules beside whatever serves, and checks what they export. */
export async function loadInstance(
  environment: RuntimeEnvironment,
  code: PluginCode,
  version: number,
  steps: Steps,
): Promise<E.Either<ReloadError, PluginInstance>> {
  const { manifest } = code.manifest;
  const plugin = manifest.name;
  const owned = createContext({
    plugin,
    version,
    scheduler: environment.scheduler,
    onError: (error) => environment.report(crashed(plugin, error)),
  });
  const loaded = await steps.run('load', () => evaluate(environment, code, owned));
  if (E.isLeft(loaded)) {
    await owned.dispose();
    return loaded;
  }
  const valid = await steps.run('validate', () =>
    Promise.resolve(validateExports(environment.root, code, loaded.right)),
  );
  if (E.isLeft(valid)) await owned.dispose();
  return valid;
}

/** START and HEALTH. */
export async function startInstance(
  plugin: string,
  instance: PluginInstance,
  steps: Steps,
): Promise<E.Either<ReloadError, void>> {
  const { context } = instance.owned;
  const started = await steps.run('start', async () => {
    instance.wasStarted = true;
    const inited = await lifecycle(instance, 'init', [context], lifecycleFailed(plugin, 'init'));
    if (E.isLeft(inited)) return inited;
    return lifecycle(instance, 'start', [context], lifecycleFailed(plugin, 'start'));
  });
  if (E.isLeft(started)) return started;
  return steps.run('health', async () => {
    const answer = await lifecycle(instance, 'health', [], (reason) => unhealthy(plugin, reason));
    if (E.isLeft(answer)) return answer;
    return answer.right === false
      ? E.left(unhealthy(plugin, 'health() answered false'))
      : E.right(undefined);
  });
}

/** DISPOSE: `stop`, then all that the version owns. Nothing here can fail a reload: problems are reported. */
export async function disposeInstance(
  environment: RuntimeEnvironment,
  plugin: string,
  instance: PluginInstance,
  steps: Steps,
): Promise<void> {
  const { context } = instance.owned;
  if (instance.wasStarted) {
    const stopped = await steps.run('dispose', () =>
      lifecycle(instance, 'stop', [context], lifecycleFailed(plugin, 'stop')),
    );
    if (E.isLeft(stopped)) environment.report(stopped.left);
  }
  for (const problem of await instance.owned.dispose()) {
    environment.report(lifecycleFailed(plugin, 'dispose')(reasonOf(problem)));
  }
}

async function evaluate(
  environment: RuntimeEnvironment,
  code: PluginCode,
  owned: OwnedContext,
): Promise<E.Either<ReloadError, PluginInstance>> {
  const { graph } = code;
  const { manifest } = code.manifest;
  try {
    const { namespace } = await linkGraph(graph, linkerPorts(environment, code));
    return E.right(new PluginInstance(namespace, owned, manifest));
  } catch (error) {
    return E.left(evaluationFailed(manifest.name, environment.root, graph, error));
  }
}

function linkerPorts(
  environment: RuntimeEnvironment,
  { graph, manifest }: PluginCode,
): LinkerPorts {
  const { externals, files } = environment;
  const plugin = manifest.manifest.name;
  return {
    loadExternal: (specifier, importer) => externals.load(specifier, importer),
    resolveUrl: (specifier, importer) => externals.resolve(specifier, importer),
    resolve: (specifier, importer) => resolveModule(files, specifier, importer),
    async extend(path) {
      const added = await addModule(environment, plugin, graph, path);
      if (E.isLeft(added)) throw new Error(added.left.message);
      const module = graph.modules.get(path);
      if (module === undefined) throw new Error(`${path} was not compiled`);
      environment.onNewFile();
      return module;
    },
  };
}

function validateExports(
  root: string,
  { manifest, graph }: PluginCode,
  instance: PluginInstance,
): E.Either<ReloadError, PluginInstance> {
  const { name: plugin, exports = [] } = manifest.manifest;
  const file = displayPath(root, graph.entry);
  const names = Object.keys(instance.namespace);
  const missing = exports.find((name) => instance.callable(name) === undefined);
  const wrong = lifecycleNames.find(
    (name) => names.includes(name) && instance.lifecycle(name) === undefined,
  );
  const exportName = missing ?? wrong;
  if (exportName === undefined) return E.right(instance);
  const meant = closestName(exportName, names);
  const hint =
    wrong === exportName || names.includes(exportName)
      ? 'it is exported, but is not a function'
      : `export a function of that name${meant === undefined ? '' : ` (there is "${meant}")`}, or remove it from "exports" of the manifest`;
  const message = `${file}: the plugin must export the function "${exportName}": ${hint}.`;
  return E.left({ _tag: 'ExportMissing', plugin, file, exportName, message });
}

function lifecycleFailed(plugin: string, phase: string): (reason: string) => ReloadFailure {
  return (reason) => ({
    _tag: 'LifecycleFailed',
    plugin,
    phase,
    reason,
    message: `${plugin}: ${reason}`,
  });
}

function unhealthy(plugin: string, reason: string): ReloadFailure {
  const message = `${plugin} says that it is not healthy: ${reason}.`;
  return { _tag: 'HealthCheckFailed', plugin, reason, message };
}

function crashed(plugin: string, error: unknown): ReloadFailure {
  const reason = reasonOf(error);
  const message = `${plugin}: a timer or listener threw: ${reason}`;
  return { _tag: 'Crashed', plugin, reason, message };
}
