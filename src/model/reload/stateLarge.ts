import type { StateLarge } from './ReloadError.js';

export function stateLarge(plugin: string, bytes: number, limitBytes: number): StateLarge {
  const size = `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  const message = `The state of ${plugin} has ${size}: calls wait while it is copied. Keep less of it, or set hand-over = "reference" in the manifest.`;
  return { _tag: 'StateLarge', plugin, bytes, limitBytes, message };
}
