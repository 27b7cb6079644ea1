import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { TraceRecord } from '../../model/trace/TraceRecord.js';
import { eventIn, numberIn, textIn } from './fieldsOf.js';

/** How many events before the difference are told. */
const RECENT_COUNT = 5;
const MAX_FIELDS_LENGTH = 300;
const STAMP: ReadonlySet<string> = new Set(['v', 'i', 'atMs', '_tag', 'plugin']);

/** The first difference between a recorded run and its replay. */
export interface Divergence {
  /** Which record of the trace did not happen again, from 0: the first one after the header. */
  readonly record: number;
  /** Scheduler time of the difference, in milliseconds. */
  readonly atMs: number;
  /** Whose event differs; empty where it is no plugin's. */
  readonly plugin: string;
  /** What the recording has. */
  readonly expected: string;
  /** What the replay did. */
  readonly got: string;
  /** The last events before, oldest first, at most five. */
  readonly recent: readonly ReloadEvent[];
  /** All of it in words. */
  readonly message: string;
}

/** What is known where a replay leaves its recording. */
export interface Difference {
  readonly records: readonly TraceRecord[];
  /** Index of the record that did not happen again. */
  readonly at: number;
  readonly startMs: number;
  readonly nowMs: number;
  /** What the replay did: an event, or words. */
  readonly got: ReloadEvent | string;
  readonly events: readonly ReloadEvent[];
}

/** A record number says nothing to anybody: the event that it was on the way to does. */
export function describeDivergence(difference: Difference): Divergence {
  const { records, at, startMs, nowMs, got, events } = difference;
  const words = (event: ReloadEvent): string => eventInWords(event, startMs);
  const next = records.slice(at).find(({ k }) => k === 'ev');
  const due = eventIn(next);
  const isEventItself = next !== undefined && next === records[at];
  const expected = [
    ...(isEventItself ? [] : [recordInWords(records[at])]),
    ...(due === undefined ? ['no further event'] : [words(due)]),
  ].join(', then ');
  const shownGot = typeof got === 'string' ? got : words(got);
  const plugin = due?.plugin ?? (typeof got === 'string' ? '' : got.plugin);
  const recent = events.slice(-RECENT_COUNT);
  const before = recent.length === 0 ? ['  none'] : recent.map((event) => `  ${words(event)}`);
  const message = [
    `The replay differs from the recording ${nowMs - startMs} ms after the start${plugin === '' ? '' : `, at an event of ${plugin}`}.`,
    `Recorded: ${expected}.`,
    `Replayed: ${shownGot}.`,
    'The last events before it:',
    ...before,
  ].join('\n');
  return { record: at, atMs: nowMs, plugin, expected, got: shownGot, recent, message };
}

function eventInWords(event: ReloadEvent, startMs: number): string {
  const { _tag, plugin, atMs } = event;
  const fields = Object.entries(event).filter(([key]) => !STAMP.has(key));
  const shown = JSON.stringify(Object.fromEntries(fields));
  const cut = shown.length > MAX_FIELDS_LENGTH ? `${shown.slice(0, MAX_FIELDS_LENGTH)}…` : shown;
  const of = plugin === '' ? '' : ` of ${plugin}`;
  return `${_tag}${of} at ${atMs - startMs} ms${cut === '{}' ? '' : ` ${cut}`}`;
}

function recordInWords(record: TraceRecord | undefined): string {
  switch (record?.k) {
    case undefined:
    case 'end':
      return 'the end of the recording';
    case 'in':
      return `a value of ${textIn(record, 's')}`;
    case 'fire':
      return `timer ${numberIn(record, 'id')} fires`;
    case 'do':
      return `${textIn(record, 'op')} of ${textIn(record, 'p')} begins`;
    case 'done':
      return `task ${numberIn(record, 'id')} ends`;
    case 'save':
      return `task ${numberIn(record, 'id')} has saved a state`;
    case 'wait':
      return `task ${numberIn(record, 'id')} waits for others, or goes on`;
    case 'hook':
    case 'fn':
      return `an answer of ${textIn(record, 'n')}`;
    case 'stop':
      return 'the run ends';
    default:
      return `a record of the kind ${record?.k ?? ''}`;
  }
}
