import type { OnWait } from '../../model/concurrency.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import type { TraceRecord } from '../../model/trace/TraceRecord.js';
import type { TaskCalls } from '../../pipeline/record/Boundary.js';
import { MeasuredState } from '../../sinks/effects/fromTask.js';
import { fieldOf, numberIn, textIn } from './fieldsOf.js';
import type { ReplayListener } from './ReplayedTimer.js';

/** What targets called while they worked, called again. */
export class ReplayedCalls {
  readonly #listener: ReplayListener;
  /** By the number of the task. */
  readonly #saves = new Map<number, SaveState>();
  readonly #waits = new Map<number, OnWait>();
  /** What ends a wait, by its number. */
  readonly #waitEnds = new Map<number, () => void>();

  constructor(listener: ReplayListener) {
    this.#listener = listener;
  }

  taskBegan(id: number, { save, onWait }: TaskCalls): void {
    if (save) this.#saves.set(id, save);
    if (onWait) this.#waits.set(id, onWait);
  }

  /** A state was saved. Returns whether the task is known. */
  save(record: TraceRecord, atMs: number): boolean {
    const id = numberIn(record, 'id');
    const save = this.#saves.get(id);
    if (save === undefined) return false;
    const measured = { bytes: numberIn(record, 'bytes'), sha256: textIn(record, 'sha256') };
    this.#listener.saved?.({ id, atMs, ...measured });
    const state = new MeasuredState(measured.bytes, measured.sha256);
    const plugin = textIn(record, 'p');
    void save({ plugin, schema: 0, codeHash: '', state })();
    return true;
  }

  /** A wait began, or ended. Returns whether its task, or its beginning, is known. */
  wait(record: TraceRecord): boolean {
    const wait = numberIn(record, 'i');
    if (fieldOf(record, 'end') !== undefined) {
      const end = this.#waitEnds.get(wait);
      end?.();
      return end !== undefined;
    }
    const end = this.#waits.get(numberIn(record, 'id'))?.();
    if (end !== undefined) this.#waitEnds.set(wait, end);
    return end !== undefined;
  }
}
