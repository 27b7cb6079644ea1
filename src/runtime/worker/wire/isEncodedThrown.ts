import type { EncodedThrown } from './thrown.js';

/** A plugin shares its thread with what encodes its errors, so the host looks before it reads. */
export function isEncodedThrown(value: unknown): value is EncodedThrown {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'value') return 'value' in value;
  return (
    (value.kind === 'error' || value.kind === 'dom') &&
    'name' in value &&
    typeof value.name === 'string' &&
    'message' in value &&
    typeof value.message === 'string' &&
    'fields' in value &&
    typeof value.fields === 'object' &&
    value.fields !== null &&
    'stack' in value &&
    'cause' in value &&
    (value.cause === undefined || isEncodedThrown(value.cause)) &&
    'errors' in value &&
    (value.errors === undefined ||
      (Array.isArray(value.errors) && value.errors.every(isEncodedThrown)))
  );
}
