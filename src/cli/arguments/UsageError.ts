/** The command line cannot be carried out as it is. `message` is one line for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
