/** Tells the person at the terminal, once per text and process, without stopping anything. */
export function emitWarning(message: string): void {
  if (told.has(message)) return;
  told.add(message);
  process.emitWarning(message, 'HotpipeWarning');
}

const told = new Set<string>();
