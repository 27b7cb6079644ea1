import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { findJsonProblem } from '../../model/codecs/findJsonProblem.js';
import { formatPath } from '../../model/codecs/formatPath.js';
import { finiteNumber, strictObject } from '../../model/codecs/strictObject.js';
import type { StateRecord } from '../../model/reload/StateStore.js';

const newline = 0x0a;
const maxHeaderBytes = 4_096;

/**
 * A record without its state, and with the fencing token of its writer. A writer with a lower token has lost the right
 * to write.
 */
export interface RecordLabel extends Omit<StateRecord, 'state'> {
  readonly fence: number;
}

/** The facts about a record that its header contains. */
export interface RecordOutline {
  readonly schema: number;
  readonly fence: number;
  readonly stateBytes: number;
  /** Header and state. */
  readonly sizeBytes: number;
}

interface DecodedRecord {
  readonly record: StateRecord;
  readonly fence: number;
}

const Header = strictObject(
  'a header',
  {
    magic: t.literal('hotpipe-state'),
    format: t.literal(1),
    plugin: t.string,
    seq: finiteNumber,
    schema: finiteNumber,
    codeHash: t.string,
    fence: finiteNumber,
    length: finiteNumber,
    sha256: t.string,
  },
  {},
);

/**
 * The bytes of a record: a header, which is one line of JSON, then the state as JSON. The header's hash covers every other
 * byte of both, so that any flipped bit, a missing end and a mix of two records are all found.
 */
export const recordFormat = {
  /** The longest header that is read. A reader needs this much space beside the largest state. */
  maxHeaderBytes,

  encode({ plugin, seq, schema, codeHash, fence }: RecordLabel, state: Uint8Array): Buffer {
    const label = { plugin, seq, schema, codeHash, fence, length: state.length };
    const sha256 = hash(headerLine({ ...label, sha256: '' }), state);
    return Buffer.concat([headerLine({ ...label, sha256 }), state]);
  },

  /** Reads the header without checking the hash; `undefined` when there is no header. */
  peek(this: void, bytes: Uint8Array): RecordOutline | undefined {
    const line = bytes.subarray(0, bytes.subarray(0, maxHeaderBytes).indexOf(newline) + 1);
    const header = parse(line);
    const decoded = E.isLeft(header) ? header : Header.decode(header.right);
    if (E.isLeft(decoded)) return undefined;
    const { schema, fence, length } = decoded.right;
    return { schema, fence, stateBytes: length, sizeBytes: line.length + length };
  },

  /** Left: what is wrong with the bytes; completes a sentence that starts with the file's name. */
  decode(this: void, bytes: Uint8Array): E.Either<string, DecodedRecord> {
    const end = bytes.subarray(0, maxHeaderBytes).indexOf(newline);
    if (end < 0) return E.left(bytes.length === 0 ? 'is empty' : 'has no header');
    const header = parse(bytes.subarray(0, end));
    if (E.isLeft(header)) return E.left('has a header that is not JSON');
    const decoded = Header.decode(header.right);
    if (E.isLeft(decoded)) return E.left('has a header that is not one of a state record');

    const { plugin, seq, schema, codeHash, fence, length, sha256 } = decoded.right;
    const label = { plugin, seq, schema, codeHash, fence };
    const line = bytes.subarray(0, end + 1);
    const state = bytes.subarray(end + 1);
    if (state.length !== length) {
      return E.left(`holds ${state.length} bytes of state, but its header says ${length}`);
    }
    const isWhole =
      headerLine({ ...label, length, sha256 }).equals(line) &&
      hash(headerLine({ ...label, length, sha256: '' }), state) === sha256;
    if (!isWhole) return E.left('does not have the hash that its header says');

    const parsed = parse(state);
    if (E.isLeft(parsed)) return E.left('holds a state that is not JSON');
    // Parsed JSON shares no values, so it cannot have more of them than bytes: no limit is needed other than the depth.
    const problem = findJsonProblem(parsed.right, { maxCount: state.length });
    if (problem !== undefined) {
      return E.left(
        `holds a state where ${formatPath(['state', ...problem.path])} ${problem.reason}`,
      );
    }
    return E.right({ record: { plugin, seq, schema, codeHash, state: parsed.right }, fence });
  },
};

/** The fields always have the same order, so that a header can be compared byte by byte. */
function headerLine(
  of: RecordLabel & { readonly length: number; readonly sha256: string },
): Buffer {
  const { plugin, seq, schema, codeHash, fence, length, sha256 } = of;
  const fields = { plugin, seq, schema, codeHash, fence, length, sha256 };
  return Buffer.from(`${JSON.stringify({ magic: 'hotpipe-state', format: 1, ...fields })}\n`);
}

const hash = (header: Uint8Array, state: Uint8Array): string =>
  createHash('sha256').update(header).update(state).digest('hex');

const parse = (bytes: Uint8Array): E.Either<unknown, unknown> =>
  E.tryCatch(
    (): unknown => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)),
    (error) => error,
  );
