import type { ProbationFailed } from './ReloadError.js';

export function probationFailed(
  plugin: string,
  { number, reason }: { readonly number: number; readonly reason: string },
): ProbationFailed {
  const message = `Version ${number} of ${plugin} failed its probation: ${reason}. The same files are not tried again: change them, or order that version with replacePlugin.`;
  return { _tag: 'ProbationFailed', plugin, version: number, reason, message };
}
