import type { PluginFolders } from '../disks/PluginFolders.js';
import type { PluginProgram } from '../plugin/PluginProgram.js';
import type { DrawContext, FaultDraw, FaultTiming } from './DrawContext.js';
import type { FileAct } from './fileActs.js';

/** Lead the plugin's link to another release, which may not be there yet; write the part of a release, and make the release where it is not there. */
export type LinkAct = { readonly afterMs: number; readonly plugin: number } & (
  | { readonly do: 'leadLink'; readonly release: number }
  | { readonly do: 'writeRelease'; readonly release: number; readonly part: number }
);

export function performLinkAct(act: LinkAct, folders: PluginFolders, plugin: string): void {
  if (act.do === 'leadLink') folders.leadLink(plugin, act.release);
  else folders.writeRelease(plugin, act.release, act.part);
}

/**
 * By then nobody looks any more at what the last attempt has found: only what the source tells leads to a reload.
 *
 * @source `LOOKS_COUNT` of `pipeline/stream/MissedChanges.ts`: the last look is 12.7 s after the attempt
 */
const LATE_MS = 14_000;

export const linkFaults = { links: drawLinks } satisfies Record<
  string,
  FaultDraw<FileAct | LinkAct>
>;

/**
 * A link is led from release to release, sometimes to one that is not there yet; releases are written, also those that it does not lead to.
 * Mostly the plugin imports through it.
 */
export function drawLinks(
  draws: DrawContext,
  { afterMs }: Pick<FaultTiming, 'afterMs'>,
): readonly (FileAct | LinkAct)[] {
  const { random } = draws;
  const plugin = draws.plugin();
  const program: PluginProgram = { id: draws.nextProgramId(), startMs: 0, imports: 'linked' };
  const acts: (FileAct | LinkAct)[] = random.isLucky(0.7)
    ? [{ afterMs, do: 'write', plugin, program }]
    : [];
  const count = random.pick(1, 2, 4);
  for (let made = 0; made < count; made += 1) {
    const at = { afterMs: random.pick(0, 3, 12, 60, 400, LATE_MS), plugin };
    const release = random.pick(1, 2, 2, 3);
    const part = draws.nextProgramId();
    acts.push({ ...at, do: 'leadLink', release });
    if (release === 3 || random.isLucky(0.4)) {
      const afterMs = random.pick(0, 5, 30, 200, LATE_MS);
      acts.push({ afterMs, do: 'writeRelease', plugin, release, part });
    }
  }
  return acts;
}
