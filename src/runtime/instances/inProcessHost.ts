import * as E from 'fp-ts/lib/Either.js';
import { crashed } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { messageOf } from '../../model/unknownValue.js';
import { addModule, resolveBounded, withShared } from '../../modules/buildGraph.js';
import {
  type EvaluationPorts,
  evaluateGraph,
  fileProblem,
  importFailure,
  requireError,
} from '../../modules/evaluateGraph.js';
import { resolveComputed } from '../../modules/importNotes.js';
import { loadFailure } from '../../modules/loadFailure.js';
import { RequireNow } from '../../modules/requireNow.js';
import type { PluginCode } from '../code/PluginCode.js';
import { createContext, type OwnedContext } from './createContext.js';
import { Generation } from './GenerationWatch.js';
import { InProcessInstance } from './InProcessInstance.js';
import type { InstanceEnvironment, InstanceHost } from './InstanceHost.js';
import { OpenHandles } from './OpenHandles.js';
import type { PluginInstance } from './PluginInstance.js';

/** Runs plugins in this process, with all that the process may do. */
export const inProcessHost: InstanceHost = {
  open(environment, code, version) {
    const plugin = code.manifest.manifest.name;
    const owned = createContext({
      plugin,
      version,
      scheduler: environment.scheduler,
      host: environment.provide ?? {},
      ...(environment.talk && { talk: environment.talk }),
      onError: (error) =>
        environment.report(crashed(plugin, `a timer or listener threw: ${messageOf(error)}`)),
    });
    const { generations } = environment;
    const generation = generations && new Generation(plugin, version);
    const { onOpen } = environment.handles ?? {};
    const { modules } = code.graph;
    const handles =
      onOpen &&
      new OpenHandles({
        ...{ plugin, version, root: environment.root },
        includes: (path) => modules.has(path),
      });
    let hasEnded = false;
    const watched: OwnedContext = {
      context: owned.context,
      async dispose(overdue) {
        const problems = await owned.dispose(overdue);
        if (generation && !hasEnded) generations.ended(generation, problems);
        hasEnded = true;
        const left = await handles?.leftOpen();
        if (left !== undefined) onOpen?.(left);
        return problems;
      },
    };
    const load = () => {
      const hadEarlier = version > 1;
      const watching = { generation, handles, hadEarlier };
      const loading = () => loadInstance(environment, code, watched, watching);
      return handles === undefined ? loading() : handles.during(loading);
    };
    return { load, dispose: (overdue) => watched.dispose(overdue) };
  },
  close: () => Promise.resolve(),
};

/** What watches a version (undefined: nobody asked for it), and what was there before it. */
interface Watching {
  readonly generation: Generation | undefined;
  readonly handles: OpenHandles | undefined;
  /** Whether another version was loaded before. */
  readonly hadEarlier: boolean;
}

async function loadInstance(
  environment: InstanceEnvironment,
  code: PluginCode,
  owned: OwnedContext,
  { generation, handles, hadEarlier }: Watching,
): Promise<E.Either<ReloadError, PluginInstance>> {
  const { graph } = code;
  const { manifest } = code.manifest;
  try {
    const { namespace } = await evaluateGraph(graph, {
      ...portsOf(environment, code),
      onScope: (scope) => generation?.add(scope),
    });
    const watched = handles && ((work: () => unknown) => handles.during(work));
    return E.right(new InProcessInstance(namespace, owned, manifest.exports, watched));
  } catch (error) {
    return E.left(
      loadFailure(manifest.name, environment.root, graph, error, {
        hadEarlier,
        packages: environment.hostModules,
      }),
    );
  }
}

function portsOf(
  environment: InstanceEnvironment,
  { graph, manifest }: PluginCode,
): EvaluationPorts {
  const { files, hostModules } = environment;
  const plugin = manifest.manifest.name;
  const requires = new RequireNow(environment, plugin, graph, environment.onNewFile);
  return {
    hostModules,
    requires: {
      resolveRequire: (specifier, importer) => requires.resolve(specifier, importer),
      moduleAt(path) {
        const found = requires.moduleAt(path);
        if (E.isLeft(found)) throw requireError(found.left);
        return found.right;
      },
    },
    resolve: (specifier, importer) =>
      withShared(
        environment,
        resolveBounded(specifier, () =>
          resolveComputed(files, graph, specifier, importer, environment.onNewFile),
        ),
      ),
    async extend(path) {
      const added = await addModule(environment, plugin, graph, path);
      if (E.isLeft(added)) throw importFailure(fileProblem(added.left));
      const module = graph.modules.get(path);
      if (module === undefined) throw new Error(`${path} was not compiled`);
      environment.onNewFile();
      return module;
    },
  };
}
