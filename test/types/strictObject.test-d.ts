import * as t from 'io-ts';
import { expectTypeOf, it } from 'vitest';
import { ReloadEventCodec } from '../../src/model/codecs/ReloadEventCodec.js';
import { strictObject } from '../../src/model/codecs/strictObject.js';
import type { ReloadEvent } from '../../src/model/reload/ReloadEvent.js';

it('infers required and optional keys', () => {
  const Codec = strictObject('a thing', { name: t.string }, { size: t.number });
  expectTypeOf<t.TypeOf<typeof Codec>>().branded.toEqualTypeOf<{
    readonly name: string;
    readonly size?: number;
  }>();
});

it('refuses an optional key that is undefined', () => {
  const Codec = strictObject('a thing', {}, { size: t.number });
  // @ts-expect-error [ts2375] -- with exactOptionalPropertyTypes, left out is not undefined.
  const decoded: t.TypeOf<typeof Codec> = { size: undefined };
  void decoded;
});

it('is the codec of the contract', () => {
  expectTypeOf(ReloadEventCodec).toEqualTypeOf<t.Type<ReloadEvent, unknown, unknown>>();
});
