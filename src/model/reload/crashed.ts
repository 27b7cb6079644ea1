import type { Crashed } from './ReloadError.js';

/** The plugin failed while it ran, outside of what anybody asked of it. */
export function crashed(plugin: string, reason: string): Crashed {
  return { _tag: 'Crashed', plugin, reason, message: `${plugin}: ${reason}` };
}
