import { isLeft } from 'fp-ts/lib/Either.js';
import type { Trace } from '../../model/trace/TraceRecord.js';
import { replayableOf, type TraceHeader } from '../file/TraceHeader.js';
import { asError, replayTrace } from '../replay/replayTrace.js';
import { collectFacts, type RunFacts } from './RunFacts.js';

/** A trace, and what a model needs of it. */
export interface ModelledTrace {
  readonly header: TraceHeader;
  readonly facts: RunFacts;
}

/**
 * Replays a trace to learn what it is made of. A trace that was cut has what it has; one that differs from its own replay tells nothing
 * that could be trusted.
 */
export function modelledTrace(trace: Trace): Promise<ModelledTrace> {
  return Promise.resolve().then(() => {
    const header = replayableOf(trace);
    if (isLeft(header)) throw asError(header.left);
    const { listener, facts } = collectFacts(header.right.startMs);
    const { events, divergence } = replayTrace(trace, {}, listener);
    if (divergence !== null && divergence.record < trace.records.length) {
      throw asError({
        _tag: 'TraceCorrupt' as const,
        line: divergence.record + 2,
        message: `The recording cannot be modelled, since its own replay differs. ${divergence.message}`,
      });
    }
    return { header: header.right, facts: facts(events) };
  });
}
