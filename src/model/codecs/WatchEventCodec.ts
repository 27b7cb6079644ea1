import * as t from 'io-ts';
import { finiteNumber } from './finiteNumber.js';
import { jsonCodec } from './jsonCodec.js';
import type { WatchEvent } from '../events/WatchEvent.js';

const kind = t.keyof({ file: null, directory: null });
const fields = { path: t.string, kind, atMs: finiteNumber, batch: finiteNumber };

const AnyEvent = t.union(
  [
    t.strict({ _tag: t.literal('Created'), ...fields }),
    t.exact(
      t.intersection([
        t.type({ _tag: t.literal('Modified'), ...fields }),
        t.partial({ fromKind: kind }),
      ]),
    ),
    t.strict({ _tag: t.literal('Deleted'), ...fields }),
    t.strict({ _tag: t.literal('Renamed'), ...fields, from: t.string, to: t.string }),
  ],
  'WatchEvent',
);

/** Decodes a WatchEvent, such as one of a recorded trace. */
export const WatchEventCodec: t.Type<WatchEvent, unknown> = jsonCodec(AnyEvent);
