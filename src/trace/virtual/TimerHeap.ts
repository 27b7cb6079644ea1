/** Heaps with fewer entries are not worth compacting. */
const MIN_COMPACT_COUNT = 256;

/** An action that waits for its time. */
export interface TimerEntry {
  readonly action: { run(): void };
  readonly dueMs: number;
  /** Position among all entries that were ever added: decides the order of equal times. */
  readonly order: number;
  isLive: boolean;
}

/**
 * Actions by their time, as a binary heap: earliest first, and in the order in which they were added where times are equal.
 * A dropped entry stays in the heap until it comes up, or until dropped ones are the majority.
 */
export class TimerHeap {
  readonly #heap: TimerEntry[] = [];
  /** Number of entries that were ever added. */
  #order = 0;
  #liveCount = 0;

  get liveCount(): number {
    return this.#liveCount;
  }

  /** The earliest entry; undefined when there is none. */
  peek(): TimerEntry | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (top.isLive) return top;
      this.#removeTop();
    }
    return undefined;
  }

  add(action: TimerEntry['action'], dueMs: number): TimerEntry {
    const entry: TimerEntry = { action, dueMs, order: this.#order, isLive: true };
    this.#order += 1;
    this.#liveCount += 1;
    this.#push(entry);
    return entry;
  }

  drop(entry: TimerEntry): void {
    entry.isLive = false;
    this.#liveCount -= 1;
    const { length } = this.#heap;
    if (length > MIN_COMPACT_COUNT && this.#liveCount * 2 < length) this.#compact();
  }

  #push(entry: TimerEntry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || isBefore(parent, entry)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = entry;
  }

  #removeTop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = heap[childAt];
      const right = heap[childAt + 1];
      if (child !== undefined && right !== undefined && isBefore(right, child)) {
        child = right;
        childAt += 1;
      }
      if (child === undefined || isBefore(last, child)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = last;
  }

  #compact(): void {
    const live = this.#heap.filter(({ isLive }) => isLive);
    this.#heap.length = 0;
    for (const entry of live) this.#push(entry);
  }
}

function isBefore(left: TimerEntry, right: TimerEntry): boolean {
  return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.order < right.order);
}
