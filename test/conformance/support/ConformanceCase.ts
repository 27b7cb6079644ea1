/** Who runs a case. `node` is Node 24, `olderNode` the one that runs the tests where it is older; `inProcess` and `worker` are hotpipe. */
export type Runner = 'node' | 'olderNode' | 'tsx' | 'inProcess' | 'worker';

/** The answer that a call must give. Of an error, each given field must agree. */
export type Expectation =
  | { readonly value: unknown }
  | {
      readonly error: {
        readonly name?: string;
        /** Not compared where hotpipe's load fails: that failure is told in words. */
        readonly code?: string;
        readonly message?: RegExp;
      };
    };

/** Expectations of runners that answer otherwise than the yardstick; an older Node differs as Node does, unless it has its own. `skipped` runners cannot run the case at all. */
export type Differences = Partial<Readonly<Record<Runner, Expectation | 'skipped'>>>;

/** Some files, a call of a function that the entry exports, and the answer that Node 24, tsx and hotpipe give. */
export interface ConformanceCase {
  /** A sentence about the language. Unique in its file. */
  readonly name: string;
  /** By path in the plugin's folder. `../` leads to a folder of the case's own. `package.json` is `{"type":"module"}` unless given. */
  readonly files: Readonly<Record<string, string>>;
  /** Links, made after the files: path → what it leads to, relative to the folder of the link, as workspaces have them. */
  readonly links?: Readonly<Record<string, string>>;
  /** Default: `index.ts`, `.js`, `.mjs`, `.cjs`, … whichever is among the files. */
  readonly entry?: string;
  /** The function that is called. Default: `value`. */
  readonly call?: string;
  readonly args?: readonly unknown[];
  readonly expect: Expectation;
  readonly differing?: Differences;
  /** Edits, one after the other: `null` removes a file. hotpipe reloads; the peers start anew. */
  readonly after?: readonly {
    readonly edit: Readonly<Record<string, string | null>>;
    readonly expect: Expectation;
    readonly differing?: Differences;
  }[];
  /** Why a runner differs: required with `differing`. A row of docs/modules.md where it is hotpipe. */
  readonly differs?: string;
}

const ENTRIES = ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs'].map((end) => `index.${end}`);

export function entryOf({ name, entry, files }: ConformanceCase): string {
  const found = entry ?? ENTRIES.find((candidate) => candidate in files);
  if (found === undefined) throw new Error(`${name}: names no entry`);
  return found;
}

/** Whether some file is TypeScript, which a Node before 24 does not run. */
export function hasTypescript({ files }: ConformanceCase): boolean {
  return Object.keys(files).some((file) => /\.[cm]?tsx?$/.test(file));
}

/** The files of a case before any edit, and after each. */
export function statesOf(one: ConformanceCase): readonly Readonly<Record<string, string>>[] {
  const states: Readonly<Record<string, string>>[] = [
    { 'package.json': '{"type":"module"}', ...one.files },
  ];
  for (const { edit } of one.after ?? []) {
    const next: Record<string, string> = { ...states.at(-1) };
    for (const [file, text] of Object.entries(edit)) {
      if (text === null) Reflect.deleteProperty(next, file);
      else next[file] = text;
    }
    states.push(next);
  }
  return states;
}

/** What each step of a case expects of a runner; undefined where it is skipped. */
export function expectationsOf(
  one: ConformanceCase,
  runner: Runner,
): readonly (Expectation | undefined)[] {
  return [one, ...(one.after ?? [])].map(({ expect, differing }) => {
    const asNode = runner === 'olderNode' ? differing?.node : undefined;
    const own = differing?.[runner] ?? asNode ?? expect;
    return own === 'skipped' ? undefined : own;
  });
}
