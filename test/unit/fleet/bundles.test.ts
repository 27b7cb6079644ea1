import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { bundleOf, readBundle } from '../../../src/fleet/bundles/readBundle.js';
import {
  fleetKeys,
  signBundle,
  verifyBundle,
  verifyStatement,
} from '../../../src/fleet/bundles/statements.js';
import { writeUstar } from '../../../src/fleet/bundles/ustar.js';

const text = (content: string) => new TextEncoder().encode(content);
const archive = (...names: readonly string[]): Uint8Array => {
  const written = writeUstar(names.map((name) => ({ name, content: text(name) })));
  if (E.isLeft(written)) throw new Error(written.left);
  return written.right;
};
/** Sets bytes of the first header, and its checksum with them. */
const withHeader = (bytes: Uint8Array, at: number, value: string): Uint8Array => {
  const changed = Buffer.from(bytes);
  changed.write(value, at, 'latin1');
  changed.write('        ', 148);
  const sum = changed.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Uint8Array.from(changed);
};

describe('readBundle refuses', () => {
  it.each([
    ['a way out of the folder', archive('../x')],
    ['a way out in the middle', archive('a/../../x')],
    ['an absolute name', archive('/etc/passwd')],
    ['a backslash', archive('a\\b')],
    ['a drive', archive('C:x')],
    ['a stream of a file', archive('x.ts:hidden')],
    ['an empty part', archive('a//b')],
    ['a folder as a name', archive('a/')],
    ['a dot', archive('./a')],
    ['a mark that turns the text around', archive('a\u202egnp.ts')],
    ['a mark that cannot be seen', archive('a\u200b.ts')],
    ['a line break', archive('a\nb')],
    ['a device of Windows', archive('lib/NUL.txt')],
    ['a trailing dot', archive('a.')],
    ['twins by case', archive('lib/Index.ts', 'lib/index.ts')],
    ['twins by case of a folder', archive('Lib/a.ts', 'lib/b.ts')],
    ['twins by accents', archive('caf\u00e9.ts', 'cafe\u0301.ts')],
    ['the same name twice', archive('a', 'a')],
    ['a file that is also a folder', archive('a', 'a/b')],
    ['a link', withHeader(archive('a'), 156, '2')],
    ['a hard link', withHeader(archive('a'), 156, '1')],
    ['a device', withHeader(archive('a'), 156, '3')],
    ['a folder', withHeader(archive('a'), 156, '5')],
    ['a pipe', withHeader(archive('a'), 156, '6')],
    ['a name in an extension', withHeader(archive('a'), 156, 'x')],
    ['the older mark of a file', withHeader(archive('a'), 156, '\0')],
    ['a file that leads elsewhere', withHeader(archive('a'), 157, 'b')],
    ['a name that goes on after a NUL', withHeader(archive('a'), 2, 'b')],
    ['a name that is not UTF-8', withHeader(archive('a'), 0, '\xff')],
    ['another format', withHeader(archive('a'), 257, 'ustar  \0')],
    ['a size that is no number', withHeader(archive('a'), 124, '-0000000001')],
    ['a size in binary', withHeader(archive('a'), 124, '\x80')],
    ['a size beyond the end', withHeader(archive('a'), 124, '77777777777')],
    ['a wrong checksum', Uint8Array.from(archive('a')).fill(0x62, 0, 1)],
    ['no bytes', new Uint8Array(0)],
  ])('%s', (_, bytes) => {
    const read = readBundle(bytes);
    expect(E.isLeft(read) && read.left._tag).toBe('BundleRefused');
  });

  it('too many files, and too many bytes', () => {
    const many = archive(...Array.from({ length: 4_097 }, (_, index) => `f${index}`));
    expect(readBundle(many)).toMatchObject({
      left: {
        _tag: 'BundleRefused',
        message: expect.stringContaining('4097 files, more than 4096'),
      },
    });
    expect(readBundle(archive('a', 'b'), { maxFiles: 1 })._tag).toBe('Left');
    expect(readBundle(archive('a'), { maxBytes: 100 })._tag).toBe('Left');
    expect(readBundle(new Uint8Array(32 * 1024 * 1024 + 1))._tag).toBe('Left');
  });

  it('limits that are no limits', () => {
    expect(() => readBundle(archive('a'), { maxBytes: 0 })).toThrow(
      'readBundle: maxBytes (0) is not a whole number from 1',
    );
    expect(() => readBundle(archive('a'), { maxFiles: 1.5 })).toThrow(RangeError);
  });
});

describe('statements', () => {
  const keys = fleetKeys();
  const other = fleetKeys();
  const bundle = bundleOf([{ name: 'plugin.toml', content: text('name = "p"') }]);
  if (E.isLeft(bundle)) throw new Error(bundle.left.message);
  const { digest, bytes } = bundle.right;
  const about = { plugin: 'p', version: '1.0.0', serial: 1, digest, size: bytes.length };
  const signed = signBundle(about, keys.privateKey);
  const candidate = { ...signed, plugin: 'p', version: '1.0.0' };

  it('are JSON with exactly what was given, and verified by any of several keys', () => {
    expect(JSON.parse(signed.statement)).toEqual(about);
    expect(verifyBundle(candidate, bytes, [other.publicKey, keys.publicKey])).toEqual(
      E.right(about),
    );
  });

  it.each([
    ['another key', candidate, bytes, [other.publicKey], 'NotSigned'],
    ['no key', candidate, bytes, [], 'NotSigned'],
    [
      'a changed statement',
      { ...candidate, statement: `${signed.statement} ` },
      bytes,
      [keys.publicKey],
      'NotSigned',
    ],
    [
      'a second spelling of the signature',
      { ...candidate, signature: `${signed.signature}\n` },
      bytes,
      [keys.publicKey],
      'NotSigned',
    ],
    [
      'the statement of another plugin',
      { ...candidate, plugin: 'q' },
      bytes,
      [keys.publicKey],
      'BundleRefused',
    ],
    [
      'another version',
      { ...candidate, version: '1.0.1' },
      bytes,
      [keys.publicKey],
      'BundleRefused',
    ],
    [
      'one changed bit',
      candidate,
      Uint8Array.from(bytes).fill(1, 520, 521),
      [keys.publicKey],
      'BundleRefused',
    ],
    ['more bytes', candidate, Uint8Array.from([...bytes, 0]), [keys.publicKey], 'BundleRefused'],
  ] as const)('are refused for %s', (_, of, those, trusted, tag) => {
    const verified = verifyBundle(of, those, trusted);
    expect(E.isLeft(verified) && verified.left._tag).toBe(tag);
  });

  it('are refused when a trusted key signed something else', async () => {
    const { createPrivateKey, sign } = await import('node:crypto');
    const statement = JSON.stringify({ ...about, more: 1 });
    const signature = sign(
      null,
      Buffer.from(statement),
      createPrivateKey(keys.privateKey),
    ).toString('base64');
    expect(verifyStatement({ statement, signature }, [keys.publicKey])).toMatchObject({
      left: { _tag: 'NotSigned' },
    });
  });

  it('cannot be made of what is no statement, nor with what is no key', () => {
    expect(() => signBundle({ ...about, serial: -1 }, keys.privateKey)).toThrow(
      'signBundle: serial (-1) is not a whole number from 0',
    );
    expect(() => signBundle({ ...about, digest: 'x' }, keys.privateKey)).toThrow(TypeError);
    for (const value of [NaN, Infinity, undefined, null, 1n, new Map(), {}, [], Symbol('x')]) {
      for (const field of ['plugin', 'version', 'serial', 'digest', 'size'] as const) {
        const wrong = { ...about, [field]: value };
        expect(() => signBundle(wrong as never, keys.privateKey)).toThrow(`signBundle: ${field} (`);
      }
    }
    expect(() => signBundle({ ...about, serial: NaN }, keys.privateKey)).toThrow(
      'signBundle: serial (NaN) is not a whole number from 0',
    );
    expect(() => signBundle(about, keys.publicKey)).toThrow(
      'signBundle: this is no private key in PEM',
    );
    expect(() => verifyStatement(signed, ['no key'])).toThrow(TypeError);
  });
});
