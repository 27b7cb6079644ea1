/** One import, as the transpiler prints it: on a line of its own. */
const IMPORT =
  /^import (?:([\w$]+))?(?:, )?(?:\{ ([^}\n]*) \})? ?from ("(?:[^"\\\n]|\\.)*")(.*)$/gm;
/** The transpiler imports its own functions from there. */
const HELPERS = '"@oxc-project/';
/** The value that stands for a type of the source: `typeof A === "undefined" ? Object : A`, and the same for `A.B`. */
const TYPE =
  /typeof ([\w$]+)(?:\.[\w$]+)* === "undefined"(?: \|\| typeof \1(?:\.[\w$]+)* === "undefined")* \? Object : (\1(?:\.[\w$]+)*)(?![\w$.])/g;

/** Local names that a text imports and another text of the same module does not. */
export function importsOnlyIn(code: string, other: string): ReadonlySet<string> {
  const kept = new Set(importedNames(other));
  return new Set(importedNames(code).filter((name) => !kept.has(name)));
}

function importedNames(code: string): readonly string[] {
  return [...code.matchAll(IMPORT)].flatMap(([, byDefault, list = '', from = '']) => {
    if (from.startsWith(HELPERS)) return [];
    const names = parts(list).map(({ local }) => local);
    return byDefault === undefined ? names : [byDefault, ...names];
  });
}

/**
 * Makes what the metadata of decorators says about types hold as it does where a type checker compiles it:
 * - A type is read late and safely. In a cycle of modules a class may not exist yet; then `Object` stands for it, as in CommonJS output.
 * - An import that only types use may be that of an interface, which no module exports. So such names are read from the namespace of their
 *   module, where a missing name is undefined, instead of being imported by name.
 *
 * Changes stay within their lines, so that lines keep their numbers.
 *
 * @param onlyTypes - Local names of imports that nothing but types uses.
 * @param helper - The module of the function that makes metadata. That function has a property `type`.
 */
export function lateTypes(code: string, onlyTypes: ReadonlySet<string>, helper: string): string {
  const read = new Map<string, string>();
  let count = 0;
  const freshName = () => {
    do count += 1;
    while (code.includes(`_types${count}`));
    return `_types${count}`;
  };
  let metadata = '_decorateMetadata';
  const withNamespaces = code.replace(
    IMPORT,
    (line: string, byDefault: string | undefined, list: string, from: string, rest: string) => {
      if (from === JSON.stringify(helper)) metadata = byDefault ?? metadata;
      const named = parts(list);
      const isLate = (name: string | undefined) => name !== undefined && onlyTypes.has(name);
      if (!isLate(byDefault) && !named.some(({ local }) => isLate(local))) return line;
      const namespace = freshName();
      if (byDefault !== undefined && isLate(byDefault)) read.set(byDefault, `${namespace}.default`);
      for (const { imported, local } of named) {
        if (isLate(local)) read.set(local, memberOf(namespace, imported));
      }
      const kept = named.filter(({ local }) => !isLate(local)).map(({ text }) => text);
      const left = [
        ...(byDefault === undefined || isLate(byDefault) ? [] : [byDefault]),
        ...(kept.length === 0 ? [] : [`{ ${kept.join(', ')} }`]),
      ].join(', ');
      const before = left === '' ? '' : `import ${left} from ${from}${rest} `;
      return `${before}import * as ${namespace} from ${from}${rest}`;
    },
  );
  return withNamespaces.replace(TYPE, (_all, root: string, path: string) => {
    const value = (read.get(root) ?? root) + path.slice(root.length);
    return `${metadata}.type(() => ${value})`;
  });
}

interface NamedImport {
  readonly text: string;
  readonly imported: string;
  readonly local: string;
}

/** `a, b as c, "d e" as f`. */
function parts(list = ''): readonly NamedImport[] {
  return [...list.matchAll(/("(?:[^"\\]|\\.)*"|[\w$]+)(?: as ([\w$]+))?/g)].map(
    ([text, imported = '', local = imported]) => ({ text, imported, local }),
  );
}

function memberOf(namespace: string, imported: string): string {
  return imported.startsWith('"') ? `${namespace}[${imported}]` : `${namespace}.${imported}`;
}

/** The end of a statement that decorates a member: its class, whether it is a member of instances, its name, and `void 0` for a field. */
const MEMBER = /\], ([\w$]+)(\.prototype)?, ([^\n]*?), (void 0|null)\);(?=\s|$)/g;
const VARIABLE = /^[A-Za-z_$][\w$]*$/;

/**
 * Whether a text, whose fields are assigned in constructors, decorates other members than the text of the same module whose fields are
 * defined. The transpiler forgets static fields with a value, and the computed names of fields without one.
 */
export function losesMembers(assigned: string, defined: string): boolean {
  const members = [...assigned.matchAll(MEMBER)];
  const isComputed = members.some(([, , , key = '', end]) => end !== 'null' && VARIABLE.test(key));
  return isComputed || members.length !== [...defined.matchAll(MEMBER)].length;
}

/**
 * Whether a text decorates a static member of a class before one of its instances. TypeScript decorates those of instances first.
 *
 * @source https://www.typescriptlang.org/docs/handbook/decorators.html#decorator-evaluation
 */
export function decoratesStaticFirst(code: string): boolean {
  const withStatic = new Set<string>();
  for (const [, name = '', prototype] of code.matchAll(MEMBER)) {
    if (prototype === undefined) withStatic.add(name);
    else if (withStatic.has(name)) return true;
  }
  return false;
}

const AT_PARAMETER =
  'only TypeScript\'s older decorators can stand here: set "experimentalDecorators": true in tsconfig.json';

/** What a compiler's message about a decorator at a parameter means: decorators of the language cannot stand there. */
export function atParameter(
  message: string,
  settings: { readonly legacyDecorators?: object } | undefined,
): string | undefined {
  const isIt =
    settings?.legacyDecorators === undefined && message.startsWith('Decorators are not valid here');
  return isIt ? AT_PARAMETER : undefined;
}
