import type { Directory } from '../forest/Directory.js';
import type { Look } from '../disk/Look.js';
import type { Entry } from '../disk/Snapshot.js';

/** A path that may differ from what was reported of it. */
export interface Change {
  readonly directory: Directory;
  readonly name: string;
  readonly path: string;
  /** What was reported; `undefined`: no file. */
  readonly before: Entry | undefined;
  /** What is there now; `undefined`: no file. */
  look: Look | undefined;
  /** When it was first seen to differ. */
  readonly firstMs: number;
  /** When it was last hinted at, or seen to become different again. */
  hintMs: number;
  /** Since when it looks as it does. */
  sinceMs: number;
  /** When it was last looked at. */
  lookedMs: number;
  /** Kept back until then. */
  heldUntilMs: number;
}
