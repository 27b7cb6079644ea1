import type { NameTaken } from './ReloadError.js';
import { displayPath } from '../../modules/places/sourcePlace.js';

/** The folder whose manifest is at `manifest` has the name of the plugin in `folder`. */
export function nameTaken(
  root: string,
  plugin: string,
  manifest: string,
  folder: string,
): NameTaken {
  const file = displayPath(root, manifest);
  const takenBy = displayPath(root, folder);
  const message = `${file}: the name "${plugin}" is taken by ${takenBy}: give one of them another name.`;
  return { _tag: 'NameTaken', plugin, file, takenBy, message };
}
