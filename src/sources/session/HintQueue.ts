/** An entry to check, or (name null) a whole directory to list. */
export interface QueuedHint {
  readonly dir: string;
  readonly name: string | null;
  /** How many names in that directory are followed together with this one. */
  readonly nameCount: number;
}

interface DirectoryHints {
  readonly names: Set<string>;
  nameCount: number;
  isWhole: boolean;
}

type HintsIn = Map<string, DirectoryHints>;

/**
 * In a storm hints are followed in slices: each slice is collected for so long, and rests for as long, in milliseconds. A file is then looked at
 * once, because it was hinted at for the last time, and because its times tell that nobody is writing it any more: they are exact to 20 ms
 * (`unwrittenForMs`).
 */
const sliceMs = 25;

/**
 * Hints that wait for their turn, in order of arrival. A path that is hinted at again before its turn is coalesced. Names are kept beside the
 * listing of their directory: that a file was named may be all that shows of a second write within one tick of the disk's clock.
 */
export class HintQueue {
  readonly #stormCount: number;
  /** What is being followed now. Nothing is added to it. */
  #following: HintsIn = new Map();
  /** Only in a storm: the slice that was collected last. */
  #resting: HintsIn = new Map();
  /** What has come since. */
  #coming: HintsIn = new Map();
  /** When the slice began that is being collected: the one before it has every hint that came until then. */
  #sliceFromMs = -Infinity;
  #followedToMs = -Infinity;
  /** Names that have come in this slice. */
  #nameCount = 0;
  #isStorm = false;

  /** `stormCount`: this many names in one slice are a storm. */
  constructor(stormCount: number) {
    this.#stormCount = stormCount;
  }

  get isEmpty(): boolean {
    return !this.isFollowing && this.#resting.size === 0 && this.#coming.size === 0;
  }

  /** Each hint that had come at that time is being followed, or was. */
  get followedToMs(): number {
    return this.#followedToMs;
  }

  get isFollowing(): boolean {
    return this.#following.size > 0;
  }

  /** Whether a name waits to be followed. */
  has(dir: string, name: string): boolean {
    const isIn = (hintsIn: HintsIn) => hintsIn.get(dir)?.names.has(name) === true;
    return isIn(this.#following) || isIn(this.#resting) || isIn(this.#coming);
  }

  add(dir: string, name: string | null): void {
    this.#nameCount += addTo(this.#coming, dir, name);
  }

  /**
   * Goes on to the next hints. Returns false while there is a storm and they are still to rest. `nowMs`: when the hints that have come were read.
   */
  advance(nowMs: number): boolean {
    const isSliceOver = nowMs - this.#sliceFromMs >= sliceMs;
    const isMany = this.#nameCount >= this.#stormCount;
    if (isSliceOver || isMany) this.#isStorm = isMany;
    if (this.#isStorm && !isSliceOver) return false;
    this.#followedToMs = this.#isStorm ? this.#sliceFromMs : nowMs;
    if (isSliceOver) {
      this.#sliceFromMs = nowMs;
      this.#nameCount = 0;
    }
    this.#following = this.#isStorm ? this.#resting : merged(this.#resting, this.#coming);
    this.#resting = new Map();
    if (this.#isStorm) this.#resting = this.#coming;
    this.#coming = new Map();
    return true;
  }

  /** How long the hints that wait are still to rest, in milliseconds; 0: they can be followed. */
  restsForMs(nowMs: number): number {
    return this.#isStorm && !this.isFollowing
      ? Math.max(0, this.#sliceFromMs + sliceMs - nowMs)
      : 0;
  }

  /** Removes the first of the hints that are being followed, and returns it: of a directory, its names before the whole. */
  take(): QueuedHint | undefined {
    for (const [dir, { names, nameCount, isWhole }] of this.#following) {
      const [name = null] = names;
      if (name !== null) names.delete(name);
      if (name === null || (names.size === 0 && !isWhole)) this.#following.delete(dir);
      return { dir, name, nameCount };
    }
    return undefined;
  }
}

/** Returns how many names were added: 1 or 0. */
function addTo(hintsIn: HintsIn, dir: string, name: string | null): number {
  let hints = hintsIn.get(dir);
  if (hints === undefined) {
    hints = { names: new Set(), nameCount: 0, isWhole: false };
    hintsIn.set(dir, hints);
  }
  if (name === null) hints.isWhole = true;
  if (name === null || hints.names.has(name)) return 0;
  hints.names.add(name);
  hints.nameCount += 1;
  return 1;
}

function merged(earlier: HintsIn, later: HintsIn): HintsIn {
  if (earlier.size === 0) return later;
  for (const [dir, { names, isWhole }] of later) {
    for (const name of names) addTo(earlier, dir, name);
    if (isWhole) addTo(earlier, dir, null);
  }
  return earlier;
}
