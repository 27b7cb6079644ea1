import * as E from 'fp-ts/lib/Either.js';
import { isEntryName, type Listed, listedAs } from '../../fleet/bundles/catalogue.js';
import { isNamed, unneededVersions } from '../../fleet/bundles/unneededVersions.js';
import type { Desired } from '../../fleet/protocol/Desired.js';
import type { BundleUpkeep } from '../../fleet/protocol/FleetStore.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import type { FleetCommand } from '../arguments/parseFleet.js';
import { type FleetExit, type FleetIo, rightOf, type UpkeptEngine } from './FleetIo.js';
import { liveHosts } from './showFleet.js';

/** An engine whose bundles can be removed. */
type Upkeep = UpkeptEngine & BundleUpkeep;

/** `hotpipe fleet gc`: removes the versions that nothing needs, each as a whole, and says which. */
export async function collectBundles(
  { keepCount, isJson }: FleetCommand,
  fleet: UpkeptEngine,
  { print, printError }: FleetIo,
): Promise<FleetExit> {
  if (!canRemove(fleet)) throw new Error('this engine cannot remove bundles');
  const { hosts, isComplete } = await liveHosts(fleet);
  if (!isComplete) {
    printError(
      'nothing is removed: which hosts are alive is not known, so neither what they serve\n',
    );
    return 4;
  }
  const { listed, unlistedCount } = await catalogueOf(fleet);
  const documents = new Map<string, Desired | 'unreadable'>();
  const used = new Set<string>();
  for (const plugin of new Set(listed.map((one) => one.plugin))) {
    const doc = await documentOf(fleet, plugin);
    if (doc !== undefined) documents.set(plugin, doc);
    for (const { host, serving, tried } of rightOf(await fleet.reportsOf(plugin)())) {
      if (!hosts.includes(host)) continue;
      for (const digest of [serving, tried]) if (digest !== null) used.add(digest);
    }
  }
  const removed: Listed[] = [];
  for (const one of unneededVersions(listed, { documents, used, keepCount })) {
    if (!(await remove(fleet, one))) continue;
    removed.push(one);
    if (!isJson) {
      const { plugin, version, digest, size } = one;
      print(`${escapeText(`${plugin}@${version} is removed: ${digest}, ${size} bytes`)}\n`);
    }
  }
  const keptCount = listed.length - removed.length;
  if (isJson) print(`${JSON.stringify({ removed, keptCount, unlistedCount })}\n`);
  else {
    const bytes = removed.reduce((sum, { size }) => sum + size, 0);
    print(`${removed.length} removed, ${bytes} bytes; ${keptCount} kept\n`);
    if (unlistedCount > 0) {
      print(`${unlistedCount} stored without a version that could be read: left as they are\n`);
    }
  }
  return 0;
}

/**
 * Removes a version, unless a document names it by now. First its entry, without which no rollout begins; then the document is read once more,
 * for a rollout that had read the entry before. A rollout reads the entry again after it has written the document: one of both sees the other.
 */
async function remove(fleet: Upkeep, { plugin, entry, digest }: Listed): Promise<boolean> {
  if (isNamed(await documentOf(fleet, plugin), digest)) return false;
  const before = await fleet.get(entry)();
  // Somebody else removes too.
  if (E.isLeft(before) && before.left._tag === 'BundleMissing') return false;
  const bytes = rightOf(before);
  rightOf(await fleet.remove(entry)());
  if (isNamed(await documentOf(fleet, plugin), digest)) {
    rightOf(await fleet.put(entry, bytes)());
    return false;
  }
  rightOf(await fleet.remove(digest)());
  return true;
}

/** All versions that were published, and how much is stored that belongs to none. */
async function catalogueOf(
  fleet: Upkeep,
): Promise<{ readonly listed: readonly Listed[]; readonly unlistedCount: number }> {
  const names = rightOf(await fleet.stored()());
  const listed: Listed[] = [];
  for (const name of names.filter(isEntryName)) {
    const got = await fleet.get(name)();
    if (E.isLeft(got) && got.left._tag === 'BundleMissing') continue;
    const one = listedAs(name, rightOf(got));
    if (one !== undefined) listed.push(one);
  }
  const known = new Set(listed.flatMap(({ entry, digest }) => [entry, digest]));
  return { listed, unlistedCount: names.filter((name) => !known.has(name)).length };
}

/** The document of a plugin; undefined when there is none. Throws when the engine does not answer. */
async function documentOf(
  fleet: Upkeep,
  plugin: string,
): Promise<Desired | 'unreadable' | undefined> {
  const read = await fleet.read(plugin)();
  if (E.isLeft(read) && read.left._tag !== 'EngineUnreachable') return 'unreadable';
  const found = rightOf(read);
  return found._tag === 'Some' ? found.value.value : undefined;
}

function canRemove(fleet: UpkeptEngine): fleet is Upkeep {
  return [fleet.stored, fleet.remove, fleet.reportsOf].every((port) => port !== undefined);
}
