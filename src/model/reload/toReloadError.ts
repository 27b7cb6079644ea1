import { messageOf } from '../unknownValue.js';
import type { ReloadError, Unexpected } from './ReloadError.js';

/**
 * Whatever was thrown or rejected, as a `ReloadError`. One that already is passes untouched, but for an `Error` of a host's
 * own: JSON leaves its message out, and events are JSON.
 */
export function toReloadError(plugin: string, cause: unknown): ReloadError {
  if (!isReloadError(cause)) return unexpected(plugin, cause);
  if (!(cause instanceof Error)) return cause;
  const { _tag, message } = cause;
  return { ...Object.fromEntries(Object.entries(cause)), _tag, plugin: cause.plugin, message };
}

function isReloadError(value: unknown): value is ReloadError {
  try {
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
  } catch {
    return false; // it cannot be read
  }
}

function unexpected(plugin: string, cause: unknown): Unexpected {
  const reason = messageOf(cause);
  return {
    _tag: 'Unexpected',
    plugin,
    reason,
    message: `The reload of ${plugin} ended in an error that its host did not describe: ${reason}`,
  };
}
