import type { Observable } from 'rxjs';
import { type DashboardPrediction, dashboard } from '../../dashboard/dashboard.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { Trace, TraceSink } from '../../model/trace/TraceRecord.js';
import { describeTrace } from '../../trace/describeTrace.js';
import { type TraceRing, traceRing } from '../../trace/traceRing.js';
import { selfErrorMessage } from '../../trace/whatIf.js';
import { predictSettings } from './predictSettings.js';

/** The dashboard of a `hotpipe watch`, before and while it is served. */
export interface WatchDashboard {
  /** Takes what the host records, beside a file when there is one. */
  readonly trace: TraceSink;
  /** Serves the page; its address, with its token. Rejects when the port is taken. */
  open(events$: Observable<ReloadEvent>): Promise<{ readonly url: string; close(): void }>;
}

/** A dashboard that makes tests of what it shows from the newest records of the run. */
export function watchDashboard(port: number, file: TraceSink | undefined): WatchDashboard {
  const ring = traceRing();
  return {
    trace: file === undefined ? ring : toBoth(file, ring),
    open: async (events$) => {
      const board = dashboard(events$, {
        describe: (range) => describe(ring, range),
        predict: (settings) => predict(ring, settings),
      });
      const server = await board.listen({ port });
      const close = () => {
        board.close();
        void server.close();
      };
      return { url: server.url, close };
    },
  };
}

async function describe(
  ring: TraceRing,
  range: { readonly plugin: string; readonly fromMs: number; readonly toMs: number },
): Promise<string> {
  const { text, why } = await describeTrace(soFar(ring), range);
  return why === undefined ? text : `// ${why.replaceAll('\n', '\n// ')}\n${text}`;
}

async function predict(ring: TraceRing, settings: readonly string[]): Promise<DashboardPrediction> {
  const { recorded, rows, selfErrorRatio, isReliable } = await predictSettings(
    soFar(ring),
    settings,
  );
  if (!isReliable) throw new Error(selfErrorMessage(selfErrorRatio));
  return { selfErrorRatio, rows: [recorded, ...rows] };
}

/** The run so far, as a trace. */
function soFar(ring: TraceRing): Trace {
  const [header, ...records] = ring.records();
  if (header === undefined) throw new Error('nothing has been recorded yet');
  return { header, records, isComplete: false };
}

/** What the file records, the ring keeps as well: both hide the same. */
function toBoth(file: TraceSink, ring: TraceRing): TraceSink {
  return {
    ...(file.recording && { recording: file.recording }),
    next: (record) => {
      file.next(record);
      ring.next(record);
    },
    error: (error) => {
      file.error(error);
      ring.error(error);
    },
    complete: () => {
      file.complete();
      ring.complete();
    },
  };
}
