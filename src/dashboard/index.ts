export {
  type Dashboard,
  type DashboardOptions,
  type DashboardPrediction,
  type DashboardRange,
  dashboard,
  type ListenOptions,
} from './dashboard.js';
export type {
  FleetChange,
  FleetDocument,
  FleetReport,
  FleetVersion,
} from './fleet/FleetChange.js';
export { type TracePageOptions, tracePage } from './tracePage.js';
