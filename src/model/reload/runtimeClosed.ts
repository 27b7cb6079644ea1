import type { Aborted } from './ReloadError.js';

export function runtimeClosed(plugin: string): Aborted {
  const reason = 'the runtime is closed';
  return { _tag: 'Aborted', plugin, reason, message: `${plugin} is not loaded: ${reason}.` };
}
