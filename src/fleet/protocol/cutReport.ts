import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { HostReport } from './HostReport.js';

/** As JSON, in bytes. Below what an engine takes as one message, however it is configured: NATS takes 1 MB by default, some sites 64 kB. */
const MAX_BYTES = 60_000;
/** Of a message that is too long by itself. */
const MAX_MESSAGE_LENGTH = 4_000;

/**
 * The report as an engine takes it. What is left out first helps a person only: the oldest events, then the lines of code and the end of a
 * long message. A report that no engine takes would be sent for ever, and the host would be one that says nothing.
 */
export function cutReport(report: HostReport): HostReport {
  if (bytesOf(report) <= MAX_BYTES) return report;
  const { recent = [], error, ...rest } = report;
  const whole = error === undefined ? rest : { ...rest, error: cutError(error) };
  let room = MAX_BYTES - bytesOf(whole) - bytesOf({ recent: [] });
  const kept = [];
  for (const event of recent.toReversed()) {
    room -= bytesOf(event) + 1;
    if (room < 0) break;
    kept.unshift(event);
  }
  return kept.length === 0 ? whole : { ...whole, recent: kept };
}

function cutError(error: ReloadError): ReloadError {
  const { _tag, plugin, message, fingerprint } = error;
  if (bytesOf(error) <= MAX_BYTES / 4) return error;
  return {
    ...{ _tag, plugin },
    message:
      message.length <= MAX_MESSAGE_LENGTH ? message : `${message.slice(0, MAX_MESSAGE_LENGTH)}…`,
    ...(fingerprint !== undefined && { fingerprint }),
  };
}

function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
