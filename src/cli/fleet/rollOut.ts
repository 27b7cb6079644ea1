import {
  asyncScheduler,
  distinctUntilChanged,
  filter,
  firstValueFrom,
  last,
  map,
  type Observable,
  takeWhile,
  tap,
} from 'rxjs';
import { publishedVersion } from '../../fleet/bundles/catalogue.js';
import type { OpenEngine } from '../../fleet/control/openInBackground.js';
import type { Desired } from '../../fleet/protocol/Desired.js';
import type { Revision } from '../../fleet/protocol/FleetStore.js';
import {
  abortRollout,
  pauseRollout,
  promoteRollout,
  rollBackFleet,
  startRollout,
} from '../../fleet/rollout/rolloutOrders.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import type { FleetCommand } from '../arguments/parseFleet.js';
import { type FleetExit, type FleetIo, rightOf } from './FleetIo.js';

/** A controller that writes at the same time wins at most so often in a row. */
const MAX_TRIES = 8;

/** `hotpipe fleet rollout`: starts a rollout of what was published, and waits for its end if asked to. */
export async function rollOut(
  command: FleetCommand,
  fleet: OpenEngine,
  { print }: FleetIo,
): Promise<FleetExit> {
  const { subject: plugin, version = '', waves, bakeMs, expectHosts, isRefusedTried } = command;
  const candidate = rightOf(await publishedVersion(fleet, { plugin, version })());
  const rollout = `${plugin}-${version}-${asyncScheduler.now().toString(36)}`;
  const pace = {
    ...(waves !== undefined && { waves }),
    ...(bakeMs !== undefined && { bakeMs }),
    ...(expectHosts !== undefined && { expectHosts }),
  };
  const written = await change(fleet, plugin, (doc) => {
    if (doc?.refused.includes(candidate.digest) === true && !isRefusedTried) {
      throw new Error(
        `${plugin}@${version} was taken back before, so no host tries it; try it again all the same: --retry-refused`,
      );
    }
    return startRollout(doc, {
      ...{ plugin, candidate, rollout },
      ...(isRefusedTried && { tryRefused: 'yes' }),
      ...(Object.keys(pace).length > 0 && { pace }),
    });
  });
  // Whoever removes it reads the document after its entry: one of the two sees the other.
  const isThere = await publishedVersion(fleet, { plugin, version })();
  if (isThere._tag === 'Left' && isThere.left._tag === 'BundleMissing') {
    throw new Error(
      `${plugin}@${version} is being removed at this moment (hotpipe fleet gc), so hosts wait for its bundle: publish it again, or take the rollout back: hotpipe fleet abort ${plugin}`,
    );
  }
  print(escapeText(`${plugin}@${version}: rollout ${rollout} begins`) + '\n');
  return command.isWaiting ? waitForEnd(fleet, written, print) : 0;
}

/** `hotpipe fleet pause`, `resume`, `promote`, `abort` and `rollback`: one write each, legal in every state. */
export async function orderRollout(
  { verb, subject: plugin, version, reason }: FleetCommand,
  fleet: OpenEngine,
  { print }: FleetIo,
): Promise<FleetExit> {
  const why = reason ?? 'a person said so';
  const { value } = await change(fleet, plugin, (doc, nowMs) => {
    if (doc === undefined) throw new Error(`nothing of ${plugin} was ever rolled out`);
    if (verb === 'rollback') {
      const back = rollBackFleet(doc, why, `${plugin}-back-${nowMs.toString(36)}`);
      if (back === undefined) throw new Error(`${plugin}: there is no version to go back to`);
      const to = back.stable?.version ?? '';
      if (version !== undefined && to !== version) {
        throw new Error(
          `${plugin}: the version before is ${to}, and not ${version}; roll ${version} out instead: hotpipe fleet rollout ${plugin}@${version}`,
        );
      }
      return back;
    }
    if (doc.candidate === null) throw new Error(`${plugin}: nothing is being rolled out`);
    if (verb === 'pause' || verb === 'resume') {
      return { ...pauseRollout(doc, verb), reason: reason ?? doc.reason };
    }
    return verb === 'promote' ? { ...promoteRollout(doc), reason: why } : abortRollout(doc, why);
  });
  const { stable, paused, outcome } = value;
  const serves = `${stable?.version ?? 'nothing'} is the stable version`;
  const state = verb === 'pause' || verb === 'resume' ? (paused ? 'paused' : 'goes on') : outcome;
  print(escapeText(`${plugin}: ${verb === 'rollback' ? 'taken back' : state}; ${serves}`) + '\n');
  return 0;
}

/** Reads, changes and writes, again when somebody else has written meanwhile. */
async function change(
  fleet: OpenEngine,
  plugin: string,
  step: (doc: Desired | undefined, nowMs: number) => Desired,
): Promise<Revision<Desired>> {
  for (let tries = 1; ; tries += 1) {
    const read = rightOf(await fleet.read(plugin)());
    const { value, revision } =
      read._tag === 'Some' ? read.value : { value: undefined, revision: 0 };
    const nowMs = asyncScheduler.now();
    const op = `command line ${nowMs.toString(36)}.${tries}`;
    const written = await fleet.write(plugin, { ...step(value, nowMs), op }, revision)();
    const isTaken = written._tag === 'Left' && written.left._tag === 'RevisionTaken';
    if (!isTaken || tries === MAX_TRIES) return rightOf(written);
  }
}

async function waitForEnd(
  fleet: OpenEngine,
  { value: { plugin, rollout }, revision: from }: Revision<Desired>,
  print: FleetIo['print'],
): Promise<FleetExit> {
  const documents$: Observable<Desired> = fleet.desired$().pipe(
    filter(({ value, revision }) => value.plugin === plugin && revision >= from),
    map(({ value }) => value),
  );
  const end = await firstValueFrom(
    documents$.pipe(
      takeWhile((doc) => doc.rollout === rollout && doc.candidate !== null, true),
      distinctUntilChanged((one, other) => lineOf(one) === lineOf(other)),
      tap((doc) => print(`${escapeText(lineOf(doc))}\n`)),
      last(),
    ),
  );
  if (end.rollout !== rollout) return 1;
  return end.outcome === 'promoted' ? 0 : end.outcome === 'inconclusive' ? 3 : 1;
}

/** How a rollout stands, in one line. */
export function lineOf(doc: Desired): string {
  const { plugin, rollout, candidate, stable, wave, members, outcome, reason, paused } = doc;
  const why = reason === null ? '' : `: ${reason}`;
  const serves = stable === null ? 'nothing is stable' : `${stable.version} is stable`;
  if (candidate === null) return `${plugin}: ${rollout} ${outcome ?? 'has ended'}${why}; ${serves}`;
  const hosts = members === undefined ? 'no host yet' : `${members.length} hosts`;
  const bakes = doc.bakeFromMs === null ? '' : ', bakes';
  const state = paused ? ', paused' : outcome === null ? bakes : `, ${outcome}${why}`;
  return `${plugin}: ${candidate.version} on trial, wave ${wave}, ${hosts}${state}; ${serves}`;
}
