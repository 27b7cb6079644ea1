import * as t from 'io-ts';
import type { WatchEvent } from '../events/WatchEvent.js';
import type { Change } from '../reload/Change.js';
import { jsonCodec } from './jsonCodec.js';
import { finiteNumber, readonlyList } from './strictObject.js';

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

/** Decodes a WatchEvent from a file or another process, such as one of a recorded trace. */
export const WatchEventCodec: t.Type<WatchEvent, unknown> = jsonCodec(AnyEvent);

/** Decodes a Change from a file, another process or another thread. */
export const ChangeCodec: t.Type<Change, unknown> = jsonCodec(
  t.strict(
    {
      plugin: t.string,
      events: readonlyList(WatchEventCodec),
      firstAtMs: finiteNumber,
      lastAtMs: finiteNumber,
      eventCount: finiteNumber,
    },
    'Change',
  ),
);
