/**
 * The command line is not valid, or names a directory that cannot be used. `message` is one line for the person who
 * typed it.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
