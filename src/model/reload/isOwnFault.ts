import type { ReloadError } from './ReloadError.js';

/** Whether the plugin itself gave no state that can be kept, or none in time, so that no other try would get it. */
export function isOwnFault(error: ReloadError): boolean {
  return 'by' in error && error.by === 'plugin';
}
