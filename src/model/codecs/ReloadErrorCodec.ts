import * as t from 'io-ts';
import { jsonCodec } from './jsonCodec.js';
import type { ReloadError } from '../reload/ReloadError.js';

/** Keeps the fields that a variant has beside these three: hosts of their own may add variants. */
export const ReloadErrorCodec: t.Type<ReloadError, unknown> = jsonCodec(
  t.type({ _tag: t.string, plugin: t.string, message: t.string }, 'ReloadError'),
);
