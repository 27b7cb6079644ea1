import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { FleetChange, FleetDocument, FleetReport } from './FleetChange.js';
import type { FleetPicture } from './FleetPicture.js';
import { firstRefusal, rolloutPicture } from './rolloutPicture.js';
import type { SeenRollout } from './SeenRollout.js';

/** The last hosts that refused something, per plugin: a page lists fewer. */
const MAX_REFUSALS = 500;

/** All that is known of a fleet, from what was told. Pure but for its own memory. */
export class FleetBoard {
  readonly #rollouts = new Map<string, SeenRollout>();
  /** Reports of plugins whose document was not told yet, or cannot be read: of each host the newest about a version and how it went. */
  readonly #early = new Map<string, Map<string, FleetReport>>();
  readonly #problems = new Map<string, string>();
  #hosts: readonly string[] = [];
  #isComplete = false;

  add(change: FleetChange): void {
    switch (change._tag) {
      case 'document':
        this.#problems.delete(change.value.plugin);
        this.#seeDocument(change.value, change.revision);
        break;
      case 'report':
        this.#seeReport(change.value);
        break;
      case 'hosts':
        this.#hosts = change.value.hosts;
        this.#isComplete = change.value.isComplete;
        break;
      case 'problem':
        this.#problems.set(change.plugin, change.message);
        break;
    }
  }

  picture(): FleetPicture {
    const live = { hosts: new Set(this.#hosts), isComplete: this.#isComplete };
    const names = [...this.#rollouts.keys()].sort();
    return {
      hostCount: this.#hosts.length,
      isComplete: this.#isComplete,
      rollouts: names.flatMap((name) => {
        const seen = this.#rollouts.get(name);
        return seen === undefined ? [] : [rolloutPicture(seen, live)];
      }),
      problems: [...this.#problems.values()],
    };
  }

  /** The last events of the first host that refused the version of a plugin's rollout; empty when there are none. */
  recentOf(plugin: string): readonly ReloadEvent[] {
    const seen = this.#rollouts.get(plugin);
    return (seen && firstRefusal(seen)?.recent) ?? [];
  }

  #seeDocument(document: FleetDocument, revision: number): void {
    const { plugin, rollout, candidate, wave, members = [], control } = document;
    const known = this.#rollouts.get(plugin);
    if (known !== undefined && revision < known.revision) return;
    const isSame = known?.document.rollout === rollout;
    const seen: SeenRollout = isSame
      ? known
      : {
          ...{ document, revision, candidate, control, waves: new Map() },
          // Hosts of the rollout before are still what they said last.
          reports: known?.reports ?? new Map<string, FleetReport>(),
          refusals: [],
        };
    seen.document = document;
    seen.revision = revision;
    if (candidate !== null) {
      seen.candidate = candidate;
      seen.control = control;
      const before = new Set([...seen.waves].filter(([at]) => at < wave).flatMap(([, all]) => all));
      if (members.length > 0) {
        seen.waves.set(
          wave,
          members.filter((host) => !before.has(host)),
        );
      }
    }
    this.#rollouts.set(plugin, seen);
    if (!isSame) for (const report of seen.reports.values()) noteRefusal(seen, report);
    const early = this.#early.get(plugin) ?? new Map<string, FleetReport>();
    this.#early.delete(plugin);
    for (const report of early.values()) this.#seeReport(report);
  }

  #seeReport(report: FleetReport): void {
    const seen = this.#rollouts.get(report.plugin);
    if (seen === undefined) {
      const early = this.#early.get(report.plugin) ?? new Map<string, FleetReport>();
      const key = `${report.host} ${report.tried} ${report.status}`;
      // Last in the order: what a host said last is what it is.
      early.delete(key);
      this.#early.set(report.plugin, early.set(key, report));
      return;
    }
    seen.reports.set(report.host, report);
    noteRefusal(seen, report);
  }
}

function noteRefusal({ document, refusals }: SeenRollout, report: FleetReport): void {
  if (report.status !== 'nack' || report.rollout !== document.rollout) return;
  const isKnown = refusals.some(
    ({ host, tried }) => host === report.host && tried === report.tried,
  );
  if (!isKnown && refusals.length < MAX_REFUSALS) refusals.push(report);
}
