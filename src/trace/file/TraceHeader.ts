import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { reportErrors } from '../../model/codecs/reportErrors.js';
import {
  TRACE_VERSION,
  type Trace,
  type TraceError,
  type TraceRecord,
} from '../../model/trace/TraceRecord.js';

const Options = t.intersection([
  t.type({
    data: t.UnknownRecord,
    ports: t.array(t.string),
    target: t.array(t.string),
  }),
  t.partial({
    debounce: t.UnknownRecord,
    backoff: t.UnknownRecord,
    breaker: t.UnknownRecord,
    waits: t.array(t.number),
  }),
]);

const Header = t.intersection([
  t.type({
    k: t.literal('header'),
    v: t.literal(TRACE_VERSION),
    lib: t.string,
    node: t.string,
    seed: t.number,
    startMs: t.number,
    level: t.keyof({ full: null, events: null }),
    redact: t.keyof({ none: null, paths: null, all: null }),
    root: t.string,
    options: Options,
  }),
  t.partial({ part: t.number }),
]);

/** What a run was started with. */
export type TraceHeader = t.TypeOf<typeof Header>;

/** The header of a trace, checked. */
export function headerOf(record: TraceRecord | undefined): Either<TraceError, TraceHeader> {
  if (record?.k !== 'header') {
    return left(corrupt('it does not begin with a header: it is no trace of hotpipe'));
  }
  if ('v' in record && typeof record.v === 'number' && record.v > TRACE_VERSION) {
    const message = `The trace has version ${record.v}, and this hotpipe reads version ${TRACE_VERSION}. Update hotpipe.`;
    return left({ _tag: 'TraceTooNew', line: 1, message });
  }
  const decoded = Header.decode(record);
  return isLeft(decoded) ? left(corrupt(reportErrors(decoded.left).join('; '))) : decoded;
}

/** A header and records that can be run again; else why not. */
export function replayableOf(trace: Trace): Either<TraceError, TraceHeader> {
  const header = headerOf(trace.header);
  if (isLeft(header)) return header;
  const { level, part } = header.right;
  if (trace.missing !== undefined) {
    return left(incomplete(1, `${trace.missing}, a file of the run, is not there`));
  }
  const gap = trace.records.findIndex(({ k }) => k === 'gap');
  if (level === 'events') {
    return left(incomplete(1, 'it was recorded with level "events", which has no inputs'));
  }
  if (part !== undefined || trace.records[0]?.k !== 'start') {
    return left(incomplete(1, 'it does not begin where the run began'));
  }
  if (gap >= 0) {
    return left(incomplete(gap + 2, 'records are missing there: the disk or the ring was full'));
  }
  return right(header.right);
}

function corrupt(why: string): TraceError {
  return { _tag: 'TraceCorrupt', line: 1, message: `Line 1 of the trace: ${why}.` };
}

function incomplete(line: number, why: string): TraceError {
  const message = `The trace cannot be run again (line ${line}): ${why}. Record a run from its start with traceFile.`;
  return { _tag: 'TraceIncomplete', line, message };
}
