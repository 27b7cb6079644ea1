import * as E from 'fp-ts/lib/Either.js';
import { Subscription } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import { diskFiles } from '../../modules/adapters/diskFiles.js';
import type { Desired } from '../protocol/Desired.js';
import type { Revision } from '../protocol/FleetStore.js';
import type { CallCounts, HostReport } from '../protocol/HostReport.js';
import type { AgentPorts, AgentRuntime } from './AgentPorts.js';
import { type BuiltVersion, buildVersion } from './buildVersion.js';

/** Calls of a version are told at most this often. */
const CALLS_AGAIN_MS = 2_000;
/** Enough to see what led to a failure. */
const RECENT_COUNT = 40;

const tags = { accepted: 'Accepted', serving: 'Serving', proven: 'Proven', nack: 'Nack' } as const;

/** What a report is about. */
export interface Reported {
  readonly digest: string;
  readonly rollout: string;
  readonly error?: ReloadError;
}

/** What one host knows and tells of one plugin: which version serves, by its fingerprint, and how the versions ended. */
export class PluginReporter {
  readonly #plugin: string;
  readonly #ports: AgentPorts;
  readonly #runtime: AgentRuntime;
  /** The digest of each version that was built here, by its fingerprint: events say fingerprints. */
  readonly #digests = new Map<string, string>();
  /** Each version that was built here, by its digest. */
  readonly #built = new Map<string, BuiltVersion>();
  /** The numbers that versions had when they served, by fingerprint. */
  readonly #numbers = new Map<string, number>();
  /** The document that is followed. */
  #document: Revision<Desired> | undefined;
  /** The last report: sent again when calls have been counted. */
  #last: HostReport | undefined;
  #recent: readonly ReloadEvent[] = [];
  /** The next look at the calls. */
  #look = Subscription.EMPTY;

  constructor(plugin: string, ports: AgentPorts, runtime: AgentRuntime) {
    this.#plugin = plugin;
    this.#ports = ports;
    this.#runtime = runtime;
    this.#tellCallsLater();
  }

  follow(document: Revision<Desired>): void {
    if (document.value.rollout !== this.#document?.value.rollout) {
      this.#ports.calls.reset(this.#plugin);
      this.#last = undefined;
    }
    this.#document = document;
  }

  /** Notes which number a version has, and what led to a failure. */
  see(event: ReloadEvent): void {
    this.#recent = [...this.#recent, event].slice(-RECENT_COUNT);
    if (event._tag !== 'Loaded' && event._tag !== 'Reloaded') return;
    const { fingerprint } = event;
    if (fingerprint === undefined) return;
    this.#numbers.set(fingerprint, event._tag === 'Loaded' ? event.version : event.to);
  }

  know(built: BuiltVersion, digest: string): void {
    this.#digests.set(built.fingerprint, digest);
    this.#built.set(digest, built);
  }

  /** What was built of a version: its files never change, so a way back to it compiles nothing. */
  builtOf(digest: string): BuiltVersion | undefined {
    return this.#built.get(digest);
  }

  /** Builds a version that is on this disk only to know its fingerprint, once. */
  async learn(digest: string): Promise<void> {
    if ([...this.#digests.values()].includes(digest)) return;
    const { home, apiVersion } = this.#ports;
    const folder = home.folderOf(this.#plugin, digest);
    const built = await buildVersion(folder, this.#plugin, { files: diskFiles, apiVersion });
    if (E.isRight(built)) this.know(built.right, digest);
    else if (built.left.fingerprint !== undefined)
      this.#digests.set(built.left.fingerprint, digest);
  }

  digestOf(fingerprint: string | undefined): string | undefined {
    return this.#digests.get(fingerprint ?? '');
  }

  /** The first load comes before the first document: what is linked then was not looked at yet. */
  async digestOfFailed(
    fingerprint: string | undefined,
    first: string | undefined,
  ): Promise<string | undefined> {
    if (first !== undefined) await this.learn(first);
    return fingerprint === undefined ? first : this.digestOf(fingerprint);
  }

  numberOf(fingerprint: string | undefined): number | undefined {
    return this.#numbers.get(fingerprint ?? '');
  }

  /** The digest of the version that had this number; undefined when that is not known. */
  digestOfNumber(version: number): string | undefined {
    const [fingerprint] = [...this.#numbers].find(([, number]) => number === version) ?? [];
    return this.digestOf(fingerprint);
  }

  /** The digest of what answers calls now; null when nothing does, or nothing of the fleet. */
  get serving(): string | null {
    return this.digestOf(this.#runtime.fingerprintOf(this.#plugin)) ?? null;
  }

  report(status: HostReport['status'], { digest, rollout, error }: Reported): void {
    const { host, home, send, tell } = this.#ports;
    const report: HostReport = {
      ...{ host, boot: home.boot, plugin: this.#plugin, rollout, status },
      revision: this.#document?.revision ?? 0,
      serving: this.serving,
      tried: digest,
      calls: this.#calls,
      ...(error !== undefined && { error, recent: this.#recent }),
    };
    const last = this.#last;
    this.#last = report;
    send(report);
    if (last?.status === status && last.tried === digest && last.rollout === rollout) return;
    const why = error === undefined ? '' : `: ${error.message}`;
    tell({
      _tag: tags[status],
      plugin: this.#plugin,
      message: `${this.#plugin}: ${status} ${digest}${why}`,
    });
  }

  close(): void {
    this.#look.unsubscribe();
  }

  get #calls(): CallCounts {
    const number = this.numberOf(this.#runtime.fingerprintOf(this.#plugin));
    return this.#ports.calls.of(this.#plugin, number ?? 0);
  }

  /** While something is rolled out, hosts that take part tell their calls. At rest nothing is sent. */
  #tellCallsLater(): void {
    this.#look = this.#ports.scheduler.schedule(() => {
      const last = this.#last;
      const calls = this.#calls;
      const isOpen = (this.#document?.value.candidate ?? null) !== null && last?.status !== 'nack';
      if (last !== undefined && isOpen && !isEqual(last.calls, calls)) {
        this.#last = { ...last, calls, serving: this.serving };
        this.#ports.send(this.#last);
      }
      this.#tellCallsLater();
    }, CALLS_AGAIN_MS);
  }
}

function isEqual(left: CallCounts, right: CallCounts): boolean {
  const { length } = left.fingerprints;
  return (
    left.ok === right.ok && left.failed === right.failed && length === right.fingerprints.length
  );
}
