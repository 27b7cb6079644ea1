import { join } from 'node:path';
import { messageOf } from '../../model/unknownValue.js';
import { diskFiles } from '../../modules/adapters/diskFiles.js';
import { findManifest } from '../../runtime/manifest/findManifest.js';
import {
  isThere,
  linkedDigest,
  namesIn,
  newInstallation,
  openAgentDirectory,
  readText,
  removeFolder,
  replaceDurably,
  switchLink,
  unpackVersion,
} from '../adapters/agentDisk.js';
import { type AgentRecord, agentRecords, decodeRecord, type PluginRecord } from './agentRecord.js';

/** The directory of an agent: what it remembers, the versions that it has, and which of them is linked. */
export class AgentHome {
  /** The directory, without links. */
  readonly root: string;
  /** Each folder in it is a plugin. */
  readonly plugins: string;
  /** Names this start of the host. */
  readonly boot: string;
  #record: AgentRecord;
  /** Why something of the start could not be written: a full disk, or one that is only read. What is linked serves all the same. */
  failure: string | undefined;

  constructor(dir: string) {
    this.root = openAgentDirectory(dir);
    this.plugins = join(this.root, 'plugins');
    const known = decodeRecord(readText(this.#file) ?? '');
    const { id = newInstallation(), starts = 0, plugins = {} } = known ?? {};
    this.#record = { v: 1, id, starts: starts + 1, plugins };
    this.boot = `${id}.${starts + 1}`;
    this.safely(() => this.#write(this.#record));
  }

  get #file(): string {
    return join(this.root, 'agent.json');
  }

  /** The plugins that it remembers something of. */
  get known(): readonly string[] {
    return Object.keys(this.#record.plugins);
  }

  of(plugin: string): PluginRecord {
    return agentRecords.of(this.#record, plugin);
  }

  /** Changes what is remembered of a plugin. It is durable when this returns. */
  update(plugin: string, step: (of: PluginRecord) => PluginRecord): void {
    const now = step(this.of(plugin));
    if (now === this.of(plugin)) return;
    const next = agentRecords.with(this.#record, plugin, now);
    // What cannot be written is not taken for remembered.
    this.#write(next);
    this.#record = next;
  }

  /** For what a start writes. */
  safely(work: () => void): void {
    try {
      work();
    } catch (cause) {
      this.failure ??= messageOf(cause);
    }
  }

  folderOf(plugin: string, digest: string): string {
    return join(this.root, 'versions', plugin, digest);
  }

  has(plugin: string, digest: string): boolean {
    return isThere(this.folderOf(plugin, digest));
  }

  unpack(plugin: string, digest: string, files: ReadonlyMap<string, Uint8Array>): void {
    unpackVersion(this.folderOf(plugin, digest), files);
  }

  linkOf(plugin: string): string {
    return join(this.plugins, plugin);
  }

  /** The path of a version's manifest through the plugin's link. */
  manifestPath(plugin: string, digest: string): string {
    const folder = this.folderOf(plugin, digest);
    const manifest = findManifest(diskFiles, { folder, manifestPath: undefined });
    return join(this.linkOf(plugin), manifest?.slice(folder.length + 1) ?? 'plugin.toml');
  }

  linked(plugin: string): string | undefined {
    return linkedDigest(this.linkOf(plugin));
  }

  /** `null`: the plugin is gone from this host. */
  link(plugin: string, digest: string | null): void {
    switchLink(this.linkOf(plugin), digest === null ? undefined : this.folderOf(plugin, digest));
  }

  /** What is complete on this disk and takes the place of a version that failed; null when nothing can. */
  backFrom(
    plugin: string,
    failed: string | undefined,
    serving: string | null = null,
  ): string | null {
    const { good, previous } = this.of(plugin);
    const known = [good, previous, serving];
    return known.find((one) => one !== null && one !== failed && this.has(plugin, one)) ?? null;
  }

  /** Removes the versions of a plugin that nothing can go back to. */
  prune(plugin: string): void {
    const { good, previous, trying } = this.of(plugin);
    const kept = new Set([good, previous, trying?.digest, this.linked(plugin)]);
    const folder = join(this.root, 'versions', plugin);
    for (const digest of namesIn(folder)) {
      if (!kept.has(digest)) removeFolder(join(folder, digest));
    }
  }

  #write(record: AgentRecord): void {
    replaceDurably(this.#file, `${JSON.stringify(record)}\n`);
  }
}
