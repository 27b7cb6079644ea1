import type { PluginProgram } from '../witness/PluginProgram.js';

/** What becomes of the next hints of the watch backend. */
export type HintFate = 'lose' | 'repeat' | 'delay';

/** What becomes of the next file that the loader is to compile. */
export type LoaderFate = 'slow' | 'fail' | 'throw' | 'hang';

/**
 * One thing that happens to the host or to its files, `afterMs` after the one before. A history of acts is JSON, and
 * determines a run: nothing else is drawn.
 */
export type Act = { readonly afterMs: number } & (
  | {
      readonly do: 'write' | 'safeSave' | 'restore';
      readonly plugin: number;
      readonly program: PluginProgram;
    }
  /** Half of a save, and the rest of it later. */
  | {
      readonly do: 'tornWrite';
      readonly plugin: number;
      readonly program: PluginProgram;
      readonly gapMs: number;
    }
  /** The same bytes again, a whole folder taken away, a manifest that says nothing, and one that is right again. */
  | {
      readonly do: 'rewrite' | 'remove' | 'breakManifest' | 'mendManifest' | 'rollback';
      readonly plugin: number;
    }
  | { readonly do: 'call'; readonly plugin: number; readonly takesMs: number }
  | {
      readonly do: 'hints';
      readonly fate: HintFate;
      readonly count: number;
      readonly delayMs: number;
    }
  /** So many hints are lost, and the backend says so. */
  | { readonly do: 'overflow'; readonly count: number }
  | { readonly do: 'watchError'; readonly plugin: number }
  | { readonly do: 'sourceError' | 'unsubscribe' | 'throwInHook' | 'quiet' }
  | {
      readonly do: 'loader';
      readonly plugin: number;
      readonly fate: LoaderFate;
      readonly takesMs: number;
    }
  /** From so many calls of the state disk on, `count` of them fail. */
  | {
      readonly do: 'diskError';
      readonly code: string;
      readonly afterCalls: number;
      readonly count: number;
    }
  /** The host ends in the middle of a call of the state disk, or after a second at the latest. */
  | {
      readonly do: 'crash';
      readonly kind: 'kill' | 'powerLoss';
      readonly afterCalls: number;
      /** Draws what a loss of power leaves. */
      readonly seed: number;
      /** While the host is down, a bit of this plugin's newest record flips. */
      readonly rots?: number;
    }
  | { readonly do: 'clock'; readonly byMs: number }
);
