import { describeEvent } from '../../sinks/terminal/describeEvent.js';
import type { FleetReport, FleetVersion } from './FleetChange.js';
import type {
  GroupPicture,
  HostPicture,
  HostState,
  RefusalPicture,
  RolloutPicture,
} from './FleetPicture.js';
import type { SeenRollout } from './SeenRollout.js';

/** Hosts that are listed per group: with a thousand hosts, a page of names helps nobody. Those that need a look come first. */
const MAX_HOSTS = 200;
const MAX_REFUSALS = 20;
/** Of a message, and of a frame, in characters: hosts send what plugins wrote. */
const MAX_TEXT_LENGTH = 2_000;

/** What needs a look comes first. */
const ORDER: readonly HostState[] = [
  ...([
    'refused',
    'gone',
    'silent',
    'accepted',
    'serving',
    'proven',
    'compared',
    'waiting',
  ] as const),
];

const same = (text: string): string => text;
const plain = { good: same, bad: same, notice: same, faint: same, strong: same };

interface Live {
  readonly hosts: ReadonlySet<string>;
  readonly isComplete: boolean;
}

/** One plugin of a fleet, laid out. Pure. */
export function rolloutPicture(seen: SeenRollout, live: Live): RolloutPicture {
  const { document, refusals } = seen;
  const first = firstRefusal(seen);
  return {
    plugin: document.plugin,
    line: lineOf(seen),
    groups: groupsOf(seen, live),
    refusals: refusals.slice(0, MAX_REFUSALS).map((report) => refusalOf(report, seen)),
    moreRefusals: Math.max(0, refusals.length - MAX_REFUSALS),
    first: first?.host ?? '',
    recent: first?.recent?.map((event) => cut(describeEvent(event, plain))) ?? [],
  };
}

/**
 * The report of the host that refused the version first, and has said what it saw before. A page that is opened later hears all reports at
 * once, so the times of their events decide, where they have some.
 */
export function firstRefusal({ refusals }: SeenRollout): FleetReport | undefined {
  const told = refusals.filter(({ recent }) => recent !== undefined && recent.length > 0);
  const endOf = ({ recent }: FleetReport): number => recent?.at(-1)?.atMs ?? Infinity;
  return told.reduce<FleetReport | undefined>(
    (first, report) => (first === undefined || endOf(report) < endOf(first) ? report : first),
    undefined,
  );
}

function lineOf({ document, candidate: rolledOut }: SeenRollout): string {
  const { candidate, stable, wave, members = [], outcome, reason, paused, bakeFromMs } = document;
  const why = reason === null ? '' : `: ${reason}`;
  const serves = stable === null ? 'nothing is stable' : `${stable.version} is stable`;
  if (candidate === null) {
    const what = rolledOut === null ? '' : `${rolledOut.version} `;
    return cut(`${what}${outcome ?? 'no rollout'}${why}; ${serves}`);
  }
  const state = [
    members.length === 0 ? 'no host yet' : `wave ${wave}, ${members.length} hosts`,
    ...(paused ? ['paused'] : []),
    ...(bakeFromMs !== null ? ['bakes'] : []),
    ...(outcome !== null ? [`${outcome}${why}`] : []),
  ];
  return cut(`${candidate.version} on trial, ${state.join(', ')}; ${serves}`);
}

function groupsOf(seen: SeenRollout, live: Live): readonly GroupPicture[] {
  const { waves, control, document, reports, refusals } = seen;
  const refused = new Set(
    refusals.filter((report) => isTried(report, seen)).map(({ host }) => host),
  );
  const groups: GroupPicture[] = [];
  const listed = new Set<string>();
  const add = (name: string, hosts: readonly string[], stateOf: (host: string) => HostState) => {
    const fresh = hosts.filter((host) => !listed.has(host));
    for (const host of fresh) listed.add(host);
    if (fresh.length > 0) groups.push(groupOf(name, fresh, stateOf, seen));
  };
  const tries = (host: string): HostState =>
    refused.has(host) ? 'refused' : stateOfTrial(host, seen, live);
  let from = 1;
  for (const [wave, hosts] of [...waves].sort(([left], [right]) => left - right)) {
    // A page that was opened late knows the hosts of several waves together.
    add(from < wave ? `waves ${from} to ${wave}` : `wave ${wave}`, hosts, tries);
    from = wave + 1;
  }
  const isOwn = ({ rollout }: FleetReport): boolean => rollout === document.rollout;
  const heard = [...reports.values()].filter((report) => isOwn(report) && isTried(report, seen));
  add(
    'tried it',
    heard.map(({ host }) => host),
    tries,
  );
  if (document.candidate !== null) add('compared with', control, () => 'compared');
  add('others', [...live.hosts], () => 'waiting');
  return groups;
}

function groupOf(
  name: string,
  hosts: readonly string[],
  stateOf: (host: string) => HostState,
  { reports, document, candidate }: SeenRollout,
): GroupPicture {
  const versions = [candidate, document.candidate, document.stable, document.previous];
  const all = hosts.map((host): HostPicture => {
    const report = reports.get(host);
    return { host, state: stateOf(host), about: report ? aboutOf(report, versions) : '' };
  });
  const urgency = (of: HostPicture): number => ORDER.indexOf(of.state);
  all.sort((left, right) => urgency(left) - urgency(right) || (left.host < right.host ? -1 : 1));
  return { name, hosts: all.slice(0, MAX_HOSTS), moreCount: Math.max(0, all.length - MAX_HOSTS) };
}

/** How a host stands that is to try the version, and is not known to have refused it. */
function stateOfTrial(host: string, seen: SeenRollout, { hosts, isComplete }: Live): HostState {
  const { reports, document } = seen;
  const report = reports.get(host);
  if (report?.rollout === document.rollout && isTried(report, seen)) {
    return report.status === 'nack' ? 'refused' : report.status;
  }
  return !isComplete || hosts.has(host) ? 'silent' : 'gone';
}

/** Whether a report is about the version that is, or was, rolled out. */
function isTried({ tried, status }: FleetReport, { candidate, document }: SeenRollout): boolean {
  if (candidate !== null) return tried === candidate.digest;
  return document.outcome === 'promoted'
    ? tried === document.stable?.digest
    : status === 'nack' || document.refused.includes(tried);
}

function refusalOf(report: FleetReport, { candidate, document }: SeenRollout): RefusalPicture {
  const { host, tried, error } = report;
  const versions = [candidate, document.candidate, document.stable, document.previous];
  const frame: unknown = error === undefined ? undefined : Reflect.get(error, 'frame');
  return {
    host,
    version: versionOf(tried, versions),
    reason: cut(error === undefined ? 'it did not say why' : `${error._tag}: ${error.message}`),
    frame: typeof frame === 'string' ? cut(frame) : '',
  };
}

function aboutOf(
  { serving, calls }: FleetReport,
  versions: readonly (FleetVersion | null)[],
): string {
  const count = calls.ok + calls.failed;
  const counted = count === 0 ? '' : `, ${count} calls, ${calls.failed} failed`;
  return `serves ${versionOf(serving, versions)}${counted}`;
}

function versionOf(digest: string | null, versions: readonly (FleetVersion | null)[]): string {
  if (digest === null) return 'nothing';
  return versions.find((one) => one?.digest === digest)?.version ?? digest.slice(0, 15);
}

function cut(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}…`;
}
