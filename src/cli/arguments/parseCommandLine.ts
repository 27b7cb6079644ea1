import { parseArgs } from 'node:util';
import { BACKENDS, type Command, MANIFESTS, PRESETS, REDACTIONS } from './Command.js';
import { requireKnown, requireTaken } from './optionTokens.js';
import { parseCall } from './parseCall.js';
import type { TraceCommandName } from './parseTraceCommand.js';
import { UsageError } from './UsageError.js';
import { parseApiVersion, parsePort, requireOneOf, text } from './values.js';

const COMMANDS = [
  'watch',
  'run',
  'check',
  'doctor',
  'new',
  'call',
  'status',
  'explain',
  'fleet',
  'help',
] as const;
/** The first words of the commands about traces. */
const TRACE_COMMANDS: readonly TraceCommandName[] = ['replay', 'what-if', 'export', 'trace'];
/** All first words, also of commands that are read elsewhere. */
const WORDS = [...COMMANDS.slice(0, -1), ...TRACE_COMMANDS, 'help'] as const;

const OPTIONS = {
  json: { type: 'boolean' },
  state: { type: 'string' },
  backend: { type: 'string' },
  'api-version': { type: 'string' },
  preset: { type: 'string' },
  worker: { type: 'boolean' },
  manifests: { type: 'string' },
  exclude: { type: 'string', multiple: true },
  shared: { type: 'string', multiple: true },
  verbose: { type: 'boolean' },
  clear: { type: 'boolean' },
  compile: { type: 'boolean' },
  'on-event': { type: 'string' },
  dashboard: { type: 'string' },
  record: { type: 'string' },
  redact: { type: 'string' },
  js: { type: 'boolean' },
  single: { type: 'boolean' },
  dir: { type: 'string' },
  trace: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** The options that each command takes. */
const OPTIONS_OF_RUN = [
  ...(['json', 'state', 'backend', 'preset', 'worker'] as const),
  ...(['verbose', 'clear', 'on-event', 'dashboard'] as const),
] as const;
const OPTIONS_OF: Readonly<Record<(typeof COMMANDS)[number], readonly (keyof typeof OPTIONS)[]>> = {
  watch: [...OPTIONS_OF_RUN, 'api-version', 'exclude', 'manifests', 'record', 'redact'],
  run: OPTIONS_OF_RUN,
  check: ['json', 'api-version', 'compile', 'manifests', 'shared', 'state'],
  doctor: [],
  new: ['js', 'single'],
  call: ['dir'],
  status: ['json'],
  explain: ['dir', 'json', 'trace'],
  fleet: [],
  help: [],
};

/**
 * The command that was typed, of all that there are. Rejects with a `UsageError` that says what is wrong and what would be right.
 *
 * What the commands of a fleet and those about traces may say is loaded when one of them is typed: a host starts without it.
 */
export async function readCommandLine(args: readonly string[]): Promise<Command> {
  const [first, ...others] = args;
  if (first === 'fleet') {
    const { parseFleet } = await import('./parseFleet.js');
    return parseFleet(others) ?? { _tag: 'help' };
  }
  if (isTraceCommand(first)) {
    const { parseTraceCommand } = await import('./parseTraceCommand.js');
    return parseTraceCommand(first, others) ?? { _tag: 'help' };
  }
  return parseCommandLine(args);
}

/** The command that was typed, of those that run a host or talk to one. Throws a `UsageError` that says what is wrong and what would be right. */
export function parseCommandLine(args: readonly string[]): Command {
  const [first] = args;
  if (first === 'call') return parseCall(args.slice(1)) ?? { _tag: 'help' };
  const { values, positionals, tokens } = parseArgs({
    // Its port may be left out, and what follows is the directory then.
    args: args.map((arg) => (arg === '--dashboard' ? '--dashboard=0' : arg)),
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === 'option') requireKnown(token, OPTIONS);
  if (values.help === true) return { _tag: 'help' };
  if (values.version === true) return { _tag: 'version' };

  const [command, dir = '.', ...surplus] = positionals;
  if (command === undefined) throw new UsageError('no command given; try: hotpipe watch plugins');
  const name = requireOneOf('command', command, WORDS);
  if (isTraceCommand(name)) throw new UsageError(`write ${name} first: hotpipe ${name} FILE`);
  if (name === 'fleet') throw new UsageError('write fleet first: hotpipe fleet COMMAND');
  if (name === 'help') return { _tag: 'help' };
  if (dir === '') {
    const what = subjectOf(name);
    const isNeeded = ['new', 'run', 'explain'].includes(name);
    const advice = isNeeded ? 'name one' : 'leave it out to use the current directory';
    throw new UsageError(`the ${what} is empty; ${advice}`);
  }
  if (surplus.length > 0) {
    const what = subjectOf(name);
    throw new UsageError(`only one ${what} may be given, but also got: ${surplus.join(' ')}`);
  }
  for (const token of tokens)
    if (token.kind === 'option') requireTaken(name, token, OPTIONS_OF[name]);
  switch (name) {
    case 'doctor':
      return { _tag: 'doctor', dir };
    case 'status':
      return { _tag: 'status', dir: positionals[1] };
    case 'new':
      if (positionals[1] === undefined) {
        throw new UsageError('new needs a name; try: hotpipe new plugins/counter');
      }
      return {
        _tag: 'new',
        path: dir,
        language: values.js === true ? 'js' : 'ts',
        ...(values.single === true && { isSingle: true }),
      };
    case 'explain': {
      if (positionals[1] === undefined) {
        throw new UsageError('explain needs a plugin or a path; try: hotpipe explain counter');
      }
      const of = typeof values.dir === 'string' ? values.dir : undefined;
      const traceFile = typeof values.trace === 'string' ? values.trace : undefined;
      if (traceFile !== undefined && of !== undefined) {
        throw new UsageError('explain asks a running watch (--dir) or a trace (--trace), not both');
      }
      return { _tag: 'explain', word: dir, dir: of, traceFile, isJson: values.json === true };
    }
    case 'call':
      // Options before the command: `hotpipe --dir plugins call counter increment`.
      throw new UsageError('write call first: hotpipe call [--dir DIR] PLUGIN FUNCTION [JSON...]');
    case 'check':
    case 'run':
    case 'watch': {
      const manifests = typeof values.manifests === 'string' && {
        manifests: requireOneOf('--manifests', values.manifests, MANIFESTS),
      };
      if (name === 'run' && positionals[1] === undefined) {
        throw new UsageError('run needs a file; try: hotpipe run src/server.ts');
      }
      const isJson = values.json === true;
      const apiVersion = parseApiVersion(text(values['api-version'], '0.1.0'));
      const shared = values.shared && { shared: values.shared.map(String) };
      const stateDir = typeof values.state === 'string' ? values.state : undefined;
      if (name === 'check') {
        if (stateDir !== undefined && values.compile !== true) {
          throw new UsageError('--state: check keeps nothing without --compile');
        }
        const compile = values.compile === true && { compile: { stateDir } };
        return { _tag: 'check', dir, isJson, apiVersion, ...manifests, ...shared, ...compile };
      }
      return {
        _tag: 'watch',
        dir,
        ...(name === 'run' && { isModule: true }),
        ...manifests,
        isJson,
        isVerbose: values.verbose === true,
        isClearing: values.clear === true,
        excludes: values.exclude?.filter((glob) => typeof glob === 'string') ?? [],
        dashboardPort: parsePort(values.dashboard),
        recordFile: typeof values.record === 'string' ? values.record : undefined,
        redact: requireOneOf('--redact', text(values.redact, 'paths'), REDACTIONS),
        onEvent: typeof values['on-event'] === 'string' ? values['on-event'] : undefined,
        stateDir,
        backend: requireOneOf('--backend', text(values.backend, 'chokidar'), BACKENDS),
        preset: requireOneOf('--preset', text(values.preset, 'development'), PRESETS),
        mode: values.worker === true ? 'worker' : 'in-process',
        apiVersion,
      };
    }
  }
}

function subjectOf(command: (typeof COMMANDS)[number]): string {
  if (command === 'new') return 'name';
  if (command === 'explain') return 'plugin or path';
  return command === 'run' ? 'file' : 'directory';
}

function isTraceCommand(name: string | undefined): name is TraceCommandName {
  return TRACE_COMMANDS.some((known) => known === name);
}
