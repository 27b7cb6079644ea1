import { relative, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { BehaviorSubject, Subject } from 'rxjs';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import { messageOf } from '../../model/unknownValue.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import { type TraceFile, traceFile } from '../../trace/traceFile.js';
import type { WatchCommand } from '../arguments/Command.js';
import { UsageError } from '../arguments/UsageError.js';
import { defaultStateDir } from '../arguments/watchDefaults.js';
import type { ControlAnswer, ControlRequest } from '../control/controlProtocol.js';
import { controlSocket, realPath } from '../control/controlSocket.js';
import { type ControlServer, serveControl } from '../control/serveControl.js';
import { createHost, type Host } from './createHost.js';
import { type EventCommand, eventCommand } from './eventCommand.js';
import { readKeys } from './readKeys.js';
import { terminalView } from './terminalView.js';
import type { WatchDashboard } from './watchDashboard.js';

/**
 * How long saving and closing may take before the process ends anyway, in milliseconds. `watch` must end within 2 s.
 */
const CLOSE_LIMIT_MS = 1_500;

/**
 * What `hotpipe watch` does: runs a host and prints its events until one of the signals comes.
 *
 * @param onFirstLoad - Called when each plugin has been loaded once, or has failed.
 */
export async function watchCommand(
  command: WatchCommand,
  signals: readonly NodeJS.Signals[],
  onFirstLoad?: () => void,
): Promise<void> {
  const stateDir = realPath(resolve(command.stateDir ?? defaultStateDir(command.dir)));
  const recording = recordingOf(command);
  const { dashboardPort } = command;
  const board = dashboardPort === undefined ? undefined : await boardOf(dashboardPort, recording);
  const trace = board?.trace ?? recording;
  const isPaused$ = new BehaviorSubject(false);
  let isClosing = false;
  const view = command.isJson ? undefined : terminalView(command);
  const print = view === undefined ? printJson() : (event: ReloadEvent) => view.next(event);
  const host = createHost(command, {
    isPaused$,
    ...(trace && { trace }),
    onError: ({ message }) => printError(message),
    // At the end of the host nothing stays open: the process ends.
    onOpen: ({ message }) => {
      if (!isClosing) printError(message);
    },
    onFirstLoad: () => {
      view?.firstLoadEnded();
      onFirstLoad?.();
    },
  });
  const onEvent: EventCommand | undefined =
    command.onEvent === undefined ? undefined : eventCommand(command.onEvent, printError);
  const shown$ = new Subject<ReloadEvent>();
  const page = await board?.open(shown$);
  const control = await listen(command.dir, stateDir, host);
  let endKeys = (): void => undefined;

  const close = (): void => {
    // Both npm and the terminal may pass on the same Ctrl+C: the second one is ignored.
    if (isClosing) return;
    isClosing = true;
    endKeys();
    view?.close();
    control?.close();
    page?.close();
    onEvent?.close();
    subscription.unsubscribe();
    setTimeout(() => process.exit(0), CLOSE_LIMIT_MS).unref();
    host.close().then(
      () => process.exit(0),
      (error: unknown) => {
        printError(`the host did not close: ${messageOf(error)}`);
        process.exit(1);
      },
    );
  };
  view?.started(host.pluginCount());
  if (page !== undefined) view?.say(`dashboard: ${page.url}`);
  if (page !== undefined && view === undefined) printError(`dashboard: ${page.url}`);
  const subscription = host.events$.subscribe({
    next: (event: ReloadEvent) => {
      print(event);
      onEvent?.next(event);
      shown$.next(event);
    },
    complete: close,
  });
  for (const signal of signals) process.on(signal, close);
  // The reader of a pipe may leave (`hotpipe watch --json | head`): that ends the host like a signal.
  process.stdout.on('error', close);
  // The reader of standard error has left. Another message there would fail in the same way.
  process.stderr.on('error', () => undefined);
  // A plugin that throws outside of a call, such as in a timer, must not end the host and the other plugins.
  process.on('uncaughtException', (error) =>
    printError(`a plugin threw outside of a call${host.whereIn(error)}: ${stackOf(error)}`),
  );
  process.on('unhandledRejection', (reason) =>
    printError(
      `a plugin did not handle a rejected promise${host.whereIn(reason)}: ${stackOf(reason)}`,
    ),
  );
  if (view !== undefined && process.stdin.isTTY) {
    endKeys = readKeys(process.stdin, {
      reload: (plugin) => {
        void host.restart(plugin).then((problem) => problem !== undefined && view.say(problem));
      },
      clear: () => view.clear(),
      pause: () => {
        isPaused$.next(!isPaused$.value);
        view.say(isPaused$.value ? 'paused: saves wait until p is pressed again' : 'goes on');
      },
      dashboard: () => view.say(page?.url ?? 'there is no dashboard: start with --dashboard'),
      help: () => view.help(),
      quit: close,
      echo: (text) => process.stdout.write(text),
    });
  }
}

/** Loaded on demand: a watch without a page does not load what serves it. */
async function boardOf(port: number, recording: TraceFile | undefined): Promise<WatchDashboard> {
  const { watchDashboard } = await import('./watchDashboard.js');
  return watchDashboard(port, recording);
}

/** The file that the run is recorded into. One that cannot be written is a mistake of the command line. */
function recordingOf({ recordFile, redact }: WatchCommand): TraceFile | undefined {
  if (recordFile === undefined) return undefined;
  try {
    return traceFile(recordFile, { redact });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** Listens for `hotpipe call` and `status`. A host that cannot does everything else. */
async function listen(
  dir: string,
  stateDir: string,
  host: Host,
): Promise<ControlServer | undefined> {
  try {
    return await serveControl(controlSocket(dir), { dir, pid: process.pid, stateDir }, (request) =>
      answerControl(request, host, dir),
    );
  } catch (error) {
    const shown = relative(process.cwd(), dir) || '.';
    printError(`hotpipe call and status do not reach this host (${shown}): ${messageOf(error)}`);
    return undefined;
  }
}

/** Does what another process of the same user asks of the host. Never rejects. */
async function answerControl(
  request: ControlRequest,
  host: Host,
  dir: string,
): Promise<ControlAnswer> {
  switch (request.op) {
    case 'status':
      return { isOk: true, value: { v: 1, pid: process.pid, dir, plugins: host.plugins() } };
    case 'explain':
      return host.explain(request);
    case 'call':
      try {
        return { isOk: true, value: await host.call(request.plugin, request.fn, request.args) };
      } catch (error) {
        return { isOk: false, message: messageOf(error) };
      }
  }
}

/**
 * Prints events to standard output as NDJSON. Output of plugins is redirected to standard error, so that standard
 * output contains only events.
 */
function printJson(): (event: unknown) => void {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return (event) => write(`${JSON.stringify(event)}\n`);
}

function printError(text: string): void {
  process.stderr.write(
    `hotpipe: ${escapeText(stripVTControlCharacters(text), { isFrame: true })}\n`,
  );
}

function stackOf(cause: unknown): string {
  try {
    if (cause instanceof Error && typeof cause.stack === 'string') return cause.stack;
  } catch {
    // Reading `stack` may run code of the plugin, which threw.
  }
  return messageOf(cause);
}
