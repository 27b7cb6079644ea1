export {
  type OpenTelemetryOptions,
  openTelemetry,
} from './openTelemetry.js';
export { PROMETHEUS_CONTENT_TYPE, prometheusMetrics } from './prometheusMetrics.js';
