import { inProcessHost } from '../instances/inProcessHost.js';
import { stateVersionOf } from '../protocol/KeptState.js';
import type { PluginCode } from '../code/PluginCode.js';
import type { RuntimeEnvironment } from '../environment/RuntimeEnvironment.js';
import type { HandOver } from '../protocol/transferState.js';

/** How a state goes from one version to the next: as it is where both say so, in this thread and in one format. */
export function handOverOf(
  { hostOf }: Pick<RuntimeEnvironment, 'hostOf'>,
  from: PluginCode | undefined,
  to: PluginCode,
): HandOver {
  const wants = ({ manifest: { manifest } }: PluginCode) =>
    manifest['hand-over'] === 'reference' && hostOf(manifest) === inProcessHost;
  const isWanted = from !== undefined && wants(from) && wants(to);
  return isWanted && stateVersionOf(from.manifest) === stateVersionOf(to.manifest)
    ? 'reference'
    : 'copy';
}
