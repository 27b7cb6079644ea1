import type { ReloadError } from '../model/ReloadError.js';

/** Whether the plugin itself gave no state that can be kept, so that no other try would get it. */
export function isOwnFault(error: ReloadError): boolean {
  return error._tag === 'StateSaveFailed' && 'by' in error && error.by === 'plugin';
}
