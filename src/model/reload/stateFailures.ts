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

/** The store gave a state that cannot be used. */
export function stateUnreadable(plugin: string, reason: string): StateCorrupt {
  const message = `The saved state of ${plugin} could not be read: ${reason}`;
  return { _tag: 'StateCorrupt', plugin, path: plugin, reason, message };
}

export function stateRejected(plugin: string, reason: string): StateRejected {
  const message = `${plugin} did not take the state over: ${reason}.`;
  return { _tag: 'StateRejected', plugin, reason, message };
}

/** The state does not fit the io-ts codec that the host gave for it. */
export function stateMisfit(plugin: string, reason: string): StateRejected {
  const message = `The state of ${plugin} does not have its type: ${reason}. Raise state-version and migrate when the shape changes. What is saved is untouched.`;
  return { _tag: 'StateRejected', plugin, reason, message };
}

export function stateLarge(plugin: string, bytes: number, limitBytes: number): StateLarge {
  const size = `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  const message = `The state of ${plugin} is ${size}: calls wait while it is copied. Keep less of it, or set hand-over = "reference" in the manifest.`;
  return { _tag: 'StateLarge', plugin, bytes, limitBytes, message };
}

/** Whether the plugin itself failed to give a state that can be kept, so that another try would fail too. */
export function isOwnFault(error: ReloadError): boolean {
  return 'by' in error && error.by === 'plugin';
}
