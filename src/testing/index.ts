export {
  type DescribedTrace,
  type DescribeTraceOptions,
  describeTrace,
  type TestForm,
} from '../trace/describeTrace.js';
export { type MinimizeTraceOptions, minimizeTrace } from '../trace/minimizeTrace.js';
export {
  type FakeFailure,
  type FakeReload,
  type FakeTarget,
  type FakeTargetOptions,
  fakeTarget,
} from '../trace/virtual/fakeTarget.js';
export { type Moment, timeline } from '../trace/virtual/timeline.js';
export { VirtualTime, type VirtualView } from '../trace/virtual/VirtualTime.js';
export { virtualTask } from '../trace/virtual/virtualTask.js';
export { describeFailure } from './describeFailure.js';
export { marble } from './marble.js';
export { type ShrunkFailure, shrinkFailure } from './shrinkFailure.js';
export { type SimulateOptions, simulate } from './simulate.js';
export {
  type SimulatedPorts,
  type SimulatePipelineOptions,
  simulatePipeline,
} from './simulatePipeline.js';
export type { Act as SimulatedAct } from './simulator/acts/Act.js';
export { simulatorFaults } from './simulator/acts/drawActs.js';
export { plantedBugs } from './simulator/bugs/plantedBugs.js';
export type { Violation } from './simulator/observe/RunReport.js';
export type {
  ExitMoment,
  ImportKind,
  PluginProgram,
  ProgramFault,
} from './simulator/plugin/PluginProgram.js';
export type { Simulation } from './simulator/runHistory.js';
export type { Setup as SimulatedSetup } from './simulator/setup/Setup.js';
