import type { ReloadEvent } from '../../../../model/reload/ReloadEvent.js';
import type { RunObserver } from '../../observe/RunObserver.js';

/**
 * The check, without the failures that end no attempt. The runtime tells when the version before cannot come back after a failed
 * probation, also while a change of the plugin waits for its retry.
 */
export function ofAttempts(check: RunObserver): RunObserver {
  return {
    ...check,
    eventEmitted: (event) => {
      if (!isFailedWayBack(event)) check.eventEmitted?.(event);
    },
  };
}

/** Whether the event tells that a version that failed its probation serves on. */
export function isFailedWayBack(event: ReloadEvent): boolean {
  if (event._tag !== 'ReloadFailed' || (event.changes ?? []).length > 0) return false;
  // An attempt whose files have failed a probation before is told by similar words.
  return event.error.message.includes('could not come back');
}
