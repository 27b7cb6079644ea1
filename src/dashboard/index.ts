export {
  type Dashboard,
  type DashboardOptions,
  type DashboardRange,
  dashboard,
  type ListenOptions,
} from './dashboard.js';
