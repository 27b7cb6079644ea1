/** A file in a state directory, by its name. */
export type RecordFile =
  | { readonly _tag: 'record' | 'corrupt'; readonly plugin: string; readonly seq: number }
  | {
      readonly _tag: 'temporary';
      readonly plugin: string;
      readonly pid: number;
      readonly token: string;
    };

export const recordName = {
  /** `counter.12.state` */
  record: (plugin: string, seq: number) => `${plugin}.${seq}.state`,
  /** `counter.12.state.corrupt` */
  corrupt: (plugin: string, seq: number) => `${plugin}.${seq}.state.corrupt`,
  /** `counter.12.4711-9f86d081884c.tmp` */
  temporary: (
    plugin: string,
    seq: number,
    writer: { readonly pid: number; readonly token: string },
  ) => `${plugin}.${seq}.${writer.pid}-${writer.token}.tmp`,

  /** `undefined` for a name that none of these functions returns. */
  parse(name: string): RecordFile | undefined {
    const [, plugin, digits, kind] =
      /^(.+)\.(\d{1,15})\.(state|state\.corrupt|\d{1,10}-[0-9a-f]{12}\.tmp)$/.exec(name) ?? [];
    if (plugin === undefined || digits === undefined || kind === undefined) return undefined;
    const seq = Number(digits);
    if (kind === 'state') return { _tag: 'record', plugin, seq };
    if (kind === 'state.corrupt') return { _tag: 'corrupt', plugin, seq };
    const [pid, token = ''] = kind.replace('.tmp', '').split('-');
    return { _tag: 'temporary', plugin, pid: Number(pid), token };
  },
};

/** Names that Windows reserves for devices, with any extension. */
const deviceNames = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Why a plugin's name cannot be part of a file's name; `undefined` when it can. A caller without a compiler can pass any value. */
export function pluginNameProblem(plugin: unknown): string | undefined {
  const isName =
    typeof plugin === 'string' &&
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(plugin) &&
    !plugin.includes('..');
  if (!isName) {
    return 'a name has 1 to 64 letters, digits, dots, dashes and underscores, and starts with a letter or a digit';
  }
  return deviceNames.test(plugin) ? 'Windows reserves this name for a device' : undefined;
}
