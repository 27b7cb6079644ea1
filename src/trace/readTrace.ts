import { createHash } from 'node:crypto';
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { findJsonProblem } from '../model/codecs/findJsonProblem.js';
import { ReloadEventCodec } from '../model/codecs/ReloadEventCodec.js';
import type { Trace, TraceError, TraceRecord } from '../model/trace/TraceRecord.js';
import { messageOf } from '../model/unknownValue.js';
import { readText } from './adapters/readText.js';
import { headerOf } from './file/TraceHeader.js';
import { withOtherParts } from './file/traceParts.js';
import { EndFields, sealProblem } from './file/traceSeal.js';

const MAX_BYTES = 256 * 1_024 * 1_024;

/** The fields that each kind must have. Kinds of later versions come with another `v`. */
const FIELDS: Readonly<Record<string, t.Mixed>> = {
  start: t.type({}),
  stop: t.partial({ c: t.number }),
  in: t.type({ s: t.string, i: t.number }),
  fire: t.type({ id: t.number }),
  do: t.type({ id: t.number, op: t.string, p: t.string }),
  done: t.type({ id: t.number }),
  save: t.type({ id: t.number, bytes: t.number, sha256: t.string }),
  wait: t.type({ id: t.number, i: t.number }),
  hook: t.type({ c: t.number, n: t.string }),
  fn: t.type({ c: t.number, n: t.string }),
  ev: t.type({ e: ReloadEventCodec }),
  ign: t.type({ at: t.number, path: t.string, why: t.string }),
  gap: t.type({ count: t.number }),
  end: EndFields,
};
const AnyRecord = t.intersection([t.type({ k: t.string }), t.partial({ d: t.number })]);

/**
 * Reads a trace and checks it: each line, the counts and the hash at its end. A trace that was cut is read up to there, with
 * `isComplete: false`. Of a run that filled several files, any one leads to the others, which are read in their order; where one is
 * not there, `missing` names it.
 *
 * @param path - A file that `traceFile` wrote.
 *
 * @example
 * ```ts
 * const trace = await readTrace('no-such-run.ndjson')();
 *
 * isLeft(trace) && trace.left._tag; // => 'TraceIo'
 * ```
 */
export function readTrace(path: string): TaskEither<TraceError, Trace> {
  return async () => {
    let leftBytes = MAX_BYTES;
    /** Undefined: it is too large, beside what has been read. */
    const read = async (place: string): Promise<Either<TraceError, Trace> | undefined> => {
      const text = await readText(place, leftBytes);
      if (text === undefined) return undefined;
      leftBytes -= Buffer.byteLength(text);
      return parseTrace(text, place);
    };
    try {
      const given = await read(path);
      if (given === undefined) {
        const message = `${path} is larger than 256 MB, and is not read. Record with a smaller maxBytes.`;
        return left({ _tag: 'TraceTooLarge', line: null, message });
      }
      if (isLeft(given)) return given;
      const other = (place: string) => read(place).catch(() => undefined);
      return await withOtherParts(given.right, path, other);
    } catch (error) {
      const message = `${path} cannot be read: ${messageOf(error)}`;
      return left({ _tag: 'TraceIo', line: null, message });
    }
  };
}

/** The trace that a text is. `name` is for messages. */
export function parseTrace(text: string, name: string): Either<TraceError, Trace> {
  const lines = text.split('\n');
  // Whoever wrote it was stopped in the middle of this line; it is empty in a whole file.
  const torn = lines.pop() ?? '';
  const hash = createHash('sha256');
  const records: TraceRecord[] = [];
  let events = 0;
  for (const [at, line] of lines.entries()) {
    const record = parseRecord(line);
    if (typeof record === 'string') return left(corrupt(name, at + 1, record));
    if (at === 0) {
      const header = headerOf(record);
      if (isLeft(header)) return header;
    }
    if (record.k === 'end') {
      if (at < lines.length - 1 || torn !== '') {
        return left(corrupt(name, at + 2, 'something comes after the end'));
      }
      const before = { sha256: hash.digest('hex'), records: at, events };
      const problem = sealProblem(record, before);
      if (problem !== undefined) return left(corrupt(name, at + 1, problem));
      records.push(record);
      break;
    }
    hash.update(`${line}\n`);
    if (record.k === 'ev') events += 1;
    records.push(record);
  }
  const [header, ...rest] = records;
  if (header === undefined) {
    const message = `${name} ends before its header does.`;
    return left({ _tag: 'TraceTruncated', line: 1, message });
  }
  return right({ header, records: rest, isComplete: rest.at(-1)?.k === 'end' });
}

/** The record, or what is wrong with it. */
function parseRecord(line: string): TraceRecord | string {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return 'it is no JSON';
  }
  const problem = findJsonProblem(json, { maxDepth: 64 });
  if (problem !== undefined) return `${problem.path.join('.')} ${problem.reason}`;
  if (!AnyRecord.is(json)) return 'it is no record';
  if (json.k === 'header') return json;
  const fields = Object.hasOwn(FIELDS, json.k) ? FIELDS[json.k] : undefined;
  if (fields === undefined) return `no record is of the kind "${json.k}"`;
  return isLeft(fields.decode(json)) ? `a field of "${json.k}" is missing or wrong` : json;
}

function corrupt(name: string, line: number, why: string): TraceError {
  return { _tag: 'TraceCorrupt', line, message: `${name}, line ${line}: ${why}.` };
}
