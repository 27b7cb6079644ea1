import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { StateStore } from '../../model/reload/StateStore.js';
import type { TriedVersion } from '../../model/reload/VersionTrials.js';
import { VersionLedger, versionLedgers } from '../../state/ledger/VersionLedger.js';

/** No plugin can have this name: a manifest takes no dot. */
const LEDGER = 'versions.ledger';

const Copy = t.type({ files: t.array(t.type({ path: t.string, text: t.string })) });

/** The ledger of versions and the copies of those that have proven themselves, in a store. */
export class LedgerKeeper {
  ledger: VersionLedger = versionLedgers.empty;
  #read: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #claiming: Promise<boolean> | undefined;
  #isRefused = false;

  constructor(
    readonly store: StateStore,
    readonly onError: (error: ReloadError) => void,
  ) {}

  /** Once: what the host before this one was trying is suspect from now on, durably, unless that host is alive. */
  read(): Promise<VersionLedger> {
    this.#read ??= this.#start();
    return this.#read.then(() => this.ledger);
  }

  /**
   * Whether the ledger is this host's to write. While another one has it, this one only reads, and asks again each time:
   * when the other is gone, what it wrote last is read first, and what it was trying is suspect.
   */
  claim(): Promise<boolean> {
    this.#claiming ??= this.#claim().then((isOwn) => {
      if (!isOwn) this.#claiming = undefined;
      return isOwn;
    });
    return this.#claiming;
  }

  /** Resolves when it is durable, or when that could not be done and was told. Several at once are one write. */
  write(update: (ledger: VersionLedger) => VersionLedger): Promise<void> {
    this.ledger = update(this.ledger);
    if (this.#next === undefined) {
      this.#next = this.#writing.then(() => {
        this.#next = undefined;
        return this.#save(LEDGER, '', this.ledger).then(() => undefined);
      });
      this.#writing = this.#next;
    }
    return this.#next;
  }

  /** Keeps a copy of a version to go back to. */
  keep({ plugin, fingerprint, files }: TriedVersion): Promise<boolean> {
    const copy = { files: Array.from(files, ([path, text]) => ({ path, text })) };
    return this.#save(plugin, fingerprint, copy);
  }

  /** The files of the version of a plugin that has proven itself last. */
  async proven(plugin: string): Promise<ReadonlyMap<string, string> | undefined> {
    const version = this.ledger.confirmed.find((entry) => entry.plugin === plugin);
    if (version === undefined) return undefined;
    const history = await this.store.history(plugin)();
    if (E.isLeft(history)) {
      this.onError(history.left);
      return undefined;
    }
    const copy = history.right.findLast(({ codeHash }) => codeHash === version.fingerprint);
    const decoded = Copy.decode(copy?.state);
    return E.isRight(decoded)
      ? new Map(decoded.right.files.map(({ path, text }) => [path, text]))
      : undefined;
  }

  async #start(): Promise<void> {
    const before = await this.#load();
    // A host that is alive is trying them, as far as is known.
    this.ledger = { ...before, trials: [] };
    if (before.trials.length === 0) return;
    if (this.store.claim === undefined) await this.#takeOver(before);
    else await this.claim();
  }

  async #claim(): Promise<boolean> {
    if (this.store.claim === undefined) return true;
    const claimed = await this.store.claim(LEDGER)();
    if (E.isRight(claimed)) {
      await this.#takeOver(await this.#load());
      return true;
    }
    // Once: it is asked before each version.
    if (!this.#isRefused) this.onError(claimed.left);
    this.#isRefused = true;
    return false;
  }

  async #takeOver(before: VersionLedger): Promise<void> {
    this.ledger = versionLedgers.afterStart(before);
    if (before.trials.length > 0) await this.write((ledger) => ledger);
  }

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
