import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { StateStore } from '../../model/reload/StateStore.js';
import type { TriedVersion } from '../../model/reload/VersionTrials.js';
import { VersionLedger, versionLedgers } from '../../state/ledger/VersionLedger.js';

/** The name that the ledger is stored under. No plugin can have it, because a manifest allows no dot. */
const LEDGER = 'versions.ledger';

/** The stored files of a version that has proven itself. */
const Copy = t.intersection([
  t.type({ files: t.array(t.type({ path: t.string, text: t.string })) }),
  t.partial({ folder: t.string }),
]);

/** The files of a version of which there is a copy. */
export type CopiedFiles = Pick<TriedVersion, 'files' | 'folder'>;

/** Keeps the ledger of versions in a state store, and beside it copies of the versions that have proven themselves. */
export class LedgerKeeper {
  /** The newest ledger, in memory. The stored ledger is updated later, because writes take time and are coalesced. */
  ledger: VersionLedger = versionLedgers.empty;
  /** The first read, shared by all callers; undefined before the first call. */
  #reading: Promise<void> | undefined;
  /** The claim on the store that succeeded or is under way; undefined after a refusal, so that the next caller asks again. */
  #claiming: Promise<boolean> | undefined;
  /** Whether a refusal has been reported. The claim is requested before each version, and one report is enough. */
  #hasReportedRefusal = false;
  /** The last write that was requested. The next one starts when it has ended. */
  #lastWrite: Promise<void> = Promise.resolve();
  /**
   * A write that waits for the previous write. It saves the ledger as it is when the write starts, so later updates
   * join it.
   */
  #waitingWrite: Promise<void> | undefined;

  constructor(
    readonly store: StateStore,
    readonly onError: (error: ReloadError) => void,
  ) {}

  /**
   * The stored ledger, read once. Versions that the previous host had on trial become suspects, unless that host is
   * still alive. This is stored durably.
   */
  read(): Promise<VersionLedger> {
    this.#reading ??= this.#readFirst();
    return this.#reading.then(() => this.ledger);
  }

  /**
   * Whether this host may write the ledger. While another host has the store, this one only reads, and tries to claim
   * again on each call. When the other host has exited, its last ledger is read first, and the versions that it had on
   * trial become suspects.
   */
  claim(): Promise<boolean> {
    this.#claiming ??= this.#claim().then((isOwn) => {
      if (!isOwn) this.#claiming = undefined;
      return isOwn;
    });
    return this.#claiming;
  }

  /** Resolves when the update is durable, or when its write failed and was reported. Updates in a row share one write. */
  update(step: (ledger: VersionLedger) => VersionLedger): Promise<void> {
    this.ledger = step(this.ledger);
    if (this.#waitingWrite === undefined) {
      this.#waitingWrite = this.#lastWrite.then(() => {
        this.#waitingWrite = undefined;
        return this.#save(LEDGER, '', this.ledger).then(() => undefined);
      });
      this.#lastWrite = this.#waitingWrite;
    }
    return this.#waitingWrite;
  }

  /** Stores a copy of a version to go back to. False when that failed, which is reported. */
  saveCopy({ plugin, fingerprint, files, folder }: TriedVersion): Promise<boolean> {
    const texts = Array.from(files, ([path, text]) => ({ path, text }));
    const copy = { files: texts, ...(folder !== undefined && { folder }) };
    return this.#save(plugin, fingerprint, copy);
  }

  /** The files of the plugin's last proven version; undefined when there is no copy. */
  async provenFiles(plugin: string): Promise<CopiedFiles | undefined> {
    const version = this.ledger.confirmed.find((entry) => entry.plugin === plugin);
    return version && this.copyOf(version);
  }

  /** The files of a version; undefined when there is no copy of it. */
  async copyOf({
    plugin,
    fingerprint,
  }: Pick<TriedVersion, 'plugin' | 'fingerprint'>): Promise<CopiedFiles | undefined> {
    const history = await this.store.history(plugin)();
    if (E.isLeft(history)) {
      this.onError(history.left);
      return undefined;
    }
    const copy = history.right.findLast(({ codeHash }) => codeHash === fingerprint);
    const decoded = Copy.decode(copy?.state);
    if (E.isLeft(decoded)) return undefined;
    const { files, folder } = decoded.right;
    const texts = new Map(files.map(({ path, text }) => [path, text]));
    return { files: texts, ...(folder !== undefined && { folder }) };
  }

  async #readFirst(): Promise<void> {
    const stored = await this.#load();
    // Until the claim succeeds, assume that the host that began these trials is alive. The trials are then its own.
    this.ledger = { ...stored, trials: [] };
    if (stored.trials.length === 0) return;
    if (this.store.claim === undefined) await this.#takeOver(stored);
    else await this.claim();
  }

  async #claim(): Promise<boolean> {
    if (this.store.claim === undefined) return true;
    const claimed = await this.store.claim(LEDGER)();
    if (E.isRight(claimed)) {
      await this.#takeOver(await this.#load());
      return true;
    }
    if (!this.#hasReportedRefusal) this.onError(claimed.left);
    this.#hasReportedRefusal = true;
    return false;
  }

  async #takeOver(stored: VersionLedger): Promise<void> {
    this.ledger = versionLedgers.afterStart(stored);
    if (stored.trials.length > 0) await this.update((ledger) => ledger);
  }

  /** Empty when nothing is stored, or when the stored value is not a ledger. */
  async #load(): Promise<VersionLedger> {
    const loaded = await this.store.load(LEDGER)();
    if (E.isLeft(loaded)) this.onError(loaded.left);
    if (E.isLeft(loaded) || loaded.right._tag === 'None') return versionLedgers.empty;
    const decoded = VersionLedger.decode(loaded.right.value.state);
    return E.isRight(decoded) ? decoded.right : versionLedgers.empty;
  }

  async #save(plugin: string, codeHash: string, state: unknown): Promise<boolean> {
    const saved = await this.store.save({ plugin, schema: 1, codeHash, state })();
    if (E.isLeft(saved)) this.onError(saved.left);
    return E.isRight(saved);
  }
}
