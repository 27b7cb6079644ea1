/** Tells the person at the terminal without stopping anything. */
export function emitWarning(message: string): void {
  process.emitWarning(message, 'HotpipeWarning');
}
