import * as E from 'fp-ts/lib/Either.js';
import { Subscription } from 'rxjs';
import { createSerialQueue } from '../../model/concurrency.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import { messageOf } from '../../model/unknownValue.js';
import { verifyStatement } from '../bundles/statements.js';
import type { Candidate, Desired } from '../protocol/Desired.js';
import type { Revision } from '../protocol/FleetStore.js';
import type { AgentPorts, AgentRuntime } from './AgentPorts.js';
import { AwaitedOutcome, isVerdict, type Outcome } from './AwaitedOutcome.js';
import { agentRecords } from './agentRecord.js';
import type { BuiltVersion } from './buildVersion.js';
import { PluginReporter } from './PluginReporter.js';
import { prepareVersion } from './prepareVersion.js';
import { rehearseCandidate } from './rehearseState.js';
import { aboutOf, type Target, wantedOf } from './targetOf.js';

/** From the first missing bundle to the next look, doubled each time up to the largest. */
const FETCH_AGAIN_MS = 500;
const FETCH_AGAIN_MAX_MS = 30_000;

/** One plugin on one host: follows its document, one switch at a time, and reports how each version ended. */
export class PluginAgent {
  readonly #plugin: string;
  readonly #ports: AgentPorts;
  readonly #runtime: AgentRuntime;
  readonly #queue = createSerialQueue();
  readonly #ending = new Subscription();
  /** Nothing is waited for after the end. */
  readonly #ended = new Promise<undefined>((resolve) => {
    this.#ending.add(() => resolve(undefined));
  });
  /** The newest document. */
  #document: Revision<Desired> | undefined;
  readonly #told: PluginReporter;
  /** The switch under way: what it waits for. */
  readonly #outcome: AwaitedOutcome;
  /** The version that serves and is not proven yet. */
  #trial: Target | undefined;
  /** What was linked when the process started, until a version was served or linked: a failure is that of this one. */
  #first: string | undefined;
  #fetchAgainMs = FETCH_AGAIN_MS;
  #isClosed = false;

  constructor(plugin: string, ports: AgentPorts, runtime: AgentRuntime) {
    this.#plugin = plugin;
    this.#ports = ports;
    this.#runtime = runtime;
    this.#told = new PluginReporter(plugin, ports, runtime);
    this.#outcome = new AwaitedOutcome(ports.scheduler);
    this.#first = ports.home.linked(plugin);
  }

  follow(document: Revision<Desired>): void {
    if (document.revision <= (this.#document?.revision ?? 0)) return;
    this.#document = document;
    this.#told.follow(document);
    this.#settle();
  }

  /** An event of this plugin. What it is about is known by its fingerprint, never by what is linked now. */
  see(event: ReloadEvent): void {
    this.#told.see(event);
    switch (event._tag) {
      case 'Loaded':
      case 'Reloaded': {
        this.#first = undefined;
        const { fingerprint } = event;
        if (fingerprint === undefined) return;
        if (this.#outcome.fingerprint === fingerprint) this.#outcome.end('served');
        else this.#settle();
        return;
      }
      case 'Unchanged':
        if (this.#outcome.fingerprint === this.#runtime.fingerprintOf(this.#plugin)) {
          this.#outcome.end('served');
        }
        return;
      case 'ReloadFailed': {
        if (!isVerdict(event)) return;
        const awaited = this.#outcome.fingerprint;
        const { fingerprint = awaited, error } = event;
        if (fingerprint !== undefined && awaited === fingerprint) this.#outcome.end(error);
        else {
          const first = this.#first;
          this.#queueRefusal(() => this.#told.digestOfFailed(fingerprint, first), error);
        }
        return;
      }
      case 'RolledBack': {
        const digest = this.#told.digestOfNumber(event.from);
        const message = `${this.#plugin}: version ${event.from} was taken back: ${event.reason}`;
        this.#queueRefusal(() => digest, {
          _tag: 'ProbationFailed',
          plugin: this.#plugin,
          message,
        });
        return;
      }
      case 'Proven': {
        const digest = this.#told.digestOf(event.fingerprint);
        if (digest !== undefined && digest === this.#trial?.candidate.digest) {
          void this.#safely(() => this.#prove());
        }
        return;
      }
      default:
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#outcome.end('unknown');
    this.#ending.unsubscribe();
    this.#told.close();
    // A host that is shut down has not crashed. Said at once, and again when what was under way has ended.
    const stop = () =>
      this.#safely(() => this.#ports.home.update(this.#plugin, agentRecords.stops));
    await Promise.all([stop(), this.#queue(stop)]);
  }

  #settle(): void {
    const settle = async () => {
      const document = this.#document;
      if (!this.#isClosed && document !== undefined) await this.#step(document);
    };
    void this.#queue(() => this.#safely(settle));
  }

  /** Begins at once. A disk that fails ends no host: what serves goes on serving, and it is tried again. */
  async #safely(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      this.#tell('BundleMissing', `the disk failed: ${messageOf(cause)}; it is tried again`);
      if (!this.#isClosed) this.#settleLater();
    }
  }

  async #step({ value }: Revision<Desired>): Promise<void> {
    const { host, home } = this.#ports;
    const linked = home.linked(this.#plugin);
    if (linked !== undefined) await this.#told.learn(linked);
    const target = this.#targetOf(value);
    if (target === undefined) {
      // With a stable version that this host refuses, what serves goes on serving.
      const isNothingStable = value.stable === null;
      if (isNothingStable && linked !== undefined && value.refused.includes(linked)) this.#unlink();
      return;
    }
    const { candidate, role } = target;
    if (linked !== candidate.digest) await this.#goTo(target);
    else if (this.#told.serving === linked) this.#serves(target);
    const isCompared = value.candidate !== null && value.control.includes(host);
    if (isCompared && role === 'stable' && this.#told.serving === candidate.digest) {
      this.#told.report('proven', aboutOf(target));
    }
  }

  #targetOf(doc: Desired): Target | undefined {
    const { home, host } = this.#ports;
    const { target, refused } = wantedOf(doc, host, home.of(this.#plugin));
    if (refused !== undefined) this.#told.report('nack', refused);
    return target;
  }

  async #goTo(target: Target): Promise<void> {
    const { home } = this.#ports;
    const { candidate, role } = target;
    const plugin = this.#plugin;
    const prepared = await Promise.race([
      prepareVersion(plugin, candidate, this.#ports, this.#told.builtOf(candidate.digest)),
      this.#ended,
    ]);
    if (prepared === undefined || !this.#isStillWanted(target)) return;
    if (prepared._tag === 'later') {
      const { _tag, message } = prepared.error;
      if (_tag === 'BundleMissing') this.#tell(_tag, message);
      this.#settleLater();
      return;
    }
    if (prepared._tag === 'refused') {
      this.#refuse(target, prepared.error);
      return;
    }
    this.#fetchAgainMs = FETCH_AGAIN_MS;
    const { built } = prepared;
    this.#told.know(built, candidate.digest);
    const { trying } = home.of(plugin);
    const serving = this.#told.serving ?? home.linked(plugin) ?? null;
    // From here on code of the version may run, and may end the process.
    home.update(plugin, (of) => agentRecords.tries(of, target.rollout, candidate.digest, serving));
    const rehearsed =
      role === 'candidate' ? await this.#rehearse(candidate.digest, built) : undefined;
    if (this.#isClosed) return;
    if (rehearsed !== undefined) {
      this.#refuse(target, rehearsed);
      return;
    }
    if (!this.#isStillWanted(target)) {
      home.update(plugin, (of) => agentRecords.drops(of, trying));
      return;
    }
    if (role === 'candidate') this.#told.report('accepted', aboutOf(target));
    const outcome = await this.#switch(target, built);
    if (typeof outcome === 'object') this.#refuse(target, outcome);
    else if (outcome === 'served') this.#serves(target);
  }

  #rehearse(to: string, { stateVersion }: BuiltVersion): Promise<ReloadError | undefined> {
    const from = this.#told.serving;
    const of = { plugin: this.#plugin, from, to, stateVersion };
    return rehearseCandidate(of, this.#runtime, this.#ports);
  }

  /** Links the version, and has it served: an older one that is kept by an order to go back, which keeps what happened since. */
  async #switch({ candidate, role }: Target, { fingerprint }: BuiltVersion): Promise<Outcome> {
    const { home, changed } = this.#ports;
    const plugin = this.#plugin;
    const isNew = home.linked(plugin) === undefined;
    const to = this.#told.numberOf(fingerprint);
    this.#first = undefined;
    home.link(plugin, candidate.digest);
    const path = home.manifestPath(plugin, candidate.digest);
    if (role === 'stable' && to !== undefined) {
      const reason = `the fleet went back to ${candidate.version}`;
      const back = await this.#runtime.rollBackPlugin(plugin, { to, reason })();
      if (E.isRight(back)) {
        changed('Modified', path);
        return 'served';
      }
    }
    const outcome = this.#outcome.of(fingerprint);
    changed(isNew ? 'Created' : 'Modified', path);
    return outcome;
  }

  #serves(target: Target): void {
    const { home, scheduler, provenAfterMs } = this.#ports;
    const { digest } = target.candidate;
    const isSame =
      this.#trial?.candidate.digest === digest && this.#trial.rollout === target.rollout;
    if (isSame) return;
    if (home.of(this.#plugin).good === digest) {
      this.#trial = undefined;
      if (target.role === 'candidate') this.#told.report('proven', aboutOf(target));
      return;
    }
    this.#trial = target;
    if (home.of(this.#plugin).proven.includes(digest)) {
      this.#prove();
      return;
    }
    this.#told.report('serving', aboutOf(target));
    const look = () => {
      if (this.#trial !== target) return;
      // `Proven` tells the end of a probation.
      if (this.#isOnProbation) later();
      else if (this.#told.serving === digest) void this.#safely(() => this.#prove());
    };
    const later = () => this.#ending.add(scheduler.schedule(look, provenAfterMs));
    later();
  }

  #prove(): void {
    const target = this.#trial;
    if (target === undefined || this.#isClosed) return;
    this.#trial = undefined;
    const about = verifyStatement(target.candidate, this.#ports.trustedKeys);
    const serial = E.isRight(about) ? about.right.serial : 0;
    const { home } = this.#ports;
    home.update(this.#plugin, (of) => agentRecords.proves(of, target.candidate.digest, serial));
    home.prune(this.#plugin);
    this.#told.report('proven', aboutOf(target));
  }

  /** A version failed outside of a switch: in its probation, or at the first load. */
  #queueRefusal(
    failed: () => string | undefined | Promise<string | undefined>,
    error: ReloadError,
  ): void {
    const refuse = async () => {
      const digest = await failed();
      const { home } = this.#ports;
      const { trying } = home.of(this.#plugin);
      if (digest === undefined || this.#isClosed) return;
      const isTried = digest === (this.#trial?.candidate.digest ?? trying?.digest);
      // Also what has proven itself may not load any more. Nothing serves then, so the version before it is better.
      const isDown = digest === this.#first && this.#told.serving === null;
      if (!isTried && !(isDown && home.backFrom(this.#plugin, digest) !== null)) return;
      const rollout =
        this.#trial?.rollout ?? trying?.rollout ?? this.#document?.value.rollout ?? '';
      this.#refuse({ candidate: { digest }, rollout }, error);
    };
    void this.#queue(() => this.#safely(refuse));
  }

  /** The version is not tried again in its rollout, and what was good is linked. */
  #refuse(
    {
      candidate,
      rollout,
    }: { readonly candidate: Pick<Candidate, 'digest'>; readonly rollout: string },
    error: ReloadError,
  ): void {
    const { home, changed } = this.#ports;
    const { digest } = candidate;
    const plugin = this.#plugin;
    const back = home.backFrom(plugin, digest, this.#told.serving);
    this.#trial = undefined;
    if (home.linked(plugin) === digest) {
      if (back === null) this.#unlink();
      else {
        home.link(plugin, back);
        changed('Modified', home.manifestPath(plugin, back));
      }
    }
    // The fleet hears of it also when the disk is full.
    this.#told.report('nack', { digest, rollout, error });
    home.update(plugin, (of) => agentRecords.refuses(of, { rollout, digest, error }));
    this.#settle();
  }

  #unlink(): void {
    const { home, changed } = this.#ports;
    home.link(this.#plugin, null);
    changed('Deleted', home.linkOf(this.#plugin));
  }

  #isStillWanted({ candidate }: Target): boolean {
    const now = this.#document && this.#targetOf(this.#document.value);
    return !this.#isClosed && now?.candidate.digest === candidate.digest;
  }

  get #isOnProbation(): boolean {
    const listed = this.#runtime.plugins().find(({ plugin }) => plugin === this.#plugin);
    return listed?.isOnProbation === true;
  }

  #settleLater(): void {
    this.#ending.add(this.#ports.scheduler.schedule(() => this.#settle(), this.#fetchAgainMs));
    this.#fetchAgainMs = Math.min(2 * this.#fetchAgainMs, FETCH_AGAIN_MAX_MS);
  }

  #tell(_tag: Parameters<AgentPorts['tell']>[0]['_tag'], message: string): void {
    this.#ports.tell({ _tag, plugin: this.#plugin, message });
  }
}
