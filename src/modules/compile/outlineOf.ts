import type {
  ImportedName,
  ModuleOutline,
  ModuleRequest,
  PassedName,
} from '../evaluate/ModuleOutline.js';
import {
  type EcmaScriptModule,
  kindOf,
  type StaticExportEntry,
  type StaticImport,
} from './parseModule.js';

const ATTRIBUTE = /(?:([\w$]+)|"([^"\n]*)"|'([^'\n]*)')\s*:\s*(?:"([^"\n]*)"|'([^'\n]*)')/g;

/** What a module imports and passes on, as its text says. */
export function outlineOf(
  source: string,
  record: EcmaScriptModule,
): Omit<ModuleOutline, 'ownExports'> {
  const requests = requestsOf(source, record);
  const indexOf = (start: number) => requests.at.get(start) ?? 0;
  const imports: ImportedName[] = [];
  for (const { moduleRequest, entries } of record.staticImports) {
    for (const { importName, localName } of entries) {
      const name =
        kindOf(importName) === 'NamespaceObject' ? undefined : (importName.name ?? 'default');
      imports.push({ request: indexOf(moduleRequest.start), name, local: localName.value });
    }
  }
  const passedExports: PassedName[] = [];
  const starExports: number[] = [];
  for (const { moduleRequest, importName, exportName } of entriesOf(record)) {
    if (moduleRequest === null) continue;
    const request = indexOf(moduleRequest.start);
    if (kindOf(importName) === 'AllButDefault') starExports.push(request);
    else {
      const name = kindOf(importName) === 'All' ? undefined : (importName.name ?? 'default');
      passedExports.push({ request, name, exported: exportName.name ?? 'default' });
    }
  }
  return { requests: requests.list, imports, passedExports, starExports, isAsync: false };
}

function entriesOf(record: EcmaScriptModule): readonly StaticExportEntry[] {
  return record.staticExports.flatMap(({ entries }) => entries);
}

/** The requests in the order of the text, and which of them is written at which offset. */
function requestsOf(
  source: string,
  record: EcmaScriptModule,
): { readonly list: readonly ModuleRequest[]; readonly at: ReadonlyMap<number, number> } {
  const written = new Map<number, { readonly specifier: string; readonly rest: string }>();
  const note = ({ value, start, end }: StaticImport['moduleRequest'], statementEnd: number) =>
    written.set(start, { specifier: value, rest: source.slice(end, statementEnd) });
  for (const { moduleRequest, end } of record.staticImports) note(moduleRequest, end);
  for (const { end, entries } of record.staticExports) {
    for (const { moduleRequest } of entries) {
      if (moduleRequest !== null && !written.has(moduleRequest.start)) note(moduleRequest, end);
    }
  }
  const list: ModuleRequest[] = [];
  const at = new Map<number, number>();
  const known = new Map<string, number>();
  for (const [start, { specifier, rest }] of [...written].sort(([a], [b]) => a - b)) {
    const attributes = attributesIn(rest);
    const key = JSON.stringify([specifier, attributes]);
    const index = known.get(key) ?? list.length;
    if (index === list.length) list.push({ specifier, ...(attributes && { attributes }) });
    known.set(key, index);
    at.set(start, index);
  }
  return { list, at };
}

function attributesIn(text: string): Record<string, string> | undefined {
  if (!/\b(?:with|assert)\b/.test(text)) return undefined;
  const pairs = [...text.matchAll(ATTRIBUTE)].map(
    ([, word, double, single, value, other]) =>
      [word ?? double ?? single ?? '', value ?? other ?? ''] as const,
  );
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

/** The specifiers of dynamic imports that are written as a literal. */
export function dynamicSpecifiers(
  source: string,
  { dynamicImports }: EcmaScriptModule,
): readonly string[] {
  const found = dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
    const written = source.slice(start, end);
    const [, , text] = /^(['"`])((?:(?!\1)[^\\\n$])*)\1$/.exec(written) ?? [];
    return text === undefined ? [] : [text];
  });
  return [...new Set(found)];
}
