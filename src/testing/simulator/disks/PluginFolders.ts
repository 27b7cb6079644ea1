import type { RunObserver } from '../observe/RunObserver.js';
import {
  decodeProgram,
  encodeProgram,
  LINK,
  PART_FILE,
  type PluginProgram,
} from '../plugin/PluginProgram.js';
import { ROOT } from '../setup/Setup.js';
import { BesideFiles } from './BesideFiles.js';
import { PluginDisk } from './PluginDisk.js';

/** Characters of a program that are in the file after the first half of a torn save. */
const HALF_LENGTH = 9;

interface SecondHalf {
  readonly atMs: number;
  readonly plugin: string;
  readonly program: PluginProgram;
}

type EditObserver = Required<
  Pick<
    RunObserver,
    | 'programWritten'
    | 'partWritten'
    | 'linkedWritten'
    | 'nearerWritten'
    | 'folderRemoved'
    | 'manifestHidden'
    | 'manifestShown'
  >
>;

/** A folder that is no plugin's, where people put what they do not want to run. */
const ATTIC = `${ROOT}/attic`;
/** The releases of all plugins. */
const RELEASES = `${ROOT}/releases`;

/** What people do to the folders of the plugins, on one disk. */
export class PluginFolders {
  readonly disk: PluginDisk;
  readonly beside: BesideFiles;
  readonly #nowMs: () => number;
  readonly #observer: EditObserver;
  /** Second halves of torn saves that are still to be written, earliest first. */
  #secondHalves: readonly SecondHalf[] = [];
  /** The program that was written last, by plugin: its manifest belongs to it. */
  readonly #programs = new Map<string, PluginProgram>();
  /** The program that the last `write` replaced, by plugin. */
  readonly #before = new Map<string, PluginProgram>();

  /** `onTouch` is called with each path that changes. */
  constructor(nowMs: () => number, onTouch: (path: string) => void, observer: EditObserver) {
    this.#nowMs = nowMs;
    this.#observer = observer;
    this.disk = new PluginDisk(ROOT, nowMs, onTouch);
    this.disk.makeDirectory(ATTIC);
    this.beside = new BesideFiles(this.disk, observer);
  }

  /** When the next second half is due; Infinity when none is. */
  get nextDueMs(): number {
    return this.#secondHalves[0]?.atMs ?? Infinity;
  }
  /** When the last second half is due; 0 when none is. */
  get lastDueMs(): number {
    return this.#secondHalves.reduce((latest, { atMs }) => Math.max(latest, atMs), 0);
  }

  /** Overwrites the plugin's file in place. */
  write(plugin: string, program: PluginProgram): void {
    this.#dropSecondHalf(plugin);
    if (!this.disk.has(`${ROOT}/${plugin}`)) return;
    const before = decodeProgram(this.disk.read(sourceFile(plugin)) ?? '');
    if (before !== undefined) this.#before.set(plugin, before);
    if (program.imports === 'linked') this.#makeReleases(plugin);
    this.#writeManifest(plugin, program);
    this.disk.write(sourceFile(plugin), encodeProgram(program));
    this.#observer.programWritten(plugin, program);
  }

  /** Takes the last `write` back. */
  putBack(plugin: string): void {
    const before = this.#before.get(plugin);
    if (before !== undefined) this.write(plugin, before);
  }

  /** Writes a temporary file and renames it over the plugin's file, as many editors do. */
  safeSave(plugin: string, program: PluginProgram): void {
    this.#dropSecondHalf(plugin);
    if (!this.disk.has(`${ROOT}/${plugin}`)) return;
    if (program.imports === 'linked') this.#makeReleases(plugin);
    this.#writeManifest(plugin, program);
    this.disk.write(`${sourceFile(plugin)}.tmp`, encodeProgram(program));
    this.disk.renameFile(`${sourceFile(plugin)}.tmp`, sourceFile(plugin));
    this.#observer.programWritten(plugin, program);
  }

  /** Writes the first half of a program now. `writeSecondHalf` writes the rest, `gapMs` later. */
  writeFirstHalf(plugin: string, program: PluginProgram, gapMs: number): void {
    this.#dropSecondHalf(plugin);
    if (!this.disk.has(sourceFile(plugin))) return;
    const secondHalf = { atMs: this.#nowMs() + gapMs, plugin, program };
    this.#secondHalves = [...this.#secondHalves, secondHalf].sort(
      (left, right) => left.atMs - right.atMs,
    );
    this.disk.write(sourceFile(plugin), encodeProgram(program).slice(0, HALF_LENGTH));
    this.#observer.programWritten(plugin, undefined);
  }

  /** Writes the second half that is due next. */
  writeSecondHalf(): void {
    const [next] = this.#secondHalves;
    if (next !== undefined) this.write(next.plugin, next.program);
  }

  /** Writes the same bytes again. */
  rewrite(plugin: string): void {
    const text = this.disk.read(sourceFile(plugin));
    if (text !== undefined) this.disk.write(sourceFile(plugin), text);
  }

  /** Removes the plugin's folder. */
  remove(plugin: string): void {
    this.#dropSecondHalf(plugin);
    this.disk.remove(`${ROOT}/${plugin}`);
    this.#observer.folderRemoved(plugin);
  }

  /** Makes the plugin's folder, with a valid manifest and this program. */
  restore(plugin: string, program: PluginProgram): void {
    this.#dropSecondHalf(plugin);
    this.disk.makeDirectory(`${ROOT}/${plugin}`);
    this.#programs.set(plugin, program);
    this.disk.write(manifestFile(plugin), manifestOf(plugin, program));
    if (!this.disk.has(partFile(plugin))) this.writePart(plugin, 0);
    this.beside.tell(plugin);
    if (program.imports === 'linked') this.#makeReleases(plugin);
    this.disk.write(sourceFile(plugin), encodeProgram(program));
    this.#observer.programWritten(plugin, program);
  }

  /** Overwrites the plugin's part, or makes it anew. */
  writePart(plugin: string, part: number): void {
    if (!this.disk.has(`${ROOT}/${plugin}`)) return;
    this.disk.write(partFile(plugin), String(part));
    this.#observer.partWritten(plugin, part);
  }

  /** Moves the part of one plugin over that of another one. */
  movePart(plugin: string, to: string): void {
    const text = this.disk.read(partFile(plugin));
    if (text === undefined || plugin === to || !this.disk.has(`${ROOT}/${to}`)) return;
    this.disk.renameFile(partFile(plugin), partFile(to));
    this.#observer.partWritten(plugin, undefined);
    this.#observer.partWritten(to, Number(text));
  }

  /** Leads the link of a plugin to another release, which may not be there yet. */
  leadLink(plugin: string, release: number): void {
    if (!this.disk.has(`${ROOT}/${plugin}`)) return;
    this.#makeReleases(plugin);
    this.disk.link(aliasFile(plugin), releaseFolder(plugin, release));
    this.#tellLinked(plugin);
  }

  /** Writes the part of a release, and makes the release where it is not there. */
  writeRelease(plugin: string, release: number, part: number): void {
    if (!this.disk.has(`${ROOT}/${plugin}`)) return;
    this.#makeReleases(plugin);
    this.disk.makeDirectory(releaseFolder(plugin, release));
    this.disk.write(`${releaseFolder(plugin, release)}/${PART_FILE}`, String(part));
    this.#tellLinked(plugin);
  }

  /** Moves the plugin's folder to where no plugin is looked for. */
  moveAway(plugin: string): void {
    this.#dropSecondHalf(plugin);
    if (!this.disk.has(`${ROOT}/${plugin}`)) return;
    this.disk.remove(`${ATTIC}/${plugin}`);
    this.disk.renameDirectory(`${ROOT}/${plugin}`, `${ATTIC}/${plugin}`);
    this.#observer.folderRemoved(plugin);
  }

  /** Moves the folder back, unless the plugin has a new one. */
  moveBack(plugin: string): void {
    if (this.disk.has(`${ROOT}/${plugin}`) || !this.disk.has(`${ATTIC}/${plugin}`)) return;
    this.disk.renameDirectory(`${ATTIC}/${plugin}`, `${ROOT}/${plugin}`);
    const part = this.disk.read(partFile(plugin));
    this.#observer.partWritten(plugin, part === undefined ? undefined : Number(part));
    this.#tellLinked(plugin);
    this.beside.tell(plugin);
    this.#observer.programWritten(plugin, decodeProgram(this.disk.read(sourceFile(plugin)) ?? ''));
  }

  /** Renames the manifest, as people do to switch a plugin off. */
  hideManifest(plugin: string): void {
    if (!this.disk.has(manifestFile(plugin))) return;
    this.disk.renameFile(manifestFile(plugin), hiddenManifest(plugin));
    this.#observer.manifestHidden(plugin);
  }

  showManifest(plugin: string): void {
    if (!this.disk.has(hiddenManifest(plugin)) || this.disk.has(manifestFile(plugin))) return;
    this.disk.renameFile(hiddenManifest(plugin), manifestFile(plugin));
    this.#observer.manifestShown(plugin);
  }

  breakManifest(plugin: string): void {
    if (!this.disk.has(manifestFile(plugin))) return;
    this.disk.write(manifestFile(plugin), '{ "name": ');
    this.#observer.manifestHidden(plugin);
  }

  /** Makes a broken manifest valid again, and shows a hidden one. */
  mendManifest(plugin: string): void {
    this.showManifest(plugin);
    const text = this.disk.read(manifestFile(plugin));
    const valid = manifestOf(plugin, this.#programs.get(plugin));
    if (text === undefined || text === valid) return;
    this.disk.write(manifestFile(plugin), valid);
    this.#observer.manifestShown(plugin);
  }

  /**
   * Makes the first two releases, outside of the plugin's folder, and the links that lead to the first of them: `current` to `live`, and that to
   * the release. The parts of two releases are never the same.
   */
  #makeReleases(plugin: string): void {
    if (this.disk.has(linkFile(plugin))) return;
    this.disk.makeDirectory(RELEASES);
    this.disk.makeDirectory(`${RELEASES}/${plugin}`);
    for (const release of [1, 2]) {
      const folder = releaseFolder(plugin, release);
      if (this.disk.has(folder)) continue;
      this.disk.makeDirectory(folder);
      this.disk.write(`${folder}/${PART_FILE}`, String(-release));
    }
    this.disk.link(aliasFile(plugin), releaseFolder(plugin, 1));
    this.disk.link(linkFile(plugin), 'live');
    this.#tellLinked(plugin);
  }

  #tellLinked(plugin: string): void {
    const text = this.disk.read(`${linkFile(plugin)}/${PART_FILE}`);
    this.#observer.linkedWritten(plugin, text === undefined ? undefined : Number(text));
  }

  /** Writes the manifest of a program, where it differs from that of the program before. */
  #writeManifest(plugin: string, program: PluginProgram): void {
    const before = manifestOf(plugin, this.#programs.get(plugin));
    this.#programs.set(plugin, program);
    const after = manifestOf(plugin, program);
    if (after !== before) this.disk.write(manifestFile(plugin), after);
  }

  /** A new save replaces a torn one: the rest of the old text is never written. */
  #dropSecondHalf(plugin: string): void {
    this.#secondHalves = this.#secondHalves.filter((half) => half.plugin !== plugin);
  }
}

const sourceFile = (plugin: string) => `${ROOT}/${plugin}/index.js`;
const linkFile = (plugin: string) => `${ROOT}/${plugin}/${LINK}`;
const aliasFile = (plugin: string) => `${ROOT}/${plugin}/live`;
const releaseFolder = (plugin: string, release: number) => `${RELEASES}/${plugin}/${release}`;
const partFile = (plugin: string) => `${ROOT}/${plugin}/${PART_FILE}`;
export const manifestFile = (plugin: string) => `${ROOT}/${plugin}/plugin.json`;
const hiddenManifest = (plugin: string) => `${ROOT}/${plugin}/plugin.json.off`;

function manifestOf(plugin: string, program: PluginProgram | undefined): string {
  return JSON.stringify({
    name: plugin,
    version: `${program?.release ?? 1}.0.0`,
    'api-version': { major: 0, minor: 1, patch: 0 },
    source: 'index.js',
    ...(program?.format !== undefined && { 'state-version': program.format }),
    ...(program?.needs !== undefined && { dependencies: program.needs }),
    ...(program?.stopsFirst === true && { swap: 'stop-first' }),
    ...(program?.inWorker === true && { mode: 'worker' }),
  });
}
