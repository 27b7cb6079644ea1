import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { checkGraph } from '../../modules/checkGraph.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import { buildCode } from '../../runtime/code/buildCode.js';
import { createEnvironment } from '../../runtime/createEnvironment.js';
import type { ApiVersion } from '../../runtime/manifest/manifestKeys.js';

/** What a version is known by in events, and which state it reads. */
export interface BuiltVersion {
  /** As in its manifest. */
  readonly plugin: string;
  readonly version: string;
  readonly fingerprint: string;
  /** The `state-version` of its manifest. */
  readonly stateVersion: number;
}

/**
 * Compiles the version that is in a folder, and runs nothing of it. Left: why it cannot be loaded, with its fingerprint.
 *
 * @param plugin - The name that its manifest must have; undefined: any.
 */
export async function buildVersion(
  folder: string,
  plugin: string | undefined,
  {
    files,
    apiVersion,
  }: {
    readonly files: PluginFiles;
    readonly apiVersion: ApiVersion;
  },
): Promise<E.Either<ReloadError, BuiltVersion>> {
  const ignore = () => undefined;
  const environment = {
    ...createEnvironment({ files, apiVersion, root: folder }, ignore, ignore),
    root: folder,
  };
  const { result } = await buildCode(environment, { folder, manifestPath: undefined });
  if (E.isLeft(result)) return E.left({ ...result.left, plugin: plugin ?? result.left.plugin });
  const { graph, manifest, fingerprint } = result.right;
  const {
    name,
    version,
    exports: promised = [],
    'state-version': stateVersion = 1,
  } = manifest.manifest;
  if (plugin !== undefined && name !== plugin) {
    const message = `${plugin}: the manifest in its bundle is that of ${name}; publish it under its own name`;
    return E.left({ _tag: 'ManifestInvalid', plugin, message, fingerprint });
  }
  const [problem] = checkGraph({ plugin: name, root: folder, graph, promised });
  return problem === undefined
    ? E.right({ plugin: name, version, fingerprint, stateVersion })
    : E.left({ ...problem, fingerprint });
}
