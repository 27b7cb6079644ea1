import { type PackedNames, packNames, placeOf, unpackNames } from './packedNames.js';

/**
 * The files of a directory by name, and the slot that each has in the snapshot. Files that were listed together are packed until one comes or
 * goes: most directories of a large tree stay as they were at the start.
 */
export class FileSlots {
  /** Name → slot, or packed names. Undefined: there are no files. */
  #names: Map<string, number> | PackedNames | undefined;
  /** Of packed names, their number, and the slot of the first. The others follow in their order. */
  #packedCount = 0;
  #firstSlot = 0;

  get size(): number {
    return this.#names instanceof Map ? this.#names.size : this.#packedCount;
  }

  get(name: string): number | undefined {
    const names = this.#names;
    if (names === undefined) return undefined;
    if (names instanceof Map) return names.get(name);
    const place = placeOf(name, names);
    return place < 0 ? undefined : this.#firstSlot + place;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** The names as they are now, whatever comes or goes later. */
  names(): readonly string[] {
    if (this.#names === undefined) return [];
    return this.#names instanceof Map ? [...this.#names.keys()] : unpackNames(this.#names);
  }

  set(name: string, slot: number): void {
    this.#unpacked().set(name, slot);
  }

  delete(name: string): void {
    if (this.has(name)) this.#unpacked().delete(name);
  }

  /** Adds files that have no slot yet. `slotsFor` returns the first of so many that follow each other. */
  addAll(names: readonly string[], slotsFor: (count: number) => number): void {
    if (names.length === 0) return;
    const packed = packNames(names);
    const first = slotsFor(names.length);
    if (this.#names === undefined) {
      this.#names = packed;
      this.#packedCount = names.length;
      this.#firstSlot = first;
      return;
    }
    for (const [place, name] of unpackNames(packed).entries()) this.set(name, first + place);
  }

  #unpacked(): Map<string, number> {
    if (this.#names instanceof Map) return this.#names;
    const slots = new Map(this.names().map((name, place) => [name, this.#firstSlot + place]));
    this.#names = slots;
    this.#packedCount = 0;
    return slots;
  }
}
