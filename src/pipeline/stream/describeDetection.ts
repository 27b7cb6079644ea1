import { relative } from 'node:path';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { DetectedChange } from './detectChanges.js';

/** The event of a detected change, its paths relative to the root where one is given. */
export function describeDetection(
  root: string | undefined,
): (detected: DetectedChange) => UnstampedEvent {
  const shorten = (path: string): string => (root === undefined ? path : relative(root, path));
  return ({ change, windowMs }) => {
    const paths = change.events.flatMap((event) =>
      event._tag === 'Renamed' ? [event.from, event.to] : [event.path],
    );
    return { _tag: 'ChangeDetected', plugin: change.plugin, paths: paths.map(shorten), windowMs };
  };
}
