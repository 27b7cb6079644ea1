import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

/** What the compiler says about a file of this project with this text. */
function errorsOf(text: string): string {
  const file = join(import.meta.dirname, 'made.ts');
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: ['node'] },
    ...{ module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022 },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.getSourceFile = (path, ...rest) =>
    path === file
      ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2022)
      : getSourceFile(path, ...rest);
  const program = ts.createProgram([file], options, host);
  return program
    .getSemanticDiagnostics(program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
    .join(' ');
}

it('a window without maxMs in a pipe is an error that names maxMs', { timeout: 60_000 }, () => {
  const errors = errorsOf(`
import { of } from 'rxjs';
import { debounceAdaptive } from '../../../src/operators/debounceAdaptive.js';
of(1).pipe(debounceAdaptive({ minMs: 5, window: () => 3 }));
of(1).pipe(debounceAdaptive({ minMs: 5, maxMs: 9, window: () => 3 }));
`);
  expect(errors).toMatch(
    /^Argument of type .*debounceAdaptive: window needs maxMs.* is not assignable/,
  );
});
