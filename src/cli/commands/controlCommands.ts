import { basename, dirname, join, resolve } from 'node:path';
import { messageOf } from '../../model/unknownValue.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import type { ExplainCommand, StatusCommand } from '../arguments/Command.js';
import type { CallCommand } from '../arguments/parseCall.js';
import { askHost } from '../control/askHost.js';
import type { ControlAnswer, ControlRequest } from '../control/controlProtocol.js';
import { realPath } from '../control/controlSocket.js';
import { findHost } from '../control/hostNotes.js';
import { explainFromTrace } from './explainFromTrace.js';

/** What a command prints, and where. */
export interface Printed {
  /** For standard output. */
  readonly out: string;
  /** For standard error. */
  readonly err: string;
  readonly exitCode: 0 | 1;
}

/** Asks a running host. */
export function controlCommand(
  command: CallCommand | ExplainCommand | StatusCommand,
): Promise<Printed> {
  switch (command._tag) {
    case 'call':
      return callCommand(command);
    case 'explain':
      return explainCommand(command);
    case 'status':
      return statusCommand(command);
  }
}

/** `hotpipe call`: prints what the function returned, as JSON; `undefined` as nothing. */
async function callCommand({ dir, plugin, fn, args }: CallCommand): Promise<Printed> {
  const answer = await ask(dir, { op: 'call', plugin, fn, args });
  if (!answer.isOk)
    return { out: '', err: `hotpipe: ${escapeText(answer.message)}\n`, exitCode: 1 };
  const out = answer.value === undefined ? '' : `${JSON.stringify(answer.value, null, 2)}\n`;
  return { out, err: '', exitCode: 0 };
}

/** `hotpipe status`: prints what a running host tells of itself, as JSON. */
async function statusCommand({ dir }: StatusCommand): Promise<Printed> {
  const answer = await ask(dir, { op: 'status' });
  if (!answer.isOk)
    return { out: '', err: `hotpipe: ${escapeText(answer.message)}\n`, exitCode: 1 };
  return { out: `${JSON.stringify(answer.value, null, 2)}\n`, err: '', exitCode: 0 };
}

/** `hotpipe explain`: prints why a plugin was reloaded, or what a save of a path would do. */
async function explainCommand(command: ExplainCommand): Promise<Printed> {
  const { word, dir, traceFile, isJson } = command;
  const typed = resolve(word);
  // The host watches the folder that a link leads to. A file that is a link stays itself.
  const path = join(realPath(dirname(typed)), basename(typed));
  const answer =
    traceFile === undefined
      ? await ask(dir, { op: 'explain', word, path })
      : await explainFromTrace(word, traceFile);
  if (!answer.isOk)
    return { out: '', err: `hotpipe: ${escapeText(answer.message)}\n`, exitCode: 1 };
  const told: unknown = answer.value;
  const text: unknown = typeof told === 'object' && told !== null ? Reflect.get(told, 'text') : '';
  const out = isJson ? JSON.stringify(told, null, 2) : escapeText(String(text), { isFrame: true });
  return { out: `${out}\n`, err: '', exitCode: 0 };
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
