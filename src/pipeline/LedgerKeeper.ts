import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { ReloadError } from '../model/ReloadError.js';
import type { StateStore } from '../model/StateStore.js';
import type { TriedVersion } from '../model/VersionTrials.js';
import { VersionLedger } from '../state/VersionLedger.js';
import { versionLedgers } from '../state/versionLedgers.js';

/** No plugin can have this name: a manifest takes no dot. */
const LEDGER = 'versions.ledger';

const Copy = t.type({ files: t.array(t.type({ path: t.string, text: t.string })) });

/** The ledger of versions and the copies of those that have proven themselves, in a store. */
export class LedgerKeeper {
  ledger: VersionLedger = versionLedgers.empty;
  #read: Promise<VersionLedger> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(
    readonly store: StateStore,
    readonly onError: (error: ReloadError) => void,
  ) {}

  /** Once: what the host before this one was trying is suspect from now on, durably. */
  read(): Promise<VersionLedger> {
    this.#read ??= this.#start();
    return this.#read.then(() => this.ledger);
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

  async #start(): Promise<VersionLedger> {
    const loaded = await this.store.load(LEDGER)();
    if (E.isLeft(loaded)) this.onError(loaded.left);
    else if (loaded.right._tag === 'Some') {
      const decoded = VersionLedger.decode(loaded.right.value.state);
      const before = E.isRight(decoded) ? decoded.right : versionLedgers.empty;
      this.ledger = versionLedgers.afterStart(before);
      if (before.trials.length > 0) await this.write((ledger) => ledger);
    }
    return this.ledger;
  }

  async #save(plugin: string, codeHash: string, state: unknown): Promise<boolean> {
    const saved = await this.store.save({ plugin, schema: 1, codeHash, state })();
    if (E.isLeft(saved)) this.onError(saved.left);
    return E.isRight(saved);
  }
}
