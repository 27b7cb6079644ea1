import * as E from 'fp-ts/lib/Either.js';

// The part of the ustar format that a bundle uses: regular files, one header of 512 bytes each, the content padded to 512 bytes, and two
// empty blocks at the end. No extensions: each of them is another way to say a name.
// @source https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06

const BLOCK_BYTES = 512;
const NAME = { at: 0, bytes: 100 } as const;
const SIZE = { at: 124, bytes: 12 } as const;
const CHECKSUM = { at: 148, bytes: 8 } as const;
const TYPE_AT = 156;
const LINK_NAME = { at: 157, bytes: 100 } as const;
const MAGIC = { at: 257, bytes: 8 } as const;
const PREFIX = { at: 345, bytes: 155 } as const;
/** The bytes after the prefix. The format leaves them empty. */
const REST = { at: 500, bytes: 12 } as const;
const REGULAR_FILE = 0x30;
const USTAR = 'ustar\u000000';

interface Field {
  readonly at: number;
  readonly bytes: number;
}

/** One file of an archive. */
export interface UstarFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** The archive of these files, in their order: without times, owners and permissions. Left: which name does not fit into the format. */
export function writeUstar(files: readonly UstarFile[]): E.Either<string, Uint8Array> {
  const blocks: Uint8Array[] = [];
  for (const { name, content } of files) {
    const parts = splitName(name);
    if (parts === undefined) return E.left(`the name ${JSON.stringify(name)} is too long`);
    blocks.push(header(parts, content.length), content);
    blocks.push(new Uint8Array(paddingOf(content.length)));
  }
  blocks.push(new Uint8Array(2 * BLOCK_BYTES));
  return E.right(Uint8Array.from(Buffer.concat(blocks)));
}

/** The files of an archive, in order. Left: what is wrong with it; then nothing of it may be used. */
export function readUstar(bytes: Uint8Array): E.Either<string, readonly UstarFile[]> {
  const files: UstarFile[] = [];
  for (let at = 0; ; ) {
    const block = bytes.subarray(at, at + BLOCK_BYTES);
    if (block.length < BLOCK_BYTES) return E.left('it is cut');
    if (isEmpty(block)) {
      const end = bytes.subarray(at, at + 2 * BLOCK_BYTES);
      if (end.length < 2 * BLOCK_BYTES) return E.left('it is cut');
      return isEmpty(end) && bytes.length === at + end.length
        ? E.right(files)
        : E.left('something stands after its end');
    }
    const read = readHeader(block);
    if (E.isLeft(read)) return read;
    const { name, size } = read.right;
    const content = bytes.slice(at + BLOCK_BYTES, at + BLOCK_BYTES + size);
    const next = at + BLOCK_BYTES + size + paddingOf(size);
    if (next > bytes.length) return E.left(`it is cut in ${JSON.stringify(name)}`);
    if (!isEmpty(bytes.subarray(at + BLOCK_BYTES + size, next))) {
      return E.left(`something stands after the end of ${JSON.stringify(name)}`);
    }
    files.push({ name, content });
    at = next;
  }
}

function readHeader(
  block: Uint8Array,
): E.Either<string, { readonly name: string; readonly size: number }> {
  if (latin(block, MAGIC) !== USTAR) return E.left('it is not in the format ustar');
  if (octal(block, CHECKSUM) !== checksum(block)) return E.left('a checksum is wrong');
  const last = text(block, NAME);
  const prefix = text(block, PREFIX);
  if (last === undefined || prefix === undefined) {
    return E.left('a name is not UTF-8, or goes on after a NUL');
  }
  const name = prefix === '' ? last : `${prefix}/${last}`;
  if (block[TYPE_AT] !== REGULAR_FILE) {
    return E.left(`${JSON.stringify(name)} is not a regular file`);
  }
  if (!isEmpty(part(block, LINK_NAME)) || !isEmpty(part(block, REST))) {
    return E.left(`the header of ${JSON.stringify(name)} says more than that it is a file`);
  }
  const size = octal(block, SIZE);
  return size === undefined
    ? E.left(`the size of ${JSON.stringify(name)} is not a number`)
    : E.right({ name, size });
}

function header(
  { prefix, last }: { readonly prefix: string; readonly last: string },
  size: number,
): Uint8Array {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.write(last, NAME.at);
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${size.toString(8).padStart(SIZE.bytes - 1, '0')}\0`, SIZE.at);
  block.write('00000000000\0', 136);
  block.write('0', TYPE_AT);
  block.write(USTAR, MAGIC.at);
  block.write('0000000\0', 329);
  block.write('0000000\0', 337);
  block.write(prefix, PREFIX.at);
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, CHECKSUM.at);
  return block;
}

/** A long name is cut at a slash: the format has one field for the last part and one for what stands before it. */
function splitName(name: string): { readonly prefix: string; readonly last: string } | undefined {
  if (Buffer.byteLength(name) <= NAME.bytes) return { prefix: '', last: name };
  for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
    const [prefix, last] = [name.slice(0, at), name.slice(at + 1)];
    if (Buffer.byteLength(prefix) > PREFIX.bytes) return undefined;
    if (last !== '' && Buffer.byteLength(last) <= NAME.bytes) return { prefix, last };
  }
  return undefined;
}

/** The sum of the header's bytes, with the checksum itself taken as spaces. */
function checksum(block: Uint8Array): number {
  const spaces = CHECKSUM.bytes * 0x20;
  const own = part(block, CHECKSUM).reduce((sum, byte) => sum + byte, 0);
  return block.reduce((sum, byte) => sum + byte, 0) - own + spaces;
}

/** Undefined for anything but octal digits that end with a NUL or a space: other forms are another way to say a size. */
function octal(block: Uint8Array, field: Field): number | undefined {
  const digits = /^ *([0-7]{1,11})[\0 ]+$/.exec(latin(block, field))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

function latin(block: Uint8Array, field: Field): string {
  return Buffer.from(part(block, field)).toString('latin1');
}

/** A text that ends with the field or with the first NUL; undefined when it is not UTF-8, or something follows the NUL. */
function text(block: Uint8Array, field: Field): string | undefined {
  const bytes = part(block, field);
  const end = bytes.indexOf(0);
  const used = end < 0 ? bytes : bytes.subarray(0, end);
  if (!isEmpty(bytes.subarray(used.length))) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(used);
  } catch {
    return undefined;
  }
}

function part(block: Uint8Array, { at, bytes }: Field): Uint8Array {
  return block.subarray(at, at + bytes);
}

function paddingOf(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}

function isEmpty(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
