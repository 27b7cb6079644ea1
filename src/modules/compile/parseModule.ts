import * as E from 'fp-ts/lib/Either.js';
import { type EcmaScriptModule, type OxcError, type Program, parseSync } from 'oxc-parser';
import { placeAt, type SourceProblem } from '../places/textPlace.js';

export type {
  EcmaScriptModule,
  Program,
  StaticExport,
  StaticExportEntry,
  StaticImport,
} from 'oxc-parser';

// Elements are lowered before: here they are an error.
const OPTIONS = { lang: 'js', sourceType: 'module' } as const;

/** A text that is a valid module. Offsets count UTF-16 units. */
export interface ParsedModule {
  /** Its imports and exports. */
  readonly record: EcmaScriptModule;
  /** Its syntax tree. Made on demand: it costs ten times what the record does. */
  readonly program: () => Program;
}

/** Parses JavaScript as a module. With `showSemanticErrors` it checks what the language says of names as well. */
export function parseModule(
  source: string,
  showSemanticErrors: boolean,
): E.Either<readonly SourceProblem[], ParsedModule> {
  const parsed = parseSync('module.js', source, { ...OPTIONS, showSemanticErrors });
  const errors = parsed.errors.filter((error) => severityOf(error) === 'Error');
  if (errors.length > 0) return E.left(errors.map((error) => problemOf(source, error)));
  return E.right({ record: parsed.module, program: () => parsed.program });
}

/** The statements of a TypeScript text. None, or those before the error, where it is not valid. */
export function typescriptStatements(path: string, source: string): Program['body'] {
  return parseSync(path, source).program.body;
}

function severityOf({ severity }: { readonly severity: string }): string {
  return severity;
}

/** The kind of a name in the record. */
export function kindOf(name: { readonly kind: string }): string {
  return name.kind;
}

function problemOf(source: string, { message, helpMessage, labels }: OxcError): SourceProblem {
  const help = helpMessage === null ? '' : ` (${helpMessage})`;
  return { reason: `${message}${help}`, ...placeAt(source, labels[0]?.start ?? 0) };
}
