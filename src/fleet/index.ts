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
export type { FleetError } from './protocol/FleetError.js';
