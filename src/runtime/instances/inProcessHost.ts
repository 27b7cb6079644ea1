import * as E from 'fp-ts/lib/Either.js';
import { crashed } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { messageOf } from '../../model/unknownValue.js';
import { addModule } from '../../modules/buildGraph.js';
import { type EvaluationPorts, evaluateGraph } from '../../modules/evaluateGraph.js';
import { resolveComputed } from '../../modules/importNotes.js';
import { loadFailure } from '../../modules/loadFailure.js';
import type { PluginCode } from '../code/PluginCode.js';
import { createContext, type OwnedContext } from './createContext.js';
import { Generation } from './GenerationWatch.js';
import { InProcessInstance } from './InProcessInstance.js';
import type { InstanceEnvironment, InstanceHost } from './InstanceHost.js';
import type { PluginInstance } from './PluginInstance.js';

/** Runs plugins in this process, with all that the process may do. */
export const inProcessHost: InstanceHost = {
  open(environment, code, version) {
    const plugin = code.manifest.manifest.name;
    const owned = createContext({
      plugin,
      version,
      scheduler: environment.scheduler,
      onError: (error) =>
        environment.report(crashed(plugin, `a timer or listener threw: ${messageOf(error)}`)),
    });
    const { generations } = environment;
    const generation = generations && new Generation(plugin, version);
    const watched: OwnedContext = {
      context: owned.context,
      async dispose(overdue) {
        const problems = await owned.dispose(overdue);
        if (generation) generations.ended(generation, problems);
        return problems;
      },
    };
    const load = () => loadInstance(environment, code, watched, generation);
    return { load, dispose: (overdue) => watched.dispose(overdue) };
  },
  close: () => Promise.resolve(),
};

async function loadInstance(
  environment: InstanceEnvironment,
  code: PluginCode,
  owned: OwnedContext,
  generation: Generation | undefined,
): Promise<E.Either<ReloadError, PluginInstance>> {
  const { graph } = code;
  const { manifest } = code.manifest;
  try {
    const { namespace } = await evaluateGraph(graph, {
      ...portsOf(environment, code),
      onScope: (scope) => generation?.add(scope),
    });
    return E.right(new InProcessInstance(namespace, owned, manifest.exports));
  } catch (error) {
    return E.left(loadFailure(manifest.name, environment.root, graph, error));
  }
}

function portsOf(
  environment: InstanceEnvironment,
  { graph, manifest }: PluginCode,
): EvaluationPorts {
  const { hostModules, files } = environment;
  const plugin = manifest.manifest.name;
  return {
    hostModules,
    resolve: (specifier, importer) =>
      resolveComputed(files, graph, specifier, importer, environment.onNewFile),
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
