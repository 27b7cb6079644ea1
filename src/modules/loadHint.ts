import { WRAPPER_PARAMETERS } from './commonjs/moduleSyntax.js';
import type { GraphModule } from './ModuleGraph.js';
import type { HostModules } from './resolve/hostModules.js';

/** What libraries say when a name is given to them that they have, such as that of a model or a metric. */
const TAKEN = /\balready\b|\bduplicate\b|\boverwrite\b|\bredefin/i;

/** What a module threw as it ran, and what is known of how it was loaded. */
export interface Thrown {
  readonly message: string;
  /** Empty when it was no `Error`. */
  readonly stack: string;
  /** The file of the plugin that threw; undefined: it is not known. */
  readonly module: GraphModule | undefined;
  /** Whether an earlier version was loaded in the same thread, where packages are one for all versions. */
  readonly hadEarlier: boolean;
  /** Undefined in a thread, which loads packages anew for each version. */
  readonly packages: Pick<HostModules, 'hasChanged'> | undefined;
}

/** What to do about what a module threw, where the error itself does not say it. */
export function loadHint(thrown: Thrown): string | undefined {
  return absentName(thrown) ?? changedPackage(thrown) ?? keptName(thrown);
}

/** A module reads what only CommonJS has. */
function absentName({ message, module }: Thrown): string | undefined {
  const [, name = ''] = /^(\w+) is not defined$/.exec(message) ?? [];
  if (!WRAPPER_PARAMETERS.includes(name)) return undefined;
  if (module?.compiled.form.kind !== 'script') return undefined;
  const instead = {
    require: 'use import',
    module: 'use export',
    exports: 'use export',
    __filename: 'use import.meta.filename',
    __dirname: 'use import.meta.dirname',
  }[name];
  const why =
    module.kind === undefined
      ? 'it has import or export, and no package.json says otherwise'
      : 'its extension or the "type" of its package.json says so';
  const way = 'name it .cjs or .cts, or set "type": "commonjs" in its package.json';
  return `The file is an ECMAScript module, since ${why}: ${instead}, or make it CommonJS (${way})`;
}

/** The file imports or requires a package that is another one on disk by now. */
function changedPackage({ module, packages }: Thrown): string | undefined {
  if (module === undefined || packages === undefined) return undefined;
  const { path, form } = module.compiled;
  const imported = [...module.resolutions.values()].flatMap((target) =>
    target.kind === 'external' ? [target.specifier] : [],
  );
  const required = form.kind === 'commonjs' ? form.requires : [];
  const names = required.filter((specifier) => !/^[./#]/.test(specifier));
  const changed = [...imported, ...names].find((specifier) => packages.hasChanged(specifier, path));
  return changed !== undefined
    ? `"${changed}" is another one on disk than the one that this program has loaded, and that stays until it ends: start it again, or run the plugin in a thread (mode = "worker")`
    : undefined;
}

/** A package keeps what an earlier version gave to it. */
function keptName({ message, stack, hadEarlier }: Thrown): string | undefined {
  if (!hadEarlier || !TAKEN.test(message)) return undefined;
  const name = packageThatThrew(stack);
  return name === undefined
    ? undefined
    : `The package "${name}" is one for all versions, and has what an earlier one gave to it: take it back, give it to an instance that each version makes, or run the plugin in a thread (mode = "worker"), which has packages of its own`;
}

/** The package whose code the stack begins in. */
function packageThatThrew(stack: string): string | undefined {
  const [first = ''] = /^\s+at .*:\d+:\d+\)?$/m.exec(stack) ?? [];
  return /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(first)?.[1];
}
