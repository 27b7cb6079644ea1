import type { Subscriber } from 'rxjs';
import type { TraceRecord } from '../../model/trace/TraceRecord.js';
import type { Crossing } from '../../pipeline/record/Boundary.js';
import { decodeThrown } from '../../pipeline/record/crossings.js';
import { fieldOf } from './fieldsOf.js';
import type { ReplayListener } from './ReplayedTimer.js';

/** A stream of a pipeline that is run again. */
export interface Delivery<A> {
  readonly name: string;
  readonly crossing: Crossing<A>;
  readonly subscriber: Subscriber<A>;
  /** Whether it is being subscribed to at this moment. */
  isInitial: boolean;
}

/** Gives a stream what a record of it has: a value, an error or its end. */
export function deliver<A>(
  { name, crossing, subscriber, isInitial }: Delivery<A>,
  record: TraceRecord,
  { listener, atMs }: { readonly listener: ReplayListener; readonly atMs: number },
): void {
  const thrown = fieldOf(record, 'x');
  if (thrown !== undefined || fieldOf(record, 'end') !== undefined) {
    listener.ended?.({ stream: name, atMs, isError: thrown !== undefined });
    if (thrown === undefined) subscriber.complete();
    else subscriber.error(decodeThrown(thrown));
    return;
  }
  const json = fieldOf(record, 'v');
  listener.cameIn?.({ stream: name, json, atMs, isInitial });
  subscriber.next(crossing.decode(json));
}
