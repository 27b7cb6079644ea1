import {
  connect,
  debounceTime,
  filter,
  firstValueFrom,
  merge,
  type Observable,
  of,
  startWith,
  takeUntil,
  timer,
  toArray,
} from 'rxjs';
import type { OpenEngine } from '../../fleet/control/openInBackground.js';
import { type Candidate, type Desired, decodeDesired } from '../../fleet/protocol/Desired.js';
import type { LiveHosts, Revision } from '../../fleet/protocol/FleetStore.js';
import type { HostReport } from '../../fleet/protocol/HostReport.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import type { FleetCommand } from '../arguments/parseFleet.js';
import { type FleetExit, type FleetIo, rightOf } from './FleetIo.js';
import { fleetDashboard } from './fleetDashboard.js';
import { lineOf } from './rollOut.js';

/** What is there has been told when nothing more comes for this long. */
const QUIET_MS = 1_500;
/** The list of live hosts is complete sooner than that, when the engine answers. */
const HOSTS_WITHIN_MS = 12_000;

/** `hotpipe fleet status`: how the rollouts stand, and what each host said. */
export async function showStatus(
  { subject, isJson, dashboardPort }: FleetCommand,
  fleet: OpenEngine,
  io: FleetIo,
): Promise<FleetExit> {
  const { print } = io;
  if (dashboardPort !== undefined) {
    const page = await fleetDashboard(dashboardPort, fleet, io, subject);
    await io.ended();
    await page.close();
    return 0;
  }
  const documents = await documentsOf(fleet, subject);
  const standing = await Promise.all(
    documents.map(async ({ value, revision }) => {
      const told = await toldBy(fleet.reports$(value.plugin));
      const reports = [...new Map(told.map((report) => [report.host, report])).values()];
      return { revision, document: value, reports: reports.sort(byHost) };
    }),
  );
  if (isJson) {
    print(`${JSON.stringify(standing, null, 2)}\n`);
    return 0;
  }
  for (const { document, reports } of standing) print(statusText(document, reports));
  if (standing.length === 0) print('nothing was ever rolled out\n');
  return 0;
}

/** `hotpipe fleet hosts`: which hosts are alive. */
export async function showHosts(
  { isJson }: FleetCommand,
  fleet: OpenEngine,
  { print }: FleetIo,
): Promise<FleetExit> {
  const live = await liveHosts(fleet);
  if (isJson) print(`${JSON.stringify(live)}\n`);
  else {
    for (const host of live.hosts) print(`${escapeText(host)}\n`);
    if (live.hosts.length === 0) print('no host is alive\n');
    if (!live.isComplete) print('the list may lack hosts: the engine did not answer in time\n');
  }
  return live.isComplete ? 0 : 4;
}

/** The hosts that are alive: the whole list, or what is known of it after a while. */
export function liveHosts(fleet: OpenEngine): Promise<LiveHosts> {
  const none: LiveHosts = { hosts: [], isComplete: false };
  return firstValueFrom(
    merge(
      fleet.hosts$().pipe(filter(({ isComplete }) => isComplete)),
      // What is known by then is better than nothing.
      fleet.hosts$().pipe(startWith(none), debounceTime(HOSTS_WITHIN_MS)),
    ),
  );
}

async function documentsOf(
  fleet: OpenEngine,
  plugin: string,
): Promise<readonly Revision<Desired>[]> {
  if (plugin !== '') {
    const read = rightOf(await fleet.read(plugin)());
    if (read._tag === 'None') throw new Error(`nothing of ${plugin} was ever rolled out`);
    return [read.value];
  }
  const newest = new Map<string, Revision<Desired>>();
  for (const { value, revision } of await toldBy(fleet.desired$())) {
    const known = newest.get(value.plugin)?.revision ?? 0;
    if (revision < known) continue;
    newest.set(value.plugin, { value: rightOf(decodeDesired(value.plugin, value)), revision });
  }
  return [...newest.values()];
}

/** What a stream tells of what is there already. */
function toldBy<A>(values$: Observable<A>): Promise<readonly A[]> {
  const told$ = values$.pipe(
    connect((shared$) => {
      const quiet$ = merge(of(undefined), shared$).pipe(debounceTime(QUIET_MS));
      return shared$.pipe(takeUntil(merge(quiet$, timer(HOSTS_WITHIN_MS))), toArray());
    }),
  );
  return firstValueFrom(told$);
}

function byHost(left: HostReport, right: HostReport): number {
  return left.host < right.host ? -1 : 1;
}

function statusText(doc: Desired, reports: readonly HostReport[]): string {
  const lines = reports
    .filter(({ rollout }) => rollout === doc.rollout)
    .map((report) => ` ${lineOfReport(report, doc)}`);
  return [lineOf(doc), ...lines].map((line) => `${escapeText(line)}\n`).join('');
}

/** How a host stands with the rollout of a document, in one line. */
export function lineOfReport(report: HostReport, doc: Desired): string {
  const { host, status, serving, tried, calls, error } = report;
  const versions = [doc.stable, doc.candidate, doc.previous];
  const told = `${status} ${versionOf(tried, versions)}, serves ${versionOf(serving, versions)}`;
  const counted = `${calls.ok + calls.failed} calls, ${calls.failed} failed`;
  const why = error === undefined ? '' : `; ${error._tag}: ${error.message}`;
  return ` ${host}: ${told}, ${counted}${why}`;
}

function versionOf(digest: string | null, versions: readonly (Candidate | null)[]): string {
  if (digest === null) return 'nothing';
  return versions.find((one) => one?.digest === digest)?.version ?? digest.slice(0, 15);
}
