import { hash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { bundleRefused, type FleetError } from '../protocol/FleetError.js';
import { NamesOfOneFolder, nameProblem } from './bundleNames.js';
import { readUstar, type UstarFile, writeUstar } from './ustar.js';

const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;
const DEFAULT_MAX_FILES = 4_096;

/** How much a bundle may be. */
export interface BundleLimits {
  /** The size of the bundle in bytes, a whole number from 1 (`RangeError` otherwise). Default 32 MiB. */
  readonly maxBytes?: number;
  /** How many files it may have, a whole number from 1 (`RangeError` otherwise). Default 4,096. */
  readonly maxFiles?: number;
}

/** A bundle, and what it is known by. */
export interface Bundle {
  /** `sha256-` and 64 hexadecimal digits, over `bytes`. */
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** What a bundle is known by, everywhere: `sha256-` and 64 hexadecimal digits over its bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256-${hash('sha256', bytes)}`;
}

/** Whether a text is a digest as it is written everywhere. */
export function isDigest(text: string): boolean {
  return /^sha256-[0-9a-f]{64}$/.test(text);
}

/**
 * The files of a bundle, by name. All or nothing: a bundle with one bad name, a link, a device, two names that are one file on some disks, too
 * many files or bytes, or a cut end is refused as a whole.
 *
 * Contract:
 * - Errors: `BundleRefused` for anything that `packBundle` would not have made. It never throws for bytes, whatever they are.
 * - Holds: a copy of each content; `bytes` may be changed afterwards.
 *
 * @param limits - How large the bundle may be.
 *
 * @example
 * ```ts
 * readBundle(new Uint8Array(1_024))._tag; // => 'Right'
 * readBundle(new Uint8Array(1_000))._tag; // => 'Left'
 * ```
 */
export function readBundle(
  bytes: Uint8Array,
  { maxBytes = DEFAULT_MAX_BYTES, maxFiles = DEFAULT_MAX_FILES }: BundleLimits = {},
): E.Either<FleetError, ReadonlyMap<string, Uint8Array>> {
  requireLimit('maxBytes', maxBytes);
  requireLimit('maxFiles', maxFiles);
  if (bytes.length > maxBytes) {
    return E.left(bundleRefused(`it has ${bytes.length} bytes, more than ${maxBytes}`));
  }
  const read = readUstar(bytes);
  if (E.isLeft(read)) return E.left(bundleRefused(read.left));
  const problem = problemOf(read.right, maxFiles);
  return problem === undefined
    ? E.right(new Map(read.right.map(({ name, content }) => [name, content])))
    : E.left(bundleRefused(problem));
}

/** The bundle of these files. The same files make the same bytes, on every machine and in any order. */
export function bundleOf(files: readonly UstarFile[]): E.Either<FleetError, Bundle> {
  // By bytes: the order of a locale, or of UTF-16, is another one.
  const sorted = [...files].sort((left, right) =>
    Buffer.compare(Buffer.from(left.name), Buffer.from(right.name)),
  );
  const problem = problemOf(sorted, DEFAULT_MAX_FILES);
  if (problem !== undefined) return E.left(bundleRefused(problem));
  const written = writeUstar(sorted);
  if (E.isLeft(written)) return E.left(bundleRefused(written.left));
  const bytes = written.right;
  return bytes.length > DEFAULT_MAX_BYTES
    ? E.left(bundleRefused(`it has ${bytes.length} bytes, more than ${DEFAULT_MAX_BYTES}`))
    : E.right({ digest: digestOf(bytes), bytes });
}

function problemOf(files: readonly UstarFile[], maxFiles: number): string | undefined {
  if (files.length > maxFiles) return `it has ${files.length} files, more than ${maxFiles}`;
  const names = new NamesOfOneFolder();
  for (const { name } of files) {
    const problem = nameProblem(name) ?? names.add(name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function requireLimit(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`readBundle: ${name} (${value}) is not a whole number from 1`);
  }
}
