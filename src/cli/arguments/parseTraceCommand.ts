import { parseArgs } from 'node:util';
import { closestName } from '../../model/closestName.js';
import { UsageError } from './UsageError.js';

const FORMS = ['marble', 'timeline', 'trace'] as const;
const VERBS = ['diff', 'view'] as const;

const OPTIONS = {
  json: { type: 'boolean' },
  set: { type: 'string', multiple: true },
  anyway: { type: 'boolean' },
  plugin: { type: 'string' },
  form: { type: 'string' },
  minimize: { type: 'string' },
  svg: { type: 'string' },
  html: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The options that each command takes, beside --help. */
const OPTIONS_OF: Readonly<Record<TraceCommandName, readonly (keyof typeof OPTIONS)[]>> = {
  replay: ['json'],
  'what-if': ['set', 'anyway', 'json'],
  export: ['plugin', 'form', 'minimize'],
  trace: ['svg', 'html'],
};

export type TraceCommandName = 'replay' | 'what-if' | 'export' | 'trace';

export type TraceCommand =
  | { readonly _tag: 'replay'; readonly file: string; readonly isJson: boolean }
  | {
      readonly _tag: 'what-if';
      readonly file: string;
      /** Such as `debounce.maxMs=100`. */
      readonly settings: readonly string[];
      /** Whether to print a prediction that is not reliable. */
      readonly isAnyway: boolean;
      readonly isJson: boolean;
    }
  | {
      readonly _tag: 'export';
      readonly file: string;
      readonly plugin: string;
      readonly form: (typeof FORMS)[number] | undefined;
      /** A kind of event, or of error, that the smallest run still shows. */
      readonly minimizeTag: string | undefined;
    }
  | { readonly _tag: 'trace diff'; readonly file: string; readonly other: string }
  | {
      readonly _tag: 'trace view';
      readonly file: string;
      /** Where to draw a picture; undefined: a page is written. */
      readonly svg: string | undefined;
      /** Where to write the page; undefined: into a directory of its own. */
      readonly html: string | undefined;
    };

/** The command that was typed; undefined for its help. Throws a `UsageError` that says what is wrong. */
export function parseTraceCommand(
  name: TraceCommandName,
  args: readonly string[],
): TraceCommand | undefined {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  if (values.help === true) return undefined;
  for (const token of tokens) if (token.kind === 'option') requireTaken(name, token);
  if (name === 'trace') return parseVerb(positionals, values);
  const [file, ...surplus] = positionals;
  if (file === undefined || file === '') {
    throw new UsageError(`${name} needs a file; try: hotpipe ${name} run.ndjson`);
  }
  if (surplus.length > 0) {
    throw new UsageError(`${name} takes one file, but also got: ${surplus.join(' ')}`);
  }
  switch (name) {
    case 'replay':
      return { _tag: name, file, isJson: values.json === true };
    case 'what-if': {
      const settings = values.set?.filter((setting) => typeof setting === 'string') ?? [];
      if (settings.length === 0) {
        throw new UsageError(
          'what-if needs something to change; try: hotpipe what-if run.ndjson --set debounce.maxMs=100',
        );
      }
      const isAnyway = values.anyway === true;
      return { _tag: name, file, settings, isAnyway, isJson: values.json === true };
    }
    case 'export': {
      const { plugin, form, minimize } = values;
      if (typeof plugin !== 'string') {
        throw new UsageError('export needs a plugin; try: hotpipe export run.ndjson --plugin NAME');
      }
      const minimizeTag = typeof minimize === 'string' ? minimize : undefined;
      return { _tag: name, file, plugin, form: formOf(form), minimizeTag };
    }
  }
}

function parseVerb(
  positionals: readonly string[],
  { svg, html }: { readonly svg?: unknown; readonly html?: unknown },
): TraceCommand {
  const [verb, file, other, ...surplus] = positionals;
  if (verb === undefined || !VERBS.some((known) => known === verb)) {
    const close = closestName(verb ?? '', VERBS);
    const hint =
      close === undefined ? 'use trace diff or trace view' : `did you mean trace ${close}?`;
    throw new UsageError(
      verb === undefined
        ? `trace needs a command; ${hint}`
        : `unknown command "trace ${verb}"; ${hint}`,
    );
  }
  if (verb === 'diff') {
    if (file === undefined || other === undefined || surplus.length > 0) {
      throw new UsageError('trace diff takes two files; try: hotpipe trace diff a.ndjson b.ndjson');
    }
    const given = svg === undefined ? html : svg;
    if (given !== undefined)
      throw new UsageError('trace diff draws nothing: leave --svg and --html out');
    return { _tag: 'trace diff', file, other };
  }
  if (file === undefined || other !== undefined) {
    throw new UsageError('trace view takes one file; try: hotpipe trace view run.ndjson');
  }
  if (svg !== undefined && html !== undefined) {
    throw new UsageError('trace view takes --svg or --html, not both');
  }
  return {
    _tag: 'trace view',
    file,
    svg: typeof svg === 'string' ? svg : undefined,
    html: typeof html === 'string' ? html : undefined,
  };
}

function formOf(form: string | boolean | undefined): (typeof FORMS)[number] | undefined {
  if (typeof form !== 'string') return undefined;
  const found = FORMS.find((name) => name === form);
  if (found !== undefined) return found;
  throw new UsageError(`unknown --form "${form}"; use one of: ${FORMS.join(', ')}`);
}

function requireTaken(
  name: TraceCommandName,
  token: { readonly name: string; readonly rawName: string; readonly value: string | undefined },
): void {
  const taken: readonly string[] = OPTIONS_OF[name];
  const known = Object.entries(OPTIONS).find(([option]) => option === token.name);
  if (known === undefined || !taken.includes(token.name)) {
    const close = closestName(token.name, taken);
    const hint = close === undefined ? 'see hotpipe --help' : `did you mean --${close}?`;
    throw new UsageError(`${name} has no option ${token.rawName}; ${hint}`);
  }
  const [, { type }] = known;
  if (type === 'string' && (token.value === undefined || token.value === '')) {
    throw new UsageError(`${token.rawName} needs a value; see hotpipe --help`);
  }
}
