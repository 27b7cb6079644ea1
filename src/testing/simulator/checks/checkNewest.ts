import type { ReloadError } from '../../../model/reload/ReloadError.js';
import type { RunObserver } from '../observe/RunObserver.js';
import { importedPart, type PluginContent, type PluginProgram } from '../plugin/PluginProgram.js';
import type { ServingCheck } from './checkServing.js';
import type { CheckContext } from './shared/CheckContext.js';

/** The content that should serve for a plugin. */
interface Newest {
  /** The newest content of its file; undefined when it is half of a save. */
  program: PluginProgram | undefined;
  /** The newest content of its part; undefined when that file is gone. */
  part: number | undefined;
  /** The newest content that its link leads to; undefined when it leads nowhere. */
  linked: number | undefined;
  /** The newest content that is looked for before its part; undefined when there is none. */
  nearer: number | undefined;
  /** When that content was written, or the folder was removed. */
  atMs: number;
  isRemoved: boolean;
  /**
   * `atMs` of the content that was in the folder when it was moved away, as long as no reload has come of that: the source may see no
   * difference, or one that is gone again at the end of the window. When the same content is back then, nothing has changed, and nothing starts.
   */
  unnoticedAtMs: number | undefined;
  /**
   * What was imported before a part changed, as long as nothing has come of that. When the same is imported again by then, nothing has changed:
   * the source may have seen no difference, and a version that could not be loaded is not tried again.
   */
  beforePart: { readonly content: PluginContent; atMs: number; isRolledBack: boolean } | undefined;
  /** When the last failure was emitted that will not be retried. */
  failedAtMs: number;
  /** Whether that failure is of the manifest: nothing that the program imports can mend it. */
  isManifestRefused: boolean;
  /** Whether a person has rolled the plugin back: until the content changes, the rollback decides which version serves. */
  isRolledBack: boolean;
}

/** Invariant 8, no lost update: at quiet the newest content of each plugin serves, or a failure after it names the plugin. */
export function checkNewest(
  { setup, report, nowMs, servingOf }: CheckContext,
  { programOf, partOf, runs }: Pick<ServingCheck, 'programOf' | 'partOf' | 'runs'>,
): RunObserver {
  const byPlugin = new Map<string, Newest>(
    setup.plugins.map((plugin) => [
      plugin,
      {
        program: undefined,
        part: 0,
        linked: undefined,
        nearer: undefined,
        atMs: 0,
        isRemoved: false,
        unnoticedAtMs: undefined,
        beforePart: undefined,
        failedAtMs: -1,
        isManifestRefused: false,
        isRolledBack: false,
      },
    ]),
  );
  const check = (plugin: string, newest: Newest) => {
    const { program, atMs } = newest;
    if (newest.failedAtMs >= atMs || (newest.isRolledBack && !newest.isRemoved)) {
      report.count('ended in a failure that names it');
      return;
    }
    const version = servingOf(plugin);
    if (newest.isRemoved) {
      if (version !== 0) report.violated(8, `${plugin} still serves, but its folder is gone`);
      return;
    }
    if (program === undefined) return;
    if (version === 0) {
      report.violated(8, `${plugin} does not serve, and no failure says why`);
      return;
    }
    const served = programOf(plugin, version);
    if (served !== program.id) {
      report.violated(8, `${plugin} serves content ${served ?? '?'}, the newest is ${program.id}`);
      return;
    }
    const part = partOf(plugin, version);
    const wanted = importedPart(newest);
    if (program.imports === 'linked') report.count('serves what a link leads to');
    if (program.imports === 'nearest' && newest.nearer !== undefined)
      report.count('serves what is nearer');
    if (part !== wanted) {
      report.violated(
        8,
        `${plugin} serves with part ${part ?? '?'}, the newest is ${wanted ?? 'gone'}`,
      );
    }
  };

  /** A reload comes of what happened to the folder: what is there now has to be loaded. */
  const onNoticed = (newest: Newest) => {
    newest.beforePart = undefined;
    if (newest.unnoticedAtMs === undefined) return;
    newest.unnoticedAtMs = undefined;
    if (!newest.isRemoved) newest.atMs = nowMs();
  };

  /** A part, or what the link leads to. The same bytes start nothing, also where another file was moved here. */
  const onPart = (plugin: string, written: Partial<Pick<Newest, 'part' | 'linked' | 'nearer'>>) => {
    const newest = byPlugin.get(plugin);
    if (newest === undefined) return;
    const { program, part, linked, nearer, atMs, isRolledBack } = newest;
    const content: PluginContent = { program, part, linked, nearer };
    Object.assign(newest, written);
    if (importedPart(newest) === importedPart(content)) return;
    if (newest.isManifestRefused && newest.failedAtMs >= newest.atMs) return;
    newest.beforePart ??= { content, atMs, isRolledBack };
    const before = newest.beforePart;
    if (importedPart(newest) === importedPart(before.content)) {
      newest.atMs = before.atMs;
      newest.isRolledBack = before.isRolledBack;
      newest.beforePart = undefined;
      report.count('part back before it was noticed');
      return;
    }
    newest.atMs = nowMs();
    newest.isRolledBack = false;
  };

  return {
    pipelineSubscribed: () => byPlugin.forEach(onNoticed),
    programWritten: (plugin, program) => {
      const newest = byPlugin.get(plugin);
      if (newest === undefined) return;
      const isSame = program !== undefined && program.id === newest.program?.id;
      newest.atMs = (isSame ? newest.unnoticedAtMs : undefined) ?? nowMs();
      newest.program = program;
      newest.isRemoved = false;
      newest.beforePart = undefined;
      if (isSame) return;
      newest.unnoticedAtMs = undefined;
      newest.isRolledBack = false;
    },
    partWritten: (plugin, part) => onPart(plugin, { part }),
    linkedWritten: (plugin, linked) => onPart(plugin, { linked }),
    nearerWritten: (plugin, nearer) => onPart(plugin, { nearer }),
    folderRemoved: (plugin) => {
      const newest = byPlugin.get(plugin);
      if (newest === undefined) return;
      if (!newest.isRemoved) newest.unnoticedAtMs = newest.atMs;
      newest.atMs = nowMs();
      newest.isRemoved = true;
      newest.beforePart = undefined;
    },
    manifestHidden: (plugin) => {
      const newest = byPlugin.get(plugin);
      if (newest !== undefined && !newest.isRemoved) newest.unnoticedAtMs ??= newest.atMs;
    },
    manifestShown: (plugin) => {
      const newest = byPlugin.get(plugin);
      if (newest !== undefined && !newest.isRemoved) newest.atMs = newest.unnoticedAtMs ?? nowMs();
    },
    eventEmitted: (event) => {
      const newest = byPlugin.get(event.plugin);
      if (newest === undefined) return;
      if (event._tag === 'ReloadFailed' && !event.willRetry) {
        newest.failedAtMs = nowMs();
        newest.isManifestRefused = event.error._tag === 'ManifestInvalid';
        // It does not name the content that was in the folder, if it only says that there is none.
        if (saysGone(event.error)) onNoticed(newest);
      }
      if (event._tag === 'ChangeDetected' || event._tag === 'Removed') onNoticed(newest);
      // It reads what is there.
      if (event._tag === 'ReloadStarted') newest.beforePart = undefined;
      if (event._tag === 'Removed') newest.isRolledBack = false;
      if (event._tag !== 'RolledBack') return;
      // A save that came since is not what was rolled back, nor is a part.
      newest.isRolledBack ||= runs(event.plugin, event.from, newest);
      const before = newest.beforePart;
      if (before !== undefined)
        before.isRolledBack ||= runs(event.plugin, event.from, before.content);
    },
    quietReached: () => {
      for (const [plugin, newest] of byPlugin) check(plugin, newest);
    },
  };
}

function saysGone({ _tag }: ReloadError): boolean {
  return (
    _tag === 'ManifestNotFound' ||
    _tag === 'ManifestInvalid' ||
    _tag === 'PluginNotFound' ||
    _tag === 'Io'
  );
}
