export type { Bundles, FleetStore } from '../fleet/protocol/FleetStore.js';
export { type NatsFleet, type NatsFleetOptions, natsFleet } from './natsFleet.js';
