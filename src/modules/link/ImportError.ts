/** An import of a plugin's module that leads nowhere. A `SyntaxError`, as the language says. */
export class ImportError extends SyntaxError {
  override readonly name = 'ImportError';

  constructor(
    message: string,
    /** The file that imports. */
    readonly importer: string,
    /** The specifier or name as it is written there. */
    readonly written: string,
  ) {
    super(message);
  }
}
