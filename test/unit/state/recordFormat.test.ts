import { isLeft, right } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { recordFormat } from '../../../src/state/records/recordFormat.js';

const label = { plugin: 'counter', seq: 12, schema: 3, codeHash: '9f86d081884c7d65', fence: 2 };
const { fence, ...rest } = label;

const state = { text: 'ä😀'.repeat(310), list: [1, 2.5, null, true, ''] };
const bytes = recordFormat.encode(label, Buffer.from(JSON.stringify(state)));

describe('recordFormat', () => {
  it('decodes what it encoded', () => {
    expect(bytes.length).toBeGreaterThan(2_048);
    expect(recordFormat.decode(bytes)).toEqual(right({ record: { ...rest, state }, fence }));
  });

  // Eight million values take seconds of processor time.
  it('decodes as many values as a store with a high limit has saved', { timeout: 60_000 }, () => {
    const many = Buffer.from(`[${'0,'.repeat(2 ** 23)}0]`);
    expect(isLeft(recordFormat.decode(recordFormat.encode(label, many)))).toBe(false);
  });

  it('detects a record cut short at any byte', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(isLeft(recordFormat.decode(bytes.subarray(0, length)))).toBe(true);
    }
  });

  it('detects every flipped bit', () => {
    let found = 0;
    for (let i = 0; i < bytes.length * 8; i++) {
      const flipped = Buffer.from(bytes);
      flipped[i >> 3]! ^= 1 << (i & 7);
      if (isLeft(recordFormat.decode(flipped))) found++;
    }
    expect(found).toBe(bytes.length * 8);
  });

  it('detects a rest of zeros, extra bytes, and the state of another record', () => {
    for (let i = 0; i < bytes.length; i += 7) {
      expect(isLeft(recordFormat.decode(Buffer.from(bytes).fill(0, i)))).toBe(true);
    }
    const other = recordFormat.encode({ ...label, seq: 13 }, Buffer.from(JSON.stringify(state)));
    const end = bytes.indexOf('\n') + 1;
    const mixed = Buffer.concat([other.subarray(0, end), bytes.subarray(end)]);
    expect(mixed.equals(other)).toBe(true); // the same state: it is the other record
    const changed = recordFormat.encode(
      label,
      Buffer.from(JSON.stringify({ ...state, list: [2] })),
    );
    for (const damaged of [
      Buffer.concat([bytes, Buffer.from(' ')]),
      Buffer.concat([bytes, bytes]),
      Buffer.concat([changed.subarray(0, changed.indexOf('\n') + 1), bytes.subarray(end)]),
    ]) {
      expect(isLeft(recordFormat.decode(damaged))).toBe(true);
    }
  });

  it('says what is wrong with the bytes', () => {
    const end = bytes.indexOf('\n') + 1;
    const reasonOf = (damaged: Uint8Array) => recordFormat.decode(damaged);
    expect(reasonOf(Buffer.alloc(0))).toMatchObject({ left: 'is empty' });
    expect(reasonOf(Buffer.from('rubbish'))).toMatchObject({ left: 'has no header' });
    expect(reasonOf(Buffer.from('rubbish\n'))).toMatchObject({
      left: 'has a header that is not JSON',
    });
    expect(reasonOf(Buffer.from('{"magic":"x"}\n'))).toMatchObject({
      left: 'has a header that is not one of a state record',
    });
    expect(reasonOf(bytes.subarray(0, end + 5))).toMatchObject({
      left: `holds 5 bytes of state, but its header says ${bytes.length - end}`,
    });
  });

  it('accepts a header only as it writes it, byte by byte', () => {
    const end = bytes.indexOf('\n') + 1;
    const header = bytes.subarray(0, end).toString();
    const fields: Record<string, unknown> = JSON.parse(header);
    const turned = Object.fromEntries(Object.entries(fields).reverse());
    for (const other of [header.replace(':', ': '), ` ${header}`, `${JSON.stringify(turned)}\n`]) {
      const rewritten = Buffer.concat([Buffer.from(other), bytes.subarray(end)]);
      expect(isLeft(recordFormat.decode(rewritten))).toBe(true);
    }
  });

  it('refuses a state that only another program can have written: too deep, or with prototype keys', () => {
    const deep = recordFormat.encode(label, Buffer.from('['.repeat(40) + ']'.repeat(40)));
    const key = recordFormat.encode(label, Buffer.from('{"a":{"__proto__":{"isAdmin":true}}}'));
    expect(recordFormat.decode(deep)).toMatchObject({
      left: expect.stringContaining('deeper than 32 levels'),
    });
    expect(recordFormat.decode(key)).toMatchObject({
      left: 'holds a state where state.a.__proto__ is a key that is refused everywhere',
    });
  });
});
