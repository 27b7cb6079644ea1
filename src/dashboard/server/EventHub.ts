import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';

/** Where a reader's messages go: the answer to its request. */
export interface Reader {
  /** Sends a message, or a part of one. */
  send(text: string): void;
  /** Bytes that were sent and not taken yet. */
  waitingBytes(): number;
  end(): void;
}

/** Events in one message, so that a reader who comes late gets thousands in a few. */
const MAX_PER_MESSAGE = 500;
/**
 * A reader with this much in its way is dropped: at 300 bytes an event, about 14,000 events behind. A checkout that touches a thousand
 * plugins gives some thousand events in one turn of the loop, before any reader can take one.
 */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/**
 * Keeps the newest events and hands each new one to all readers, as server-sent events. The id of a message is the number of its last event,
 * so a reader that comes back gets what it missed, or is told how much of it is gone.
 * The id names the run too: a reader that comes back to another process starts over.
 *
 * @source https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventHub {
  readonly #events: ReloadEvent[] = [];
  readonly #readers = new Set<Reader>();
  /** Events so far: the number of the next. */
  #count = 0;
  #droppedReaders = 0;
  /** The newest picture of a fleet, as a message; empty when there is none. It has no id: nobody needs an older one. */
  #fleet = '';

  constructor(
    /** How many events are kept. */
    readonly maxCount: number,
    readonly maxReaders: number,
    /** No other hub has it. */
    readonly run: string,
  ) {}

  get events(): readonly ReloadEvent[] {
    return this.#events;
  }

  /** Readers that were too slow. */
  get droppedReaders(): number {
    return this.#droppedReaders;
  }

  add(event: ReloadEvent): void {
    this.#events.push(event);
    this.#count += 1;
    // Removed in blocks: moving 10,000 entries for each event would cost more than the event.
    if (this.#events.length > this.maxCount * 1.25) {
      this.#events.splice(0, this.#events.length - this.maxCount);
    }
    const text = this.#message(this.#count - 1, [event]);
    for (const reader of this.#readers) this.#send(reader, text);
  }

  /** A picture of a fleet takes the place of the one before. */
  showFleet(picture: object): void {
    const text = `event: fleet\ndata: ${JSON.stringify(picture)}\n\n`;
    if (text === this.#fleet) return;
    this.#fleet = text;
    for (const reader of this.#readers) this.#send(reader, this.#fleet);
  }

  /**
   * Adds a reader and sends what it lacks. `lastId` is the id of the last message that it has. False: there are too many readers.
   */
  join(reader: Reader, lastId: string | undefined): boolean {
    if (this.#readers.size >= this.maxReaders) return false;
    const firstKept = this.#count - this.#events.length;
    const last = this.#numberIn(lastId);
    const from = last === undefined ? 0 : last + 1;
    const lost = Math.max(0, firstKept - from);
    reader.send(
      `event: hello\ndata: ${JSON.stringify({ v: 1, isFresh: last === undefined, lost, dropped: this.#droppedReaders })}\n\n`,
    );
    for (let at = Math.max(from, firstKept); at < this.#count; at += MAX_PER_MESSAGE) {
      const part = this.#events.slice(at - firstKept, at - firstKept + MAX_PER_MESSAGE);
      reader.send(this.#message(at + part.length - 1, part));
    }
    if (this.#fleet !== '') reader.send(this.#fleet);
    this.#readers.add(reader);
    return true;
  }

  leave(reader: Reader): void {
    this.#readers.delete(reader);
  }

  /** A comment, so that whatever is in between does not take the silence for an end, and slow readers are found. */
  beat(): void {
    for (const reader of this.#readers) this.#send(reader, ': beat\n\n');
  }

  close(): void {
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
  }

  /** The number of the event that an id is of; undefined when this hub has not given it. */
  #numberIn(id: string | undefined): number | undefined {
    const number =
      id?.startsWith(`${this.run}-`) === true ? Number(id.slice(this.run.length + 1)) : NaN;
    return Number.isInteger(number) && number >= 0 && number < this.#count ? number : undefined;
  }

  #message(number: number, events: readonly ReloadEvent[]): string {
    return `id: ${this.run}-${number}\ndata: ${JSON.stringify(events)}\n\n`;
  }

  #send(reader: Reader, text: string): void {
    if (reader.waitingBytes() > MAX_WAITING_BYTES) {
      this.#droppedReaders += 1;
      this.#readers.delete(reader);
      reader.end();
      return;
    }
    reader.send(text);
  }
}
