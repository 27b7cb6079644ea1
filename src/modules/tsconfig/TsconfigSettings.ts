import type { SourceProblem } from '../places/textPlace.js';
import type { PathMapping } from '../resolve/pathMapping.js';

export type { PathMapping } from '../resolve/pathMapping.js';

/** How JSX becomes calls. */
export interface JsxSettings {
  readonly runtime: 'classic' | 'automatic';
  /** Whether elements carry the place where they were written. */
  readonly development: boolean;
  /** The package whose `jsx-runtime` is imported. Undefined: `react`. */
  readonly importSource: string | undefined;
  /** The function that makes an element, and the component of a fragment, with `classic`. Undefined: those of React. */
  readonly factory: string | undefined;
  readonly fragment: string | undefined;
}

/** What a `tsconfig.json` says about how a file becomes JavaScript. A key that is left out: as without a `tsconfig.json`. */
export interface CompileSettings {
  /** Set: decorators are TypeScript's older ones (`experimentalDecorators`). */
  readonly legacyDecorators?: {
    readonly emitsMetadata: boolean;
    readonly strictNullChecks: boolean;
  };
  /** Fields are assigned in the constructor, and those without a value do not exist: `useDefineForClassFields` is false. */
  readonly assignsFields?: true;
  /** Only imports that are written as types are left out (`verbatimModuleSyntax`). */
  readonly keepsImports?: true;
  readonly jsx?: JsxSettings;
}

/** What holds for one file. */
export interface FileSettings {
  /** Undefined: the defaults. */
  readonly compile?: CompileSettings | undefined;
  readonly mapping?: PathMapping | undefined;
}

/** Why a `tsconfig.json` cannot be used, and where. */
export interface TsconfigProblem extends SourceProblem {
  readonly path: string;
  readonly text: string;
}
