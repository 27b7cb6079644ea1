export type { AgentEvent, AgentRuntime } from './agent/AgentPorts.js';
export type { EndedCall } from './agent/CallCounter.js';
export { type FleetAgent, type FleetAgentOptions, fleetAgent } from './agent/fleetAgent.js';
export { type Published, publishBundle, publishedVersion } from './bundles/catalogue.js';
export { packBundle } from './bundles/packBundle.js';
export { type Bundle, type BundleLimits, readBundle } from './bundles/readBundle.js';
export {
  fleetKeys,
  type SignedStatement,
  type Statement,
  signBundle,
  verifyBundle,
  verifyStatement,
} from './bundles/statements.js';
export { type FleetEvent, fleetChanges } from './control/fleetChanges.js';
export { type FleetControllerOptions, fleetController } from './control/fleetController.js';
export { type MemoryFleetOptions, memoryFleet } from './control/memoryFleet.js';
export { type OpenEngine, openInBackground } from './control/openInBackground.js';
export type { RolloutEvent } from './control/PluginPilot.js';
export { hostHash, isInCohort } from './protocol/cohort.js';
export { type Candidate, type Desired, decodeDesired } from './protocol/Desired.js';
export type { FleetError } from './protocol/FleetError.js';
export type {
  Beat,
  Bundles,
  BundleUpkeep,
  FleetStore,
  LiveHosts,
  Revision,
} from './protocol/FleetStore.js';
export type { CallCounts, HostReport } from './protocol/HostReport.js';
export type { RolloutPace, Wave } from './protocol/RolloutPace.js';
export { decideRollout, type RolloutDecision } from './rollout/decideRollout.js';
export type { RolloutPolicy } from './rollout/RolloutPolicy.js';
export {
  abortRollout,
  pauseRollout,
  promoteRollout,
  type RolloutOrder,
  rollBackFleet,
  startRollout,
} from './rollout/rolloutOrders.js';
