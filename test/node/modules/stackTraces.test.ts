import { describe, expect, test } from 'vitest';
import { left, pluginFolders, right, startRuntime } from '../runtime/pluginFolders.js';

/** `throws()` throws at line 8, column 11, after lines that the compiler removes. */
const SOURCE = `interface Removed {
  readonly a: string;
}
type AlsoRemoved = Removed & { readonly b: number };
enum Kept { A = 1 }
export function throws(input: AlsoRemoved): never {
  if (input === undefined) {
    throw new Error(\`at \${Kept.A}\`);
  }
  throw new Error('not here');
}
export async function later(): Promise<void> {
  await null;
  throws(undefined!);
}
`;

async function stackOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error ? String(error.stack) : '';
}

describe('stacks show the lines of the source', () => {
  test('for a throw over two files, and for an asynchronous one', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `import { throws, later } from './throws.js';\n\nexport const now = () => throws(undefined!);\nexport { later };`,
      'throws.ts': SOURCE,
    });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    const now = await stackOf(runtime.call('a', 'now'));
    const afterwards = await stackOf(runtime.call('a', 'later'));

    expect(now).toMatch(/^Error: at 1\n/);
    expect(now).toContain(`at throws (${folders.path('a/throws.ts')}:8:11)`);
    expect(now).toContain(`at now (${folders.path('a/index.ts')}:3:26)`);
    expect(afterwards).toContain(`at later (${folders.path('a/throws.ts')}:14:3)`);
  });

  test('of the version that threw, also when the stack is read after a reload', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': SOURCE });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    const error: unknown = await runtime.call('a', 'throws').catch((reason: unknown) => reason);
    folders.write('a/index.ts', `\n\n\n\n${SOURCE}`);
    right(await runtime.reloadPlugin('a')());

    expect(Reflect.get(Object(error), 'stack')).toContain(`${folders.path('a/index.ts')}:8:11`);
    expect(await stackOf(runtime.call('a', 'throws'))).toContain(
      `${folders.path('a/index.ts')}:12:11`,
    );
  });

  test('for a throw at load: also in the failure, with a frame', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': `${SOURCE}throws(undefined!);` });
    const { runtime } = startRuntime();

    expect(left(await runtime.loadManifest(folders.path('a'))())).toMatchObject({
      _tag: 'EvaluationFailed',
      file: 'a/index.ts',
      line: 8,
      column: 11,
      frame: expect.stringContaining(
        '>  8 |     throw new Error(`at ${Kept.A}`);\n     |           ^',
      ),
    });
  });

  describe.each(['in-process', 'worker'] as const)('for .cjs, %s', (mode) => {
    test.each<[string, string, number, number]>([
      ['a throw on the first line', `throw new Error('x');`, 1, 7],
      ['a throw on another line', `exports.a = 1;\n  throw new Error('x');`, 2, 9],
      ['a package that is not found', `exports.a = 1; require('not-installed');`, 1, 16],
    ])('%s', async (_, text, line, column) => {
      const folders = pluginFolders();
      folders.plugin('a', { 'index.ts': `import './low.cjs';`, 'low.cjs': text });
      const { runtime } = startRuntime({ mode });

      expect(left(await runtime.loadManifest(folders.path('a'))())).toMatchObject({
        _tag: 'EvaluationFailed',
        file: 'a/low.cjs',
        line,
        column,
      });
    });

    test('a stack shows no line of generated code', async () => {
      const folders = pluginFolders();
      folders.plugin('a', {
        'index.ts': `import { f } from './low.cjs'; export const value = () => f();`,
        'low.cjs': `exports.f = () => require('not-installed');`,
      });
      const { runtime } = startRuntime({ mode });
      right(await runtime.loadManifest(folders.path('a'))());
      const frames = (await stackOf(runtime.call('a', 'value'))).match(/low\.cjs:[-\d:]+/g);

      expect(frames).toEqual(['low.cjs:1:19']);
    });
  });

  test.each<[string, string, string, number, number]>([
    ['ends too early', 'exports.q=', 'Unexpected end of input', 1, 11],
    ['ends too early, lines below', 'exports.q = {\n  a: [\n', 'Unexpected end of input', 3, 1],
    ['is wrong on its first line', 'exports.q= = 1', "Unexpected token '='", 1, 12],
    ['is wrong below', 'var a = 1;\nexports.q= = 1', "Unexpected token '='", 2, 12],
    ['closes one brace too many', '}); (() => {', "Unexpected token '}'", 1, 1],
    ['is not CommonJS', 'export const a = 1;', "Unexpected token 'export'", 1, 1],
    ['has a top-level await', 'var a;\nawait 1;', 'await is only valid in async functions', 2, 1],
  ])('a .cjs that %s: its own line and column', async (_, text, reason, line, column) => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': `import './low.cjs';`, 'low.cjs': text });
    const { runtime } = startRuntime();

    expect(left(await runtime.loadManifest(folders.path('a'))())).toMatchObject({
      _tag: 'CompilationFailed',
      message: expect.stringContaining(`a/low.cjs:${line}:${column}: ${reason}`),
      line,
      column,
    });
  });

  test.each<[string, string, number, number]>([
    ['index.ts', 'type A = 1;\nthrow new Error();', 3, 7],
    ['index.ts', 'const plain = (_: unknown) => {};\n@plain class A {}\nthrow new Error();', 4, 7],
    ['low.js', 'throw new Error();', 2, 7],
    ['low.cjs', 'throw new Error();', 2, 7],
  ])('%s may begin with a #! line: %j', async (file, text, line, column) => {
    const folders = pluginFolders();
    const source = `#!/usr/bin/env node\n${text}`;
    folders.plugin('a', { 'index.ts': `import './low.js'; import './low.cjs';`, 'low.js': '' });
    folders.write('a/low.cjs', '');
    folders.write(`a/${file}`, source);
    const { runtime } = startRuntime();

    expect(left(await runtime.loadManifest(folders.path('a'))())).toMatchObject({
      _tag: 'EvaluationFailed',
      file: `a/${file}`,
      line,
      column,
      frame: expect.stringContaining(`> ${line} | throw`),
    });
  });

  test('through a prepareStackTrace that was set before: it gets mapped frames, and is restored', async () => {
    const before = Error.prepareStackTrace;
    const mine: typeof Error.prepareStackTrace = (error, sites) => {
      const [site] = sites;
      return `mine: ${error.message} ${site?.getFileName()}:${site?.getLineNumber()}:${site?.getColumnNumber()} ${site?.getFunctionName()}`;
    };
    Error.prepareStackTrace = mine;
    try {
      const folders = pluginFolders();
      folders.plugin('a', { 'index.ts': SOURCE });
      const { runtime } = startRuntime();
      right(await runtime.loadManifest(folders.path('a'))());

      expect(await stackOf(runtime.call('a', 'throws'))).toBe(
        `mine: at 1 ${folders.path('a/index.ts')}:8:11 throws`,
      );
      await runtime.close();
      expect(Error.prepareStackTrace).toBe(mine);
    } finally {
      Error.prepareStackTrace = before;
    }
  });

  test('unless the host leaves them untouched', async () => {
    const before = Error.prepareStackTrace;
    startRuntime({ stackTraces: 'untouched' });
    expect(Error.prepareStackTrace).toBe(before);
  });
});
