export { describeFailure } from './describeFailure.js';
export {
  fakeTarget,
  type FakeFailure,
  type FakeReload,
  type FakeTarget,
  type FakeTargetOptions,
} from './fakeTarget.js';
export { marble } from './marble.js';
export { shrinkFailure, type ShrunkFailure } from './shrinkFailure.js';
export { simulate, type SimulateOptions } from './simulate.js';
export {
  simulatePipeline,
  type SimulatedPorts,
  type SimulatePipelineOptions,
} from './simulatePipeline.js';
export type { Act as SimulatedAct } from './simulator/acts/Act.js';
export { simulatorFaults } from './simulator/acts/drawActs.js';
export { plantedBugs } from './simulator/bugs/plantedBugs.js';
export type { Violation } from './simulator/observe/RunReport.js';
export type { PluginProgram } from './simulator/plugin/PluginProgram.js';
export type { Simulation } from './simulator/runHistory.js';
export { VirtualTime, type VirtualView } from './virtual/VirtualTime.js';
export { virtualTask } from './virtual/virtualTask.js';
