import type { TextPlace } from './textPlace.js';

/** Why a text could not be read, and where. */
export interface SourceProblem extends TextPlace {
  readonly reason: string;
}
