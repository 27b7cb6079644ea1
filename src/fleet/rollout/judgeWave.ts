import { isInCohort } from '../protocol/cohort.js';
import type { Desired } from '../protocol/Desired.js';
import type { LiveHosts } from '../protocol/FleetStore.js';
import type { CallCounts, HostReport } from '../protocol/HostReport.js';
import { sumOfCalls } from './compareCalls.js';

/** How the hosts that try a candidate stand. Each host is in exactly one of the lists. */
export interface WaveStanding {
  readonly proven: readonly string[];
  /** The report of each host that refused the candidate. */
  readonly refused: readonly HostReport[];
  /** Alive, or perhaps alive, and neither proven nor refused. */
  readonly silent: readonly string[];
  /** Not alive any more, and never heard of with the candidate's end. */
  readonly gone: readonly string[];
  /** Calls of the candidate, on all hosts that try it. */
  readonly calls: CallCounts;
  /** Calls of the stable version, on the hosts that are compared with. */
  readonly stableCalls: CallCounts;
}

/**
 * How the wave stands. Reports are not trusted: those of another rollout or another digest, those of hosts that do not try the candidate, and
 * those of hosts that nobody knows do not count, and each host counts once. A host that has refused the candidate stays refused.
 */
export function judgeWave(
  doc: Desired,
  { hosts, isComplete }: LiveHosts,
  reports: readonly HostReport[],
): WaveStanding {
  const live = new Set(hosts);
  // Also those that are gone: a host that vanished with the candidate has not proven it. A document without members has the hosts below its
  // bound, as far as they are alive or have spoken.
  const heard = reports.filter((report) => isOwn(doc, report)).map(({ host }) => host);
  const known = () => [...hosts, ...heard].filter((host) => isInCohort(doc, host));
  const expected = new Set(doc.members ?? known());
  const own = new Map<string, HostReport>();
  for (const report of reports) {
    if (!isOwn(doc, report) || !expected.has(report.host)) continue;
    if (own.get(report.host)?.status !== 'nack') own.set(report.host, report);
  }
  const statusOf = (host: string) => own.get(host)?.status;
  const isProven = (host: string) =>
    statusOf(host) === 'proven' && own.get(host)?.serving === doc.candidate?.digest;
  const open = [...expected].filter((host) => statusOf(host) !== 'nack' && !isProven(host));
  const control = new Set(doc.control);
  const stable = reports.filter(
    ({ host, rollout, tried }) =>
      control.has(host) && rollout === doc.rollout && tried === doc.stable?.digest,
  );
  return {
    proven: [...expected].filter(isProven),
    refused: [...own.values()].filter(({ status }) => status === 'nack'),
    silent: open.filter((host) => live.has(host) || !isComplete),
    gone: open.filter((host) => !live.has(host) && isComplete),
    calls: callsOf(own.values(), doc.candidate?.digest),
    stableCalls: callsOf(newestByHost(stable), doc.stable?.digest),
  };
}

function isOwn({ rollout, candidate }: Desired, report: HostReport): boolean {
  return report.rollout === rollout && report.tried === candidate?.digest;
}

/** Calls are of what serves: a host that has not switched yet, or has gone back, tells those of the other version. */
function callsOf(reports: Iterable<HostReport>, digest: string | undefined): CallCounts {
  return sumOfCalls(
    [...reports].filter(({ serving }) => serving === digest).map(({ calls }) => calls),
  );
}

function newestByHost(reports: readonly HostReport[]): Iterable<HostReport> {
  return new Map(reports.map((report) => [report.host, report])).values();
}
