import { type Either, isLeft, right } from 'fp-ts/lib/Either.js';
import type { Trace, TraceError } from '../../model/trace/TraceRecord.js';
import { headerOf } from './TraceHeader.js';
import { sealed } from './traceSeal.js';

/** Reads and checks one file; undefined when it is not there, or would be too much beside what has been read. */
export type ReadPart = (path: string) => Promise<Either<TraceError, Trace> | undefined>;

/** Which run a file is of, and which part of it. */
interface Place {
  readonly run: string;
  /** From 1, the oldest. */
  readonly part: number;
}

/**
 * All files of a run as one trace. A run that fills a file goes on in a new one, and the full one becomes `<path>.1`, the one before
 * `<path>.2`. Any of them leads to the others. Where one is not there, the trace is what joins the given file, and `missing` names it.
 *
 * @param path - Of the file that was given.
 */
export async function withOtherParts(
  given: Trace,
  path: string,
  read: ReadPart,
): Promise<Either<TraceError, Trace>> {
  const place = placeOf(given);
  const { base, index } = splitPath(path);
  const nameOf = (part: number): string => {
    const at = index + place.part - part;
    return at === 0 ? base : `${base}.${at}`;
  };
  /** The file of a part of this run; undefined when it is not there. */
  const readPart = async (part: number): Promise<Either<TraceError, Trace> | undefined> => {
    const found = await read(nameOf(part));
    if (found === undefined || isLeft(found)) return found;
    const other = placeOf(found.right);
    return other.run === place.run && other.part === part ? found : undefined;
  };

  const parts = [given];
  let missing: string | undefined;
  for (let part = place.part - 1; part >= 1 && missing === undefined; part -= 1) {
    const found = await readPart(part);
    if (found !== undefined && isLeft(found)) return found;
    if (found?.right.isComplete === true) parts.unshift(found.right);
    else missing = nameOf(part);
  }
  const newest = place.part + index;
  for (let part = place.part + 1; part <= newest; part += 1) {
    const last = parts.at(-1);
    const found = last?.isComplete === true ? await readPart(part) : undefined;
    if (found !== undefined && isLeft(found)) return found;
    if (found === undefined) {
      if (goesOn(last)) missing ??= nameOf(part);
      break;
    }
    parts.push(found.right);
  }
  return right(joined(parts, missing));
}

/** Several files of one run, in order, as one. */
function joined(parts: readonly Trace[], missing: string | undefined): Trace {
  const [first = { header: { k: '' }, records: [], isComplete: false }] = parts;
  const last = parts.at(-1) ?? first;
  const isComplete = last.isComplete && !goesOn(last);
  if (parts.length === 1)
    return { ...first, isComplete, ...(missing !== undefined && { missing }) };
  // Each file has been checked by itself.
  const records = parts.flatMap(({ records: own }) => own.filter(({ k }) => k !== 'end'));
  const trace = isComplete
    ? sealed(first.header, records)
    : { header: first.header, records, isComplete };
  return { ...trace, ...(missing !== undefined && { missing }) };
}

/** Whether the run went on in another file: this one was ended before the run was. */
function goesOn(trace: Trace | undefined): boolean {
  if (trace?.isComplete !== true) return false;
  const last = trace.records.at(-2);
  return last !== undefined && last.k !== 'stop' && last.k !== 'gap';
}

function placeOf({ header }: Trace): Place {
  const read = headerOf(header);
  if (isLeft(read)) return { run: '', part: 1 };
  const { seed, startMs, part = 1 } = read.right;
  return { run: `${seed} ${startMs}`, part };
}

/** `run.ndjson.2` is the second of the files that were moved out of the way of `run.ndjson`. */
function splitPath(path: string): { readonly base: string; readonly index: number } {
  const [, base = path, digits = '0'] = /^(.*)\.([1-9]\d{0,5})$/.exec(path) ?? [];
  return { base, index: Number(digits) };
}
