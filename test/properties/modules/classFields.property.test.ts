import fc from 'fast-check';
import { isRight } from 'fp-ts/lib/Either.js';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { createModuleCompiler } from '../../../src/modules/buildGraph.js';
import { runAlone } from '../support/runAlone.js';

const member = fc.record({
  kind: fc.constantFrom(
    'bare',
    'valued',
    'computed',
    'private',
    'arrow',
    'method',
    'getter',
    'block',
    'declared',
    'string',
  ),
  isStatic: fc.boolean(),
});
const shape = fc.record({
  above: fc.array(member, { maxLength: 4 }),
  below: fc.array(member, { maxLength: 5 }),
  hasConstructor: fc.boolean(),
  hasProperty: fc.boolean(),
  isExpression: fc.boolean(),
});
type Drawn = typeof shape extends fc.Arbitrary<infer A> ? A : never;
type Member = Drawn['below'][number];

/** Each value notes when it is made. */
function sourceOf({ above, below, hasConstructor, hasProperty, isExpression }: Drawn): string {
  const body = (members: readonly Member[], prefix: string) =>
    members
      .map(({ kind, isStatic }, at) => {
        const name = `${prefix}${at}`;
        const head = isStatic ? 'static ' : '';
        const forms: Readonly<Record<string, string>> = {
          bare: `${head}${name}?: number;`,
          valued: `${head}${name} = note('${name}', typeof this);`,
          computed: `${head}[note('key', '${name}')] = note('${name}');`,
          private: `${head}#${name} = note('#${name}'); ${head}get of${name}() { return this.#${name}; }`,
          arrow: `${head}${name} = () => this;`,
          method: `${head}${name}() { return 1; }`,
          getter: `${head}get ${name}() { return 1; } ${head}set ${name}(v) { note('set', v); }`,
          block: `static { note('block', '${name}'); }`,
          declared: `declare ${head}${name}: string;`,
          string: `${head}'${name} x' = super.toString === undefined ? 1 : note('s');`,
        };
        return forms[kind] ?? '';
      })
      .join('\n');
  const parameter = hasProperty ? 'private own = note("own")' : '';
  const constructor =
    hasConstructor || hasProperty
      ? `constructor(${parameter}) { note('before'); super(); note('after'); }`
      : '';
  const word = isExpression ? 'const B = class extends A' : 'class B extends A';
  // Names of both classes meet, so that what one assigns may be a setter of the other.
  return `class A { ${body(above, 'm')} constructor() { note('A', Object.keys(this)); } } ${word} { ${body(below, 'm')} ${constructor} };
    const one: any = new B(); note('keys', Object.getOwnPropertyNames(one), Object.getOwnPropertyNames(B).sort());
    for (const key of Object.keys(one)) note(key, typeof one[key]);`;
}

function tracing() {
  const trace: unknown[] = [];
  const note = (...values: readonly unknown[]) => {
    trace.push(JSON.stringify(values));
    return values[1] ?? values[0];
  };
  return { trace, note };
}

async function traceOf(run: (note: (...values: readonly unknown[]) => unknown) => unknown) {
  const { trace, note } = tracing();
  try {
    await run(note);
  } catch (error) {
    trace.push(error instanceof Error ? error.name : 'thrown');
  }
  return trace;
}

describe('fields of classes', () => {
  test.each([true, false])(
    'are made as by TypeScript: useDefineForClassFields %s',
    async (useDefine) => {
      await fc.assert(
        fc.asyncProperty(shape, async (drawn) => {
          const source = sourceOf(drawn);
          const { outputText, diagnostics = [] } = ts.transpileModule(source, {
            fileName: 'index.ts',
            reportDiagnostics: true,
            compilerOptions: {
              target: ts.ScriptTarget.ES2022,
              module: ts.ModuleKind.CommonJS,
              useDefineForClassFields: useDefine,
            },
          });
          fc.pre(diagnostics.length === 0);
          const compiled = await createModuleCompiler('leave').compile(
            '/p/index.ts',
            `const { note } = import.meta as any; ${source}`,
            useDefine ? undefined : { assignsFields: true },
          );
          const expected = await traceOf((note) =>
            new Function('note', 'exports', outputText)(note, {}),
          );
          if (!isRight(compiled)) throw new Error(`${compiled.left[0]?.reason}\n${source}`);
          const own = await traceOf((note) => runAlone(compiled.right, { note }));
          expect(own, source).toEqual(expected);
        }),
        { numRuns: 150 },
      );
    },
    120_000,
  );
});
