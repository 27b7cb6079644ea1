/** The command line cannot be obeyed as it stands. `message` is one line for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
