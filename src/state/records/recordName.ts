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

/**
 * Why a plugin's name cannot be part of a file's name; `undefined` when it can. Every name that a manifest may have can:
 * also one that Windows reserves for a device, such as `aux`. Where a file cannot have that name, the save fails and says so.
 */
export function pluginNameProblem(plugin: unknown): string | undefined {
  const isName =
    typeof plugin === 'string' &&
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(plugin) &&
    !plugin.includes('..');
  return isName
    ? undefined
    : 'a name has 1 to 64 letters, digits, dots, dashes and underscores, and starts with a letter or a digit';
}
