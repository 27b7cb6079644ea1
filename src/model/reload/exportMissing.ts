import { closestName } from '../closestName.js';
import type { ExportMissing } from './ReloadError.js';

/** A function that the manifest promises, or the runtime calls, and that the entry does not export; `names` are what it exports. */
export function exportMissing(
  plugin: string,
  file: string,
  exportName: string,
  names: readonly string[],
): ExportMissing {
  const meant = closestName(exportName, names);
  const hint = names.includes(exportName)
    ? 'it is exported, but is not a function'
    : `export a function of that name${meant === undefined ? '' : ` (there is "${meant}")`}, or remove it from "exports" of the manifest`;
  const message = `${file}: the plugin must export the function "${exportName}": ${hint}.`;
  return { _tag: 'ExportMissing', plugin, file, exportName, message };
}
