import type { ReloadError, Unexpected } from './ReloadError.js';

/** Whatever was thrown or rejected, as a `ReloadError`. One that already is passes untouched. */
export function toReloadError(plugin: string, cause: unknown): ReloadError {
  return isReloadError(cause) ? cause : unexpected(plugin, cause);
}

function isReloadError(value: unknown): value is ReloadError {
  return (
    typeof value === 'object' &&
    value !== null &&
    '_tag' in value &&
    typeof value._tag === 'string' &&
    'plugin' in value &&
    typeof value.plugin === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

function unexpected(plugin: string, cause: unknown): Unexpected {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return {
    _tag: 'Unexpected',
    plugin,
    reason,
    message: `The reload of ${plugin} ended in an error that its host did not describe: ${reason}`,
  };
}
