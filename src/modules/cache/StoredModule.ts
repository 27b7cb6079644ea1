import type { ModuleOutline } from '../evaluate/ModuleOutline.js';
import type { RawMap } from '../stacks/stackTraces.js';

interface StoredText {
  readonly code: string;
  /** How much of the code's first line is not of the source. */
  readonly headLength: number;
  readonly imports: readonly string[];
  readonly dynamicImports: readonly string[];
  /** The source maps of its steps. Left out: the transpiler makes them of the source when a stack needs them. */
  readonly maps?: readonly RawMap[];
  /** Which `typescript` lowered it, as `typescriptStamp` tells. Left out: none did. */
  readonly typescript?: string;
  /** What V8 made of the code, for this script name only. Left out: V8 compiles it. */
  readonly data?: Buffer;
}

/** What a compilation made of a text, without the text: plain data that a later process can go on from. */
export type StoredModule =
  | (StoredText & {
      readonly kind: 'script';
      readonly parameters: readonly string[];
      readonly outline: ModuleOutline;
    })
  | (StoredText & {
      readonly kind: 'commonjs';
      readonly importName: string | undefined;
      readonly convertName: string | undefined;
      readonly names: readonly string[];
      readonly reexports: readonly string[];
      readonly requires: readonly string[];
    });

/** Keeps what was compiled for later starts. It may forget anything at any time, and never gives what was put under another key. */
export interface ModuleStore {
  /** Undefined: it is not there, or is damaged. */
  get(key: string): StoredModule | undefined;
  /** `make` is called when there is time for it, or never. It gives undefined for what cannot be kept. */
  put(key: string, make: () => StoredModule | undefined): void;
  /** Told of each text that was compiled or restored. */
  note(how: 'compiled' | 'restored'): void;
}
