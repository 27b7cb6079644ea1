import type {
  ReloadError,
  StateCorrupt,
  StateLarge,
  StateRejected,
  StateSaveFailed,
} from './ReloadError.js';

/** Only the serving version knows its state, so hotpipe does not replace it until a person says so. */
export const HOW_TO_DISCARD =
  'To discard its state and start from the newest saved one, move its folder out and back.';

/** The plugin itself failed to give its state. */
export function stateNotGiven(plugin: string, reason: string): StateSaveFailed {
  const message = `${plugin} did not give its state: ${reason}. ${HOW_TO_DISCARD}`;
  return { _tag: 'StateSaveFailed', plugin, reason, by: 'plugin', message };
}

/** The store threw instead of answering. */
export function stateNotSaved(plugin: string, reason: string): StateSaveFailed {
  const message = `The state of ${plugin} could not be saved: ${reason}.`;
  return { _tag: 'StateSaveFailed', plugin, reason, message };
}

/** The store returned a state that cannot be used. */
export function stateUnreadable(plugin: string, reason: string): StateCorrupt {
  const message = `The saved state of ${plugin} could not be read: ${reason}`;
  return { _tag: 'StateCorrupt', plugin, path: plugin, reason, message };
}

/** The plugin refused the state, or the state is not one that it can get. */
export function stateRejected(plugin: string, reason: string): StateRejected {
  const message = `${plugin} did not accept the state: ${reason}.`;
  return { _tag: 'StateRejected', plugin, reason, message };
}

/** The state does not fit the io-ts codec that the host has for it. */
export function stateMisfit(plugin: string, reason: string): StateRejected {
  const message = `The state of ${plugin} does not fit its codec: ${reason}. Raise state-version and migrate when the shape changes. The saved state is unchanged.`;
  return { _tag: 'StateRejected', plugin, reason, message };
}

/** A warning about a state that takes long to copy. */
export function stateLarge(plugin: string, bytes: number, limitBytes: number): StateLarge {
  const size = `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  const message = `The state of ${plugin} is ${size}: calls wait while it is copied. Keep less in it, or set hand-over = "reference" in the manifest.`;
  return { _tag: 'StateLarge', plugin, bytes, limitBytes, message };
}

/** Whether the plugin itself failed to give a state that can be saved, so that a retry would fail too. */
export function isOwnFault(error: ReloadError): boolean {
  return 'by' in error && error.by === 'plugin';
}
