import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { TraceRecord } from '../../model/trace/TraceRecord.js';

/** A field of a record. */
export function fieldOf(record: TraceRecord | undefined, name: string): unknown {
  return record === undefined ? undefined : Reflect.get(record, name);
}

/** A field that is a number; 0 when it is none. */
export function numberIn(record: TraceRecord | undefined, name: string): number {
  const value = fieldOf(record, name);
  return typeof value === 'number' ? value : 0;
}

/** A field that is a text; empty when it is none. */
export function textIn(record: TraceRecord | undefined, name: string): string {
  const value = fieldOf(record, name);
  return typeof value === 'string' ? value : '';
}

/** The event of a record. `readTrace` has checked it. */
export function eventIn(record: TraceRecord | undefined): ReloadEvent | undefined {
  const event = record?.k === 'ev' ? fieldOf(record, 'e') : undefined;
  return isEvent(event) ? event : undefined;
}

/** The events of a trace, in order. */
export function eventsOf(records: readonly TraceRecord[]): readonly ReloadEvent[] {
  return records.flatMap((record) => eventIn(record) ?? []);
}

const ENTRIES: ReadonlySet<string> = new Set(['start', 'in', 'fire', 'done', 'save', 'wait']);

/** Whether something comes in with this record. A `stop` with the number of a call is the pipeline's own end. */
export function isEntry(record: TraceRecord | undefined): record is TraceRecord {
  if (record === undefined) return false;
  const { k } = record;
  if (k === 'stop') return fieldOf(record, 'c') === undefined;
  return ENTRIES.has(k);
}

function isEvent(value: unknown): value is ReloadEvent {
  if (typeof value !== 'object' || value === null || !('_tag' in value)) return false;
  return typeof value._tag === 'string' && 'plugin' in value && typeof value.plugin === 'string';
}
