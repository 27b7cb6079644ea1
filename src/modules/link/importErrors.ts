import { closestName } from '../../model/closestName.js';

/** Where an import is written that cannot be linked. */
export interface ImportPlace {
  /** The file that imports. */
  readonly importer: string;
  /** The specifier or name as it is written there. */
  readonly written: string;
}

/** A property of an error that nobody meets by accident. */
const PLACE = Symbol.for('hotpipe.importPlace');

/** Notes on an error where the import is written that it is about. */
export function placedError<A extends Error>(error: A, place: ImportPlace): A {
  return Object.defineProperty(error, PLACE, { value: place, configurable: true });
}

/** Where the import is written that an error is about; undefined when it is about no import. */
export function importPlaceOf(error: unknown): ImportPlace | undefined {
  try {
    const place: unknown = error instanceof Error ? Reflect.get(error, PLACE) : undefined;
    return isImportPlace(place) ? place : undefined;
  } catch {
    return undefined;
  }
}

export function isImportPlace(value: unknown): value is ImportPlace {
  if (typeof value !== 'object' || value === null) return false;
  const { importer, written }: { importer?: unknown; written?: unknown } = value;
  return typeof importer === 'string' && typeof written === 'string';
}

/** An import or re-export of a name that cannot be had. */
export interface RefusedName {
  readonly importer: string;
  readonly specifier: string;
  readonly name: string;
  readonly use: 'import' | 're-export';
  readonly reason: 'missing' | 'circular' | 'ambiguous';
  /** The names that the module exports, as far as they are known. */
  readonly offered: readonly string[];
  /** The module is CommonJS: only names that its text shows can be imported. */
  readonly isCommonjs: boolean;
}

/** A SyntaxError, as the language says of an import that names what is not exported. */
export function nameRefused(refused: RefusedName): SyntaxError {
  const { importer, name } = refused;
  return placedError(new SyntaxError(refusedText(refused)), { importer, written: name });
}

function refusedText({ specifier, name, use, reason, offered, isCommonjs }: RefusedName): string {
  if (reason === 'ambiguous') {
    return `"${specifier}" has more than one export "${name}", through two "export *": export it there by its name`;
  }
  if (reason === 'circular') {
    return `"${specifier}" exports "${name}" only in a circle of re-exports, in which no module declares it`;
  }
  if (name === 'default' && use === 'import') {
    return `"${specifier}" has no export "default": import its names in braces, or all of it with \`import * as\``;
  }
  const meant = closestName(name, offered);
  if (meant !== undefined)
    return `"${specifier}" has no export "${name}"; did you mean "${meant}"?`;
  if (isCommonjs) {
    return `"${specifier}" is a CommonJS module, which may not support all module.exports as named exports: its text does not show "${name}"; import its default, and take "${name}" from that`;
  }
  const hint = use === 'import' ? 'a type needs `import type`' : 'a type needs `export type`';
  return `"${specifier}" has no export "${name}"; ${hint}`;
}

const TYPE_ERRORS = /^ERR_(?:IMPORT_A|PACKAGE_IMPORT)/;

/** An error as Node throws it, with Node's code. */
export function codedError(code: string, message: string, place: ImportPlace): Error {
  const isType = TYPE_ERRORS.test(code);
  const error = isType ? new TypeError(message) : new Error(message);
  return placedError(Object.assign(error, { code }), place);
}

/** The import leads to no file. */
export function moduleNotFound(specifier: string, importer: string): Error {
  const isMapped = specifier.startsWith('#');
  const code = isMapped ? 'ERR_PACKAGE_IMPORT_NOT_DEFINED' : 'ERR_MODULE_NOT_FOUND';
  return codedError(code, `cannot find "${specifier}"`, { importer, written: specifier });
}
