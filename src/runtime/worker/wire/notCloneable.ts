import { messageOf } from '../../../model/unknownValue.js';
import { PluginCallError } from '../../calls/PluginCallError.js';
import { findUncloneable } from './cloneable.js';

/** A value that cannot go from one thread to another, and what in it is to blame. */
export function notCloneable(found: {
  readonly plugin: string;
  readonly fn: string;
  /** Whose part it is, such as `its result`. */
  readonly what: string;
  readonly value: unknown;
  readonly error: unknown;
}): PluginCallError {
  const { plugin, fn, what, value, error } = found;
  const part = findUncloneable(value);
  const reason = part?.reason ?? messageOf(error);
  const where = part === undefined || part.path === '' ? what : `${part.path} of ${what}`;
  const message = `${plugin}.${fn}(): ${where} is ${reason}, which cannot go between a worker and its host: use plain data, or mode "in-process".`;
  return new PluginCallError('NotCloneable', plugin, message);
}
