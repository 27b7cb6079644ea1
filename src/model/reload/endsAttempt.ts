import type { ReloadEvent } from './ReloadEvent.js';

/** The events that an attempt ends with. An order ends with `RolledBack` or `Restarted`; it has started like a reload. */
const ENDS: ReadonlySet<ReloadEvent['_tag']> = new Set<ReloadEvent['_tag']>([
  ...(['Loaded', 'Reloaded', 'RolledBack', 'Restarted', 'Unchanged', 'Removed'] as const),
  'ReloadFailed',
]);

/** Whether no attempt of the event's plugin is under way after it. `Superseded` ends a change that waits, and no attempt. */
export function endsAttempt({ _tag }: Pick<ReloadEvent, '_tag'>): boolean {
  return ENDS.has(_tag);
}
