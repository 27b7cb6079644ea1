import type {
  ReloadError,
  StateCorrupt,
  StateLarge,
  StateRejected,
  StateSaveFailed,
} from './ReloadError.js';

// Failures of giving, saving, reading and taking over a state. Those of a state store are in `state/records/storeFailure`.

/** Only the serving version knows its state. When it does not give it, no version after it can have it. */
export const WITHOUT_STATE =
  'Fix it and save: the next version starts from the newest saved state, and what changed since then is lost.';

/** The plugin itself failed to give its state. */
export function stateNotGiven(plugin: string, reason: string): StateSaveFailed {
  const message = `${plugin} did not give its state: ${reason}. ${WITHOUT_STATE}`;
  return { _tag: 'StateSaveFailed', plugin, reason, by: 'plugin', message };
}

/** A warning: the state goes from version to version as the object itself, and no copy of it can be saved. */
export function stateOnlyHandedOver(plugin: string, reason: string): StateSaveFailed {
  const message = `The state of ${plugin} is handed over but not saved: ${reason}. After a crash or a start of the host, it starts from the newest saved state.`;
  return { _tag: 'StateSaveFailed', plugin, reason, by: 'plugin', message };
}

/** A warning: the state is saved without a part of it. */
export function statePartlySaved(plugin: string, reason: string): StateSaveFailed {
  const message = `A part of the state of ${plugin} is not saved: ${reason}. Keep it in plain objects, lists, texts and numbers.`;
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

/** The plugin refused the state, or the state cannot be handed to it. */
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
