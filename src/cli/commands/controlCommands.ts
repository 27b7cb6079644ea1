import { messageOf } from '../../model/unknownValue.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import type { CallCommand } from '../arguments/parseCall.js';
import type { StatusCommand } from '../arguments/parseCommandLine.js';
import { askHost } from '../control/askHost.js';
import type { ControlAnswer, ControlRequest } from '../control/controlProtocol.js';
import { findHost } from '../control/controlSocket.js';

/** What a command prints, and where. */
export interface Printed {
  /** For standard output. */
  readonly out: string;
  /** For standard error. */
  readonly err: string;
  readonly exitCode: 0 | 1;
}

/** `hotpipe call`: prints what the function returned, as JSON; `undefined` as nothing. */
export async function callCommand({ dir, plugin, fn, args }: CallCommand): Promise<Printed> {
  const answer = await ask(dir, { op: 'call', plugin, fn, args });
  if (!answer.isOk)
    return { out: '', err: `hotpipe: ${escapeText(answer.message)}\n`, exitCode: 1 };
  const out = answer.value === undefined ? '' : `${JSON.stringify(answer.value, null, 2)}\n`;
  return { out, err: '', exitCode: 0 };
}

/** `hotpipe status`: prints what a running host tells of itself, as JSON. */
export async function statusCommand({ dir }: StatusCommand): Promise<Printed> {
  const answer = await ask(dir, { op: 'status' });
  if (!answer.isOk)
    return { out: '', err: `hotpipe: ${escapeText(answer.message)}\n`, exitCode: 1 };
  return { out: `${JSON.stringify(answer.value, null, 2)}\n`, err: '', exitCode: 0 };
}

async function ask(dir: string | undefined, request: ControlRequest): Promise<ControlAnswer> {
  const none = `no hotpipe watch runs for ${dir ?? process.cwd()}; start one: hotpipe watch ${dir ?? 'plugins'}`;
  const socket = findHost(dir);
  if (socket === undefined) return { isOk: false, message: none };
  try {
    return await askHost(socket, request);
  } catch (error) {
    const message = messageOf(error);
    // A host that was killed leaves its socket behind.
    const isNobody = /ECONNREFUSED|ENOENT/.test(message);
    return { isOk: false, message: isNobody ? none : message };
  }
}
