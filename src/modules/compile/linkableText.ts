import * as E from 'fp-ts/lib/Either.js';
import type { CompiledText } from '../evaluate/CompiledModule.js';
import type { OwnExport } from '../evaluate/ModuleOutline.js';
import type { SourceProblem } from '../places/textPlace.js';
import type { RawMap } from '../stacks/stackTraces.js';
import { type CodeFacts, findReferences, type Reference } from './findReferences.js';
import { dynamicSpecifiers, outlineOf } from './outlineOf.js';
import {
  type EcmaScriptModule,
  kindOf,
  parseModule,
  type StaticExport,
  type StaticExportEntry,
} from './parseModule.js';
import { TextEdits } from './TextEdits.js';

/** A module in the form that the linker runs, and the map from this form to the text that it was made of. */
export interface LinkableText {
  readonly text: CompiledText;
  readonly map: () => RawMap;
}

/** Words without which the code of a module says nothing that its list of imports and exports does not say. */
const TELLING = /\b(?:await|arguments|eval)\b|\bexport\s*(?:\/|\{)/;
const DEFAULT_FUNCTION = /^(?:async\b(?:\s|\/\*[^]*?\*\/)*)?function\b(?:\s|\/\*[^]*?\*\/)*\*?/;
const LIST = /^export(?:\s|\/\*[^]*?\*\/|\/\/.*)*[{*]/;

/**
 * Rewrites a module as the body of a function, in place: each line stays where it is.
 *
 * The function is called with two values: what its code may ask for (`import.meta`, `import()`), and an object that has its imports as
 * properties, by their local names. It returns a generator. The first step of the generator gives a getter per own export, when the
 * module's functions are there and its variables are not set yet; the second step runs the module. So names can be linked before anything
 * runs, as the language has it. V8 compiles modules to generators too.
 *
 * @param form - `lowered` is the output of a compiler, whose names were checked.
 */
export function linkableText(
  source: string,
  form: 'written' | 'lowered',
): E.Either<readonly SourceProblem[], LinkableText> {
  const parsed = parseModule(source, form === 'written');
  if (E.isLeft(parsed)) return parsed;
  const { record, program } = parsed.right;
  const outline = outlineOf(source, record);
  const isTelling = outline.imports.length > 0 || TELLING.test(source);
  const wanted = new Set([...outline.imports.map(({ local }) => local), 'arguments']);
  const facts = isTelling ? findReferences(program(), wanted) : undefined;
  const names = namesFor(source);
  const edits = new TextEdits(source);
  const ownExports = rewriteExports(edits, record, facts, names);
  rewriteImports(edits, record, names);
  for (const reference of facts?.references ?? []) rewriteReference(edits, reference, names);
  const isAsync = facts?.isAsync ?? false;
  const { head, tail } = frameOf(names, ownExports, { isAsync, hasEval: facts?.hasEval ?? false });
  const text: CompiledText = {
    code: `${head}${edits.apply()}\n${tail}`,
    headLength: head.length,
    parameters: [names.scope, names.imports],
    outline: {
      ...outline,
      isAsync,
      ownExports: ownExports.map(({ exported, local }) => ({ exported, local })),
    },
    imports: [...new Set(outline.requests.map(({ specifier }) => specifier))],
    dynamicImports: dynamicSpecifiers(source, record),
  };
  return E.right({ text, map: () => edits.map() });
}

/** Names that the rewritten code uses, and that the source does not mention. */
interface LinkNames {
  readonly scope: string;
  readonly imports: string;
  readonly default: string;
  readonly arguments: string;
}

function namesFor(source: string): LinkNames {
  const unused = (name: string): string => (source.includes(name) ? unused(`${name}$`) : name);
  return {
    scope: unused('module$'),
    imports: unused('imports'),
    default: unused('default$'),
    arguments: unused('arguments$'),
  };
}

/**
 * What stands before and after the code. The arrow function keeps the scope alive for as long as any function of the module. The generator
 * stands in brackets, so that V8 compiles it at once: otherwise it reads the code a second time when it runs, also where it has data of it.
 *
 * @source measured: bench/warm, V8's part of a warm start
 */
function frameOf(
  { scope, imports }: LinkNames,
  ownExports: readonly OwnVariable[],
  { isAsync, hasEval }: Pick<CodeFacts, 'isAsync' | 'hasEval'>,
): { readonly head: string; readonly tail: string } {
  const getters = ownExports.map(({ local }) => `()=>${local}`).join();
  const named = ownExports.filter(({ isNamedDefault }) => isNamedDefault);
  const setNames = named.map(({ local }) => `${scope}.nameDefault(${local});`).join('');
  const body = `(${isAsync ? 'async ' : ''}function*(){"use strict";${setNames}${scope}.export([${getters}]);yield;`;
  const keep = `void(()=>${scope});`;
  // What `eval` runs finds the imports by their own names. Strict code may stand in `with`, but not begin it.
  return hasEval
    ? { head: `${keep}with(${imports}){return ${body}`, tail: '})}' }
    : { head: `"use strict";${keep}return ${body}`, tail: '})' };
}

interface OwnVariable extends OwnExport {
  /** A function that is written without a name, and is called `default`. */
  readonly isNamedDefault: boolean;
}

function rewriteExports(
  edits: TextEdits,
  record: EcmaScriptModule,
  facts: CodeFacts | undefined,
  names: LinkNames,
): readonly OwnVariable[] {
  const { source } = edits;
  const isList = ({ start, end }: StaticExport) => LIST.test(source.slice(start, end));
  const lists = facts?.exportLists ?? record.staticExports.filter((statement) => isList(statement));
  const importedNames = new Set(
    record.staticImports.flatMap(({ entries }) => entries.map(({ localName }) => localName.value)),
  );
  for (const { start, end } of lists) edits.blank(start, end, ';');
  const own: OwnVariable[] = [];
  for (const statement of record.staticExports) {
    const [first] = statement.entries;
    if (first && kindOf(first.exportName) === 'Default' && !isList(statement)) {
      own.push(rewriteDefault(edits, statement, first, names));
      continue;
    }
    // Of `export const a = 1, b = 2`, both names stand at the start of the declaration.
    if (first?.moduleRequest === null && !isList(statement))
      edits.blank(statement.start, first.start);
    for (const { moduleRequest, localName, exportName } of statement.entries) {
      const local = localName.name;
      if (moduleRequest !== null || local === null) continue;
      own.push({
        exported: exportName.name ?? 'default',
        // An imported namespace: the language counts its export as one of the module's own.
        local: importedNames.has(local) ? `${names.imports}.${local}` : local,
        isNamedDefault: false,
      });
    }
  }
  return own;
}

function rewriteDefault(
  edits: TextEdits,
  statement: StaticExport,
  { start, end, localName }: StaticExportEntry,
  names: LinkNames,
): OwnVariable {
  const { source } = edits;
  const exported = 'default';
  if (kindOf(localName) === 'Name' && localName.name !== null) {
    edits.blank(statement.start, start);
    return { exported, local: localName.name, isNamedDefault: false };
  }
  const local = names.default;
  const head = DEFAULT_FUNCTION.exec(source.slice(start, end))?.[0];
  if (head !== undefined) {
    edits.blank(statement.start, start);
    edits.replace(start + head.length, start + head.length, ` ${local}`);
    return { exported, local, isNamedDefault: true };
  }
  // As the value of a property called `default`, a function or class without a name gets that name.
  edits.blank(statement.start, start, `const ${local}=({default:`);
  edits.replace(end, end, '}).default;');
  return { exported, local, isNamedDefault: false };
}

function rewriteImports(edits: TextEdits, record: EcmaScriptModule, names: LinkNames): void {
  for (const { start, end } of record.staticImports) edits.blank(start, end, ';');
  for (const { start, end } of record.importMetas) edits.blank(start, end, `${names.scope}.meta`);
  for (const { start } of record.dynamicImports) {
    edits.replace(start, start + 'import'.length, `${names.scope}.import`);
  }
}

function rewriteReference(edits: TextEdits, reference: Reference, names: LinkNames): void {
  const { name, start, end, use, beginsStatement } = reference;
  if (name === 'arguments') {
    edits.replace(
      start,
      end,
      use === 'shorthand' ? `arguments:${names.arguments}` : names.arguments,
    );
    return;
  }
  const member = `${names.imports}.${name}`;
  if (use === 'shorthand') {
    edits.replace(start, end, `${name}:${member}`);
    return;
  }
  if (use === 'plain') {
    edits.replace(start, end, member);
    return;
  }
  edits.replace(start, end, `${beginsStatement ? ';' : ''}(0,${member})`);
}
