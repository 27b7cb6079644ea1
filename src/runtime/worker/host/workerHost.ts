import * as E from 'fp-ts/lib/Either.js';
import type { Crashed, ReloadError } from '../../../model/reload/ReloadError.js';
import { later } from '../../adapters/machine.js';
import { crashed } from '../../../model/reload/failures.js';
import { loadFailure } from '../../../modules/link/loadFailure.js';
import type {
  InstanceEnvironment,
  InstanceHost,
  UnloadedInstance,
} from '../../instances/InstanceHost.js';
import { PluginCallError } from '../../calls/PluginCallError.js';
import type { PluginInstance } from '../../instances/PluginInstance.js';
import type { PluginCode } from '../../code/PluginCode.js';
import { messageOf } from '../../../model/unknownValue.js';
import { decodeThrown, isEncodedThrown } from '../wire/thrown.js';
import type { PooledWorker } from './PooledWorker.js';
import { SentModules } from './SentModules.js';
import { WorkerInstance } from './WorkerInstance.js';
import type { WorkerLimits } from './WorkerLimits.js';
import { WorkerLink } from './WorkerLink.js';
import { WorkerPool } from './WorkerPool.js';
import type { LoadedExports } from '../wire/workerProtocol.js';

/** A thread that is overdue has this long to go through the end of what it owns: little beside 2 s, long for a busy machine. */
const HURRY_MS = 250;

/** Runs each version of a plugin in a thread of its own. */
export function workerHost(limits: WorkerLimits, hasStackTraces: boolean): InstanceHost {
  const pool = new WorkerPool(limits, hasStackTraces);
  return {
    open: (environment, code, version) => new Loading(pool, environment, code, version),
    close: () => pool.close(),
  };
}

class Loading implements UnloadedInstance {
  readonly #plugin: string;
  readonly #sent: SentModules;
  #worker: PooledWorker | undefined;
  #link: WorkerLink | undefined;
  #isUnwanted = false;
  #crash: Crashed | undefined;
  #onCrash: ((error: Crashed) => void) | undefined;

  constructor(
    readonly pool: WorkerPool,
    readonly environment: InstanceEnvironment,
    readonly code: PluginCode,
    readonly version: number,
  ) {
    this.#plugin = code.manifest.manifest.name;
    this.#sent = new SentModules(environment, code);
  }

  async load(): Promise<E.Either<ReloadError, PluginInstance>> {
    const { code, version } = this;
    const { exports } = code.manifest.manifest;
    const worker = await this.pool.take();
    this.#worker = worker;
    if (this.#isUnwanted) worker.terminate();
    const link = new WorkerLink(worker.thread, this.#plugin, (notice) => this.#hear(notice));
    this.#link = link;
    worker.use({
      answer: (question) => this.#sent.answer(question),
      onOver: (reason) => this.#end(reason),
    });
    // It may have ended before anybody listened, by a package that it preloaded.
    if (worker.isOver) this.#end('its worker ended before it was used');
    try {
      const modules = this.#sent.all().map((module) => worker.lean(module));
      const order = { plugin: this.#plugin, version, entry: code.graph.entry, exports, modules };
      const loaded = exportsOf(await link.request({ kind: 'load', order }));
      worker.thread.holdsProcess(true);
      this.pool.prepareSpare(this.#sent.preload());
      return E.right(
        new WorkerInstance(link, exports, loaded, {
          dispose: (overdue) => this.dispose(overdue),
          crash: () => this.#crash,
          supervise: (onCrash) => this.#supervise(worker, onCrash),
        }),
      );
    } catch (error) {
      if (this.#crash !== undefined) return E.left(this.#crash);
      const { root } = this.environment;
      return E.left(loadFailure(this.#plugin, root, code.graph, error));
    }
  }

  async dispose(overdue: AbortSignal): Promise<readonly unknown[]> {
    this.#isUnwanted = true;
    const [worker, link] = [this.#worker, this.#link];
    if (worker === undefined || link === undefined || worker.isOver) return [];
    worker.isServing = false;
    try {
      // A plugin that hangs where its host waits for it would not hear of its end either.
      if (link.openRequestsCount > 0 || this.pool.isSilent(worker)) return [];
      const hurry = () => {
        link.tell({ kind: 'hurry' });
        later(HURRY_MS, () => worker.terminate());
      };
      overdue.addEventListener('abort', hurry, { once: true });
      const answer = await link.request({ kind: 'dispose' });
      return Array.isArray(answer) ? answer.filter(isEncodedThrown).map(decodeThrown) : [];
    } catch {
      // It died meanwhile, which is what was wanted.
      return [];
    } finally {
      worker.terminate();
    }
  }

  /** From COMMIT on. */
  #supervise(worker: PooledWorker, onCrash: (error: Crashed) => void): void {
    worker.isServing = true;
    this.#onCrash = onCrash;
  }

  #end(reason: string | undefined): void {
    const plugin = this.#plugin;
    if (reason === undefined) {
      const message = `${plugin}: the version that ran the call was replaced or ended before it answered.`;
      return this.#link?.end(new PluginCallError('Aborted', plugin, message));
    }
    this.#crash = crashed(plugin, reason);
    this.#link?.end(new PluginCallError('Crashed', plugin, this.#crash.message));
    this.#onCrash?.(this.#crash);
  }

  #hear(notice: object): void {
    if (!('kind' in notice)) return;
    if (notice.kind === 'reported' && 'error' in notice && isEncodedThrown(notice.error)) {
      const reason = `a timer or listener threw: ${messageOf(decodeThrown(notice.error))}`;
      this.environment.report(crashed(this.#plugin, reason));
    }
    if (notice.kind === 'wantsFile' && 'path' in notice && typeof notice.path === 'string') {
      void this.#sent.add(notice.path).then((files) => this.#link?.tell({ kind: 'added', files }));
    }
  }
}

function exportsOf(answer: unknown): LoadedExports {
  if (typeof answer === 'object' && answer !== null) {
    const exportNames = 'exportNames' in answer ? textsOf(answer.exportNames) : [];
    const functionNames = 'functionNames' in answer ? textsOf(answer.functionNames) : [];
    return { exportNames, functionNames };
  }
  return { exportNames: [], functionNames: [] };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
