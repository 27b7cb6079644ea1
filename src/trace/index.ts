export {
  type ExplainPathHost,
  type ExplainPluginOptions,
  type Explanation,
  explainPath,
  explainPlugin,
  type PathExplanation,
} from '../explain/index.js';
export type {
  RecordOptions,
  Trace,
  TraceError,
  TraceRecord,
  TraceSink,
} from '../model/trace/TraceRecord.js';
export { describeEvents } from './describeEvents.js';
export {
  type DescribedTrace,
  type DescribeTraceOptions,
  describeTrace,
  type TestForm,
} from './describeTrace.js';
export { type MinimizeTraceOptions, minimizeTrace } from './minimizeTrace.js';
export { readTrace } from './readTrace.js';
export type { Divergence } from './replay/describeDivergence.js';
export type { Replayed } from './replay/replayTrace.js';
export { replayRun } from './replayRun.js';
export { type TraceFile, type TraceFileOptions, traceFile } from './traceFile.js';
export { type TraceRing, type TraceRingOptions, traceRing } from './traceRing.js';
export { type TraceSvgOptions, traceSvg } from './traceSvg.js';
export { type WhatIf, type WhatIfRow, whatIf } from './whatIf.js';
