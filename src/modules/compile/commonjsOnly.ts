import { placeAt, type SourceProblem } from '../places/textPlace.js';
import { type Program, typescriptStatements } from './parseModule.js';

/** Without one of these words in this order, a text has nothing of what follows. It may still be in a comment. */
const HINT = /\bexport\s*=(?!=)|\bimport\s+[\w$]+\s*=/;

const IN_A_MODULE =
  '`export =` is for CommonJS, and this file is an ECMAScript module, since its extension or the "type" of its package.json says so: use `export default`, or make it CommonJS (name it .cts, or set "type": "commonjs" in its package.json)';

type Statement = Program['body'][number];

/** Whether a TypeScript text has syntax that only a CommonJS file can have: `export = a`, or `import a = require('a')` of more than a type. */
export function isCommonjsOnly(path: string, source: string): boolean {
  return statementsOf(path, source).some(
    (statement) => statement.type === 'TSExportAssignment' || isImportRequire(statement),
  );
}

/** Whether a TypeScript text has `export =`. */
export function assignsExports(path: string, source: string): boolean {
  return assignmentIn(path, source) !== undefined;
}

/** `export =` in a module: the transpiler makes `module.exports =` of it, whatever the kind. Undefined: there is none. */
export function exportAssignmentProblem(path: string, source: string): SourceProblem | undefined {
  const found = assignmentIn(path, source);
  return found && { reason: IN_A_MODULE, ...placeAt(source, found.start) };
}

function assignmentIn(path: string, source: string): Statement | undefined {
  return statementsOf(path, source).find(({ type }) => type === 'TSExportAssignment');
}

function statementsOf(path: string, source: string): readonly Statement[] {
  return HINT.test(source) ? typescriptStatements(path, source) : [];
}

function isImportRequire(statement: Statement): boolean {
  const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  return (
    declared?.type === 'TSImportEqualsDeclaration' &&
    declared.importKind !== 'type' &&
    declared.moduleReference.type === 'TSExternalModuleReference'
  );
}
