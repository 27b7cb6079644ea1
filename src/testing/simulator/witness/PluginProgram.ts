/** What is wrong with the code of a plugin: the content of its file, so that only another content mends it. */
export type ProgramFault =
  | 'syntax'
  | 'evaluateThrows'
  | 'evaluateHangs'
  | 'startThrows'
  | 'startHangs'
  | 'unhealthy'
  | 'restoreThrows'
  | 'stopThrows';

/** The source of a simulated plugin, as JSON. */
export interface PluginProgram {
  /** Given once, in rising order: a newer text has a higher one. */
  readonly id: number;
  /** How long `start` takes, in milliseconds. */
  readonly startMs: number;
  readonly fault?: ProgramFault;
}

export function encodeProgram(program: PluginProgram): string {
  const text = JSON.stringify(program);
  return program.fault === 'syntax' ? text.slice(0, -1) : text;
}

/** Undefined for a text that is cut short, as half of a save is. */
export function decodeProgram(text: string): PluginProgram | undefined {
  try {
    const program: unknown = JSON.parse(text);
    return isProgram(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

function isProgram(value: unknown): value is PluginProgram {
  return typeof value === 'object' && value !== null && 'id' in value && 'startMs' in value;
}
