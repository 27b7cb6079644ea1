import * as E from 'fp-ts/lib/Either.js';
import {
  asyncScheduler,
  defer,
  type Observable,
  ReplaySubject,
  type SchedulerLike,
  Subject,
  Subscription,
  switchMap,
  take,
} from 'rxjs';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import type { HotReloadOptions } from '../../pipeline/options/HotReloadOptions.js';
import type { ApiVersion } from '../../runtime/manifest/manifestKeys.js';
import { verifyStatement } from '../bundles/statements.js';
import { hostHash, requireHostName } from '../protocol/cohort.js';
import { decodeDesired } from '../protocol/Desired.js';
import type { FleetError } from '../protocol/FleetError.js';
import type { Bundles, FleetStore } from '../protocol/FleetStore.js';
import { AgentHome } from './AgentHome.js';
import type { AgentEvent, AgentPorts, AgentRuntime } from './AgentPorts.js';
import { CallCounter, type EndedCall } from './CallCounter.js';
import { fleetFiles } from './fleetFiles.js';
import { PluginAgent } from './PluginAgent.js';
import { ReportSlots } from './ReportSlots.js';
import { recoverLinks } from './recoverLinks.js';

/** A host says that it is alive this often, and up to a fifth sooner or later. */
const BEAT_MS = 5_000;
const BEAT_SPREAD_RATIO = 0.2;
const DEFAULT_PROVEN_AFTER_MS = 2_000;
/** Events that somebody who subscribes late still gets. */
const REPLAYED_COUNT = 256;

/** Options of `fleetAgent`. */
export interface FleetAgentOptions {
  /** The host's name in the fleet: 1 to 63 characters from a-z, 0-9 and `-`. `TypeError` otherwise. */
  readonly host: string;
  /** The agent's own directory. It is made; `plugins` in it is what the runtime loads. */
  readonly dir: string;
  /** The engine. */
  readonly fleet: FleetStore;
  /** Where bundles come from; often the same as `fleet`. */
  readonly bundles: Bundles;
  /** Public ed25519 keys as PEM, at least one. Only what one of them has signed ever runs. `TypeError` for what is no such key. */
  readonly trustedKeys: readonly string[];
  /** What the host says about itself. Default: nothing. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Hosts ask for a new bundle within this time, each at another moment, in milliseconds, from 0 (`RangeError` otherwise). Default 0. */
  readonly splayMs?: number;
  /**
   * A version that serves for this long, and is not on a probation of the runtime, has proven itself, in milliseconds, from 0 (`RangeError`
   * otherwise). A `Proven` of the runtime proves it sooner. Default 2,000.
   */
  readonly provenAfterMs?: number;
  /** The `apiVersion` of the runtime: a version that does not fit is refused before it is linked. Default 0.1.0, as in the runtime. */
  readonly apiVersion?: ApiVersion;
  /** The clock. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** Options of `hotReload`, to be spread, and what ties the agent to a runtime. */
export interface FleetAgent {
  /** A change for each version that the agent has linked. */
  readonly source$: Observable<WatchEvent>;
  /** The first load, of what is linked on this disk: it waits for `attach`, and for no engine. */
  readonly load: Extract<NonNullable<HotReloadOptions['load']>, Observable<unknown>>;
  /** For `RuntimeOptions.files`, and for `provisionalVersions`: paths that stay the same across versions. */
  readonly files: PluginFiles;
  /** For `RuntimeOptions.onCall`: calls are compared with those of hosts that serve the stable version. */
  readonly onCall: (call: EndedCall) => void;
  /**
   * Gives the agent its runtime and the events of its pipeline, and begins: both at once, whether or not the result is subscribed to. Share
   * `events$` when others use it too.
   */
  attach(events$: Observable<ReloadEvent>, runtime: AgentRuntime): Observable<AgentEvent>;
  /** The host is shut down: a version on trial is not taken for one that crashed it. */
  close(): Promise<void>;
}

/**
 * One host of a fleet: follows the documents of its plugins, brings versions to its disk, verified, has them served, and reports how each of
 * them ended. Use it in place of `watchPlugins`.
 *
 * Contract:
 * - Loses: nothing that serves. Without an engine everything goes on serving, and a start serves what is linked.
 * - Errors: never; what cannot be used is told as an event.
 * - Order: one switch at a time per plugin. Accepted, serving, proven; a refusal may follow each.
 * - Limit: a version that ends the process does so once: the next start links what was good, and refuses that version. Three
 *   times when there is no other one.
 *
 * @throws TypeError or RangeError that names the option that can never work.
 *
 * @example
 * ```ts
 * const { publicKey } = fleetKeys();
 * const fleet = memoryFleet();
 * const agent = fleetAgent({ host: 'one', dir: '.doc-examples/agent', fleet, bundles: fleet, trustedKeys: [publicKey] });
 * const runtime = new PluginRuntime({ files: agent.files });
 * const events$ = hotReload({ source$: agent.source$, load: agent.load, target: runtime });
 * const told$ = agent.attach(events$, runtime);
 *
 * await agent.close().then(() => runtime.close()); // => undefined
 * ```
 */
export function fleetAgent({
  host,
  dir,
  fleet,
  bundles,
  trustedKeys,
  labels = {},
  splayMs = 0,
  provenAfterMs = DEFAULT_PROVEN_AFTER_MS,
  apiVersion = { major: 0, minor: 1, patch: 0 },
  scheduler = asyncScheduler,
}: FleetAgentOptions): FleetAgent {
  requireHostName('fleetAgent: host', host);
  if (typeof dir !== 'string' || dir === '') throw new TypeError('fleetAgent: dir is no path');
  if (!(splayMs >= 0)) throw new RangeError(`fleetAgent: splayMs (${splayMs}) is less than 0`);
  if (!(provenAfterMs >= 0)) {
    throw new RangeError(`fleetAgent: provenAfterMs (${provenAfterMs}) is less than 0`);
  }
  if (!Array.isArray(trustedKeys))
    throw new TypeError('fleetAgent: trustedKeys is no list of keys');
  if (trustedKeys.length === 0) throw new TypeError('fleetAgent: trustedKeys is empty');
  verifyStatement({ statement: '', signature: '' }, trustedKeys);

  const home = new AgentHome(dir);
  recoverLinks(home);
  const calls = new CallCounter();
  const source$ = new Subject<WatchEvent>();
  const told$ = new ReplaySubject<AgentEvent>(REPLAYED_COUNT);
  const runtime$ = new ReplaySubject<AgentRuntime>(1);
  const agents = new Map<string, PluginAgent>();
  const ending = new Subscription();
  /** Whether the last answer of the engine was one. */
  let isReachable = true;
  /** The documents are followed once nobody else has the name, or while nobody can say. */
  let following: Subscription | undefined;
  /** Whether it was told that somebody else has the name. */
  let isNameTaken = false;
  let batch = 0;
  let beatCount = 0;

  const tell = (event: AgentEvent): void => told$.next(event);
  const answered = (failure: FleetError | undefined): void => {
    const isLost = failure?._tag === 'EngineUnreachable';
    if (isLost !== isReachable) return;
    isReachable = !isLost;
    const message = failure?.message ?? 'the engine answers again';
    tell({ _tag: isLost ? 'EngineLost' : 'EngineBack', plugin: '', message });
  };
  if (home.failure !== undefined) {
    const message = `the disk failed: ${home.failure}; what is linked serves`;
    tell({ _tag: 'BundleMissing', plugin: '', message });
  }
  const slots = new ReportSlots(fleet, scheduler, answered);
  const ports: AgentPorts = {
    ...{ host, home, bundles, trustedKeys, apiVersion, calls, scheduler, splayMs, provenAfterMs },
    ...{ tell, answered },
    changed: (_tag, path) => {
      batch += 1;
      source$.next({ _tag, path, kind: 'file', atMs: scheduler.now(), batch });
    },
    send: (report) => slots.put(report),
  };

  const beat = (runtime: AgentRuntime): void => {
    beatCount += 1;
    void fleet
      .beat(host, { boot: home.boot, labels })()
      .then((beaten) => {
        if (ending.closed) return;
        const failure = E.isLeft(beaten) ? beaten.left : undefined;
        answered(failure);
        const isTaken = failure?._tag === 'HostNameTaken';
        if (isTaken && !isNameTaken)
          tell({ _tag: 'HostNameTaken', plugin: '', message: failure.message });
        isNameTaken = isTaken;
        if (isTaken) following?.unsubscribe();
        if (isTaken) following = undefined;
        else if (following === undefined) ending.add((following = follow(runtime)));
        const spread = Number.parseInt(hostHash(String(beatCount), host).slice(0, 4), 16) / 0xffff;
        const nextMs = BEAT_MS * (1 + BEAT_SPREAD_RATIO * (2 * spread - 1));
        ending.add(scheduler.schedule(() => beat(runtime), nextMs));
      });
  };

  const follow = (runtime: AgentRuntime): Subscription =>
    fleet.desired$().subscribe(({ value, revision }) => {
      const { plugin } = value;
      const decoded = decodeDesired(plugin, value);
      if (E.isLeft(decoded)) {
        const { _tag, message } = decoded.left;
        if (_tag !== 'EngineUnreachable') tell({ _tag, plugin, message });
        return;
      }
      agentOf(plugin, runtime).follow({ value: decoded.right, revision });
    });
  const agentOf = (plugin: string, runtime: AgentRuntime): PluginAgent => {
    const agent = agents.get(plugin) ?? new PluginAgent(plugin, ports, runtime);
    agents.set(plugin, agent);
    return agent;
  };

  return {
    files: fleetFiles(home.plugins),
    source$: source$.asObservable(),
    onCall: (call) => calls.add(call),
    load: runtime$.pipe(
      take(1),
      switchMap((runtime) => defer(() => runtime.loadEach(home.plugins))),
    ),
    attach(events$, runtime) {
      runtime$.next(runtime);
      ending.add(
        events$.subscribe((event) => {
          if (event.plugin !== '') agentOf(event.plugin, runtime).see(event);
        }),
      );
      beat(runtime);
      return told$.asObservable();
    },
    async close() {
      ending.unsubscribe();
      slots.close();
      await Promise.all([...agents.values()].map((agent) => agent.close()));
      told$.complete();
      source$.complete();
    },
  };
}
