import * as t from 'io-ts';
import type { Change } from '../reload/Change.js';
import { finiteNumber } from './finiteNumber.js';
import { jsonCodec } from './jsonCodec.js';
import { readonlyList } from './readonlyList.js';
import { WatchEventCodec } from './WatchEventCodec.js';

/** Decodes a Change, such as one that was posted to another thread. */
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
