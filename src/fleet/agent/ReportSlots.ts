import * as E from 'fp-ts/lib/Either.js';
import { type SchedulerLike, Subscription } from 'rxjs';
import { cutReport } from '../protocol/cutReport.js';
import type { FleetError } from '../protocol/FleetError.js';
import type { FleetStore } from '../protocol/FleetStore.js';
import type { HostReport } from '../protocol/HostReport.js';

const AGAIN_AFTER_MS = 1_000;

/** One slot per plugin, not a queue: the newest report is sent until the engine has it, and an older one is forgotten. */
export class ReportSlots {
  readonly #fleet: Pick<FleetStore, 'report'>;
  readonly #scheduler: SchedulerLike;
  readonly #answered: (failure: FleetError | undefined) => void;
  /** What the engine does not have yet, by plugin. */
  readonly #open = new Map<string, HostReport>();
  /** The plugins whose report is on its way. */
  readonly #sending = new Set<string>();
  readonly #timers = new Subscription();

  constructor(
    fleet: Pick<FleetStore, 'report'>,
    scheduler: SchedulerLike,
    answered: (failure: FleetError | undefined) => void,
  ) {
    this.#fleet = fleet;
    this.#scheduler = scheduler;
    this.#answered = answered;
  }

  put(report: HostReport): void {
    this.#open.set(report.plugin, cutReport(report));
    this.#send(report.plugin);
  }

  close(): void {
    this.#timers.unsubscribe();
    this.#open.clear();
  }

  #send(plugin: string): void {
    const report = this.#open.get(plugin);
    if (report === undefined || this.#sending.has(plugin) || this.#timers.closed) return;
    this.#sending.add(plugin);
    void this.#fleet
      .report(report)()
      .then((sent) => {
        this.#sending.delete(plugin);
        this.#answered(E.isLeft(sent) ? sent.left : undefined);
        if (E.isRight(sent) && this.#open.get(plugin) === report) this.#open.delete(plugin);
        // A newer one goes at once, the same one a while later.
        if (E.isRight(sent)) this.#send(plugin);
        else this.#timers.add(this.#scheduler.schedule(() => this.#send(plugin), AGAIN_AFTER_MS));
      });
  }
}
