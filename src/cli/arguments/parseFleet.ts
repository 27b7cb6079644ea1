import { parseArgs } from 'node:util';
import { durationOf, keptOf, namespaceOf, wavesOf, wholeOf } from './fleetValues.js';
import { requireKnown, requireTaken } from './optionTokens.js';
import { UsageError } from './UsageError.js';
import { parseApiVersion, parsePort, requireOneOf } from './values.js';

const OPTIONS = {
  nats: { type: 'string' },
  creds: { type: 'string' },
  ca: { type: 'string' },
  cert: { type: 'string' },
  'cert-key': { type: 'string' },
  namespace: { type: 'string' },
  key: { type: 'string' },
  trust: { type: 'string', multiple: true },
  serial: { type: 'string' },
  waves: { type: 'string' },
  bake: { type: 'string' },
  deadline: { type: 'string' },
  'expect-hosts': { type: 'string' },
  holder: { type: 'string' },
  keep: { type: 'string' },
  'retry-refused': { type: 'boolean' },
  wait: { type: 'boolean' },
  watch: { type: 'boolean' },
  reason: { type: 'string' },
  to: { type: 'string' },
  host: { type: 'string' },
  'api-version': { type: 'string' },
  json: { type: 'boolean' },
  dashboard: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;
type OptionName = keyof typeof OPTIONS;

/** What a verb is about, and the options that it takes. */
interface Verb {
  readonly subject: 'DIR' | 'PLUGIN' | 'PLUGIN@VERSION' | undefined;
  /** Whether the subject may be left out. */
  readonly isOptional?: true;
  readonly options: readonly OptionName[];
}

const ENGINE = ['nats', 'creds', 'ca', 'cert', 'cert-key', 'namespace'] as const;
const order: Verb = { subject: 'PLUGIN', options: [...ENGINE, 'reason'] };
const VERBS = {
  keygen: { subject: undefined, options: ['key'] },
  publish: { subject: 'DIR', options: [...ENGINE, 'key', 'serial', 'api-version'] },
  plan: {
    subject: 'PLUGIN@VERSION',
    options: [...ENGINE, 'waves', 'bake', 'expect-hosts', 'retry-refused', 'json'],
  },
  rollout: {
    subject: 'PLUGIN@VERSION',
    options: [...ENGINE, 'waves', 'bake', 'expect-hosts', 'retry-refused', 'wait'],
  },
  status: {
    subject: 'PLUGIN',
    isOptional: true,
    options: [...ENGINE, 'json', 'dashboard', 'watch'],
  },
  hosts: { subject: undefined, options: [...ENGINE, 'json'] },
  gc: { subject: undefined, options: [...ENGINE, 'keep', 'json'] },
  pause: order,
  resume: order,
  promote: order,
  abort: order,
  rollback: { subject: 'PLUGIN', options: [...ENGINE, 'reason', 'to'] },
  agent: { subject: 'DIR', options: [...ENGINE, 'host', 'trust', 'api-version'] },
  controller: {
    subject: undefined,
    options: [...ENGINE, 'waves', 'bake', 'deadline', 'expect-hosts', 'holder', 'dashboard'],
  },
} as const satisfies Readonly<Record<string, Verb>>;
type FleetVerb = keyof typeof VERBS;
const NAMES: readonly FleetVerb[] = [
  ...(['keygen', 'publish', 'plan', 'rollout', 'status', 'hosts', 'pause', 'resume'] as const),
  ...(['promote', 'abort', 'rollback', 'agent', 'controller', 'gc'] as const),
];

/** A command of a fleet. Fields that its verb does not take are undefined, or have the value that stands for nothing. */
export interface FleetCommand {
  readonly _tag: 'fleet';
  readonly verb: FleetVerb;
  /** The folder, or the name of the plugin; empty when there is none. */
  readonly subject: string;
  /** Of `PLUGIN@VERSION`, or of `--to`. */
  readonly version: string | undefined;
  readonly url: string;
  readonly credsFile: string | undefined;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly certKeyFile: string | undefined;
  readonly namespace: string;
  readonly keyFile: string;
  readonly trustFiles: readonly string[];
  readonly serial: number | undefined;
  readonly waves: readonly (number | `${number}%`)[] | undefined;
  readonly bakeMs: number | undefined;
  readonly deadlineMs: number;
  readonly expectHosts: number | undefined;
  /** How many versions of each plugin are kept whatever needs them, from 1. */
  readonly keepCount: number;
  readonly holder: string | undefined;
  readonly host: string;
  readonly reason: string | undefined;
  readonly apiVersion: ReturnType<typeof parseApiVersion>;
  readonly isRefusedTried: boolean;
  readonly isWaiting: boolean;
  readonly isWatching: boolean;
  readonly isJson: boolean;
  /** 0: a free one. Undefined: no page is served. */
  readonly dashboardPort: number | undefined;
}

/** The words after `fleet`; undefined: help was asked for. Throws a `UsageError`. */
export function parseFleet(args: readonly string[]): FleetCommand | undefined {
  const { values, positionals, tokens } = parseArgs({
    // Its port may be left out, and what follows is the next word then.
    args: args.map((arg) => (arg === '--dashboard' ? '--dashboard=0' : arg)),
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === 'option') requireKnown(token, OPTIONS);
  if (values.help === true) return undefined;
  const [word, ...subjects] = positionals;
  if (word === undefined) {
    throw new UsageError(`fleet needs a command; use one of: ${NAMES.join(', ')}`);
  }
  const verb = requireOneOf('command of fleet', word, NAMES);
  const of: Verb = VERBS[verb];
  for (const token of tokens)
    if (token.kind === 'option') requireTaken(`fleet ${verb}`, token, of.options);
  if (values.json === true && values.dashboard !== undefined) {
    throw new UsageError(`fleet ${verb} takes --json or --dashboard, and not both`);
  }
  if (values.watch === true && values.dashboard !== undefined) {
    throw new UsageError(`fleet ${verb} takes --watch or --dashboard, and not both`);
  }
  const { subject, version } = subjectOf(verb, of, subjects);
  const given = (name: OptionName): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const required = (name: OptionName, verbs: readonly FleetVerb[]): string => {
    const value = given(name);
    if (value === undefined && verbs.includes(verb)) {
      throw new UsageError(`fleet ${verb} needs --${name}; see hotpipe --help`);
    }
    return value ?? '';
  };
  const keyFile =
    given('key') ?? (verb === 'keygen' ? 'fleet-key.pem' : required('key', ['publish']));
  const trustFiles = values.trust?.map(String) ?? [];
  if (verb === 'agent' && trustFiles.length === 0) required('trust', ['agent']);
  return {
    ...{ _tag: 'fleet', verb, subject, version: given('to') ?? version, keyFile, trustFiles },
    url: given('nats') ?? 'nats://127.0.0.1:4222',
    credsFile: given('creds'),
    caFile: given('ca'),
    ...certificateOf(given('cert'), given('cert-key')),
    namespace: namespaceOf(given('namespace') ?? 'default'),
    serial: wholeOf('--serial', given('serial')),
    waves: wavesOf(given('waves')),
    bakeMs: durationOf('--bake', given('bake')),
    deadlineMs: durationOf('--deadline', given('deadline')) ?? 120_000,
    expectHosts: wholeOf('--expect-hosts', given('expect-hosts')),
    keepCount: keptOf(given('keep')),
    holder: given('holder'),
    host: required('host', ['agent']),
    reason: given('reason'),
    apiVersion: parseApiVersion(given('api-version') ?? '0.1.0'),
    isRefusedTried: values['retry-refused'] === true,
    isWaiting: values.wait === true,
    isWatching: values.watch === true,
    isJson: values.json === true,
    dashboardPort: parsePort(given('dashboard')),
  };
}

function subjectOf(
  verb: FleetVerb,
  { subject: wanted, isOptional }: Verb,
  [first, ...surplus]: readonly string[],
): { readonly subject: string; readonly version: string | undefined } {
  const usage = `hotpipe fleet ${verb}${wanted === undefined ? '' : ` ${wanted}`}`;
  if (surplus.length > 0 || (wanted === undefined && first !== undefined)) {
    const what = wanted === undefined ? [first, ...surplus] : surplus;
    throw new UsageError(`${usage} takes nothing more, but also got: ${what.join(' ')}`);
  }
  if (wanted === undefined || (first === undefined && isOptional)) {
    return { subject: '', version: undefined };
  }
  if (first === undefined || first === '') throw new UsageError(`${usage}: ${wanted} is missing`);
  if (wanted !== 'PLUGIN@VERSION') return { subject: first, version: undefined };
  const [, subject, version] = /^(.+)@([^@]+)$/.exec(first) ?? [];
  if (subject === undefined || version === undefined) {
    throw new UsageError(`"${first}" is not of the form PLUGIN@VERSION, such as counter@2.0.0`);
  }
  return { subject, version };
}

/** One is of no use without the other. */
function certificateOf(
  certFile: string | undefined,
  certKeyFile: string | undefined,
): Pick<FleetCommand, 'certFile' | 'certKeyFile'> {
  if ((certFile === undefined) === (certKeyFile === undefined)) return { certFile, certKeyFile };
  throw new UsageError('--cert and --cert-key need each other: a certificate, and its key');
}
