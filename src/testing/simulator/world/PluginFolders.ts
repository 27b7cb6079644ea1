import { PluginDisk } from '../disks/PluginDisk.js';
import { encodeProgram, type PluginProgram } from '../witness/PluginProgram.js';
import { ROOT } from '../setup/Setup.js';
import type { Witness } from '../witness/Witness.js';

/** So much of a text is there when half of a save is. */
const HALF_LENGTH = 9;

interface LaterWrite {
  readonly atMs: number;
  readonly plugin: string;
  readonly program: PluginProgram;
}

/** What people do to the folders of the plugins. */
export class PluginFolders {
  readonly disk: PluginDisk;
  readonly #nowMs: () => number;
  readonly #witness: Required<Pick<Witness, 'written' | 'removed'>>;
  /** Second halves of saves. */
  #later: readonly LaterWrite[] = [];

  constructor(
    nowMs: () => number,
    onTouch: (path: string) => void,
    witness: Required<Pick<Witness, 'written' | 'removed'>>,
  ) {
    this.#nowMs = nowMs;
    this.#witness = witness;
    this.disk = new PluginDisk(ROOT, nowMs, onTouch);
  }

  /** When the next half of a save is due; Infinity: never. */
  get nextDueMs(): number {
    return this.#later[0]?.atMs ?? Infinity;
  }
  get lastDueMs(): number {
    return this.#later.reduce((most, { atMs }) => Math.max(most, atMs), 0);
  }

  write(plugin: string, program: PluginProgram): void {
    this.#drop(plugin);
    if (!this.disk.has(`${ROOT}/${plugin}`)) return;
    this.disk.write(file(plugin), encodeProgram(program));
    this.#witness.written(plugin, program);
  }

  safeSave(plugin: string, program: PluginProgram): void {
    this.#drop(plugin);
    if (!this.disk.has(`${ROOT}/${plugin}`)) return;
    this.disk.write(`${file(plugin)}.tmp`, encodeProgram(program));
    this.disk.renameFile(`${file(plugin)}.tmp`, file(plugin));
    this.#witness.written(plugin, program);
  }

  writeHalf(plugin: string, program: PluginProgram, gapMs: number): void {
    this.#drop(plugin);
    if (!this.disk.has(file(plugin))) return;
    const later = { atMs: this.#nowMs() + gapMs, plugin, program };
    this.#later = [...this.#later, later].sort((left, right) => left.atMs - right.atMs);
    this.disk.write(file(plugin), encodeProgram(program).slice(0, HALF_LENGTH));
    this.#witness.written(plugin, undefined);
  }

  writeOtherHalf(): void {
    const [next] = this.#later;
    if (next !== undefined) this.write(next.plugin, next.program);
  }

  rewrite(plugin: string): void {
    const text = this.disk.read(file(plugin));
    if (text !== undefined) this.disk.write(file(plugin), text);
  }

  remove(plugin: string): void {
    this.#drop(plugin);
    this.disk.remove(`${ROOT}/${plugin}`);
    this.#witness.removed(plugin);
  }

  restore(plugin: string, program: PluginProgram): void {
    this.#drop(plugin);
    this.disk.makeDirectory(`${ROOT}/${plugin}`);
    this.disk.write(manifest(plugin), manifestOf(plugin));
    this.disk.write(file(plugin), encodeProgram(program));
    this.#witness.written(plugin, program);
  }

  breakManifest(plugin: string): void {
    if (this.disk.has(manifest(plugin))) this.disk.write(manifest(plugin), '{ "name": ');
  }

  mendManifest(plugin: string): void {
    const text = this.disk.read(manifest(plugin));
    const whole = manifestOf(plugin);
    if (text !== undefined && text !== whole) this.disk.write(manifest(plugin), whole);
  }

  /** Who saves anew does not finish the save before. */
  #drop(plugin: string): void {
    this.#later = this.#later.filter((later) => later.plugin !== plugin);
  }
}

const file = (plugin: string) => `${ROOT}/${plugin}/index.js`;
const manifest = (plugin: string) => `${ROOT}/${plugin}/plugin.json`;

function manifestOf(plugin: string): string {
  const api = { major: 0, minor: 1, patch: 0 };
  return JSON.stringify({ name: plugin, version: '1.0.0', 'api-version': api, source: 'index.js' });
}
