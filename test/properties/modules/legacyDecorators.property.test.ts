import fc from 'fast-check';
import { isRight } from 'fp-ts/lib/Either.js';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { createModuleCompiler } from '../../../src/modules/buildGraph.js';
import { runAlone } from '../support/runAlone.js';

const TYPES = [
  ...['string', 'number', 'boolean', 'bigint', 'symbol', 'any', 'unknown', 'object', 'Date'],
  ...['string[]', 'Promise<string>', 'string | null', 'number | undefined', '"a" | "b"', '1 | 2'],
  ...['() => void', 'Other', 'Other | null', 'Shape', 'Text', 'Level', 'Mode', 'void', 'undefined'],
  ...[
    '[string]',
    'readonly number[]',
    'T',
    'Missing',
    'Space.Inner',
    'string & { a: 1 }',
    '-1',
    '`a`',
  ],
  ...['null', 'never', 'typeof later', 'keyof Other', 'true', 'Map<string, number>'],
];
/** What the members of the class and their decorators are made of. */
const type = fc.constantFrom('', ...TYPES);
const decorators = fc.integer({ min: 0, max: 2 });
const parameters = fc.array(fc.record({ decorators, type, isOptional: fc.boolean() }), {
  maxLength: 3,
});
const member = fc.record({
  kind: fc.constantFrom('field', 'valued', 'method', 'getter', 'setter', 'computed'),
  isStatic: fc.boolean(),
  decorators,
  type,
  parameters,
});
const shape = fc.record({
  members: fc.array(member, { maxLength: 5 }),
  ctor: fc.option(parameters, { nil: undefined }),
  decorators,
  form: fc.constantFrom('plain', 'exported', 'default', 'abstract'),
  refersToItself: fc.boolean(),
});
type Shape = typeof shape extends fc.Arbitrary<infer A> ? A : never;

/** Each decorator notes when it is evaluated, and what it is called with. */
function sourceOf({ members, ctor, decorators: onClass, form, refersToItself }: Shape): string {
  let number = 0;
  const marks = (count: number) =>
    Array.from({ length: count }, () => `@mark(${(number += 1)}) `).join('');
  const list = (parts: Shape['members'][number]['parameters']) =>
    parts
      .map(
        ({ decorators: count, type: of, isOptional }, at) =>
          `${marks(count)}p${at}${isOptional ? '?' : ''}${of === '' ? '' : `: ${of}`}`,
      )
      // A parameter that must be given does not follow an optional one.
      .map((text, at, all) =>
        all.slice(at).some((one) => !one.includes('?')) ? text.replace('?', '') : text,
      )
      .join(', ');
  const colon = (of: string) => (of === '' ? '' : `: ${of}`);
  const body = members.map((one, at) => {
    const head = `${marks(one.decorators)}${one.isStatic ? 'static ' : ''}`;
    const name = `m${at}`;
    if (one.kind === 'field') return `${head}${name}${colon(one.type)};`;
    if (one.kind === 'valued') return `${head}${name}${colon(one.type)} = make('${name}') as any;`;
    if (one.kind === 'computed') return `${head}[make('${name}')]${colon(one.type)};`;
    if (one.kind === 'getter') return `${head}get ${name}()${colon(one.type)} { return 1 as any; }`;
    if (one.kind === 'setter') return `${head}set ${name}(v${colon(one.type)}) {}`;
    return `${head}${name}(${list(one.parameters)})${colon(one.type)} { return 1 as any; }`;
  });
  const itself = refersToItself ? 'static same() { return Subject; }' : '';
  const constructor = ctor === undefined ? '' : `constructor(${list(ctor)}) { }`;
  const word = {
    plain: 'class',
    exported: 'export class',
    default: 'export default class',
    abstract: 'abstract class',
  }[form];
  return `
    enum Text { A = 'a', B = 'b' } enum Level { A, B = 5 } enum Mode { A = 1, B = 'x' }
    interface Shape { a: 1 } class Other { b = 1 } type Missing = Gone;
    namespace Space { export class Inner { } }
    ${marks(onClass)}${word} Subject<T> { ${itself}${constructor} ${body.join('\n')} }
    made(Subject);
    ${refersToItself && onClass > 0 ? 'note("same", (Subject as any).same() === Subject);' : ''}
    const later = 1;`;
}

/** Runs a text and returns what its decorators saw. */
async function traceOf(run: (globals: Globals) => Promise<unknown>): Promise<readonly unknown[]> {
  const trace: unknown[] = [];
  const shown = (value: unknown): unknown => {
    if (typeof value === 'function') return `function ${value.name}`;
    if (Array.isArray(value)) return value.map(shown);
    return typeof value === 'object' && value !== null ? Object.keys(value).sort() : String(value);
  };
  const note = (...values: readonly unknown[]) => trace.push(values.map(shown));
  const globals: Globals = {
    note,
    mark: (number) => {
      note('evaluated', number);
      return (...args) => {
        note('called', number, args.length, ...args);
        const [target] = args;
        if (args.length === 1 && typeof target === 'function' && number % 3 === 0) {
          return { [target.name]: class extends (target as new () => object) {} }[target.name];
        }
        return undefined;
      };
    },
    make: (name) => {
      note('made', name);
      return name;
    },
    made: (subject) =>
      note(
        'class',
        Object.getOwnPropertyNames(subject)
          .filter((name) => name.startsWith('m'))
          .sort(),
      ),
    Reflect: Object.assign(Object.create(Reflect), {
      metadata: (key: string, value: unknown) => {
        note('metadata', key, value);
        return (...args: unknown[]) => void note('noted', key, ...args);
      },
    }),
  };
  try {
    await run(globals);
  } catch (error) {
    note('threw', (error as Error).name);
  }
  return trace;
}

interface Globals {
  readonly note: (...values: readonly unknown[]) => void;
  readonly mark: (number: number) => (...args: unknown[]) => unknown;
  readonly make: (name: string) => string;
  readonly made: (subject: object) => void;
  readonly Reflect: object;
}

const NAMES = ['note', 'mark', 'make', 'made'] as const;

async function byTypescript(source: string, useDefine: boolean): Promise<readonly unknown[]> {
  const { outputText } = ts.transpileModule(source, {
    fileName: 'index.ts',
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      useDefineForClassFields: useDefine,
      strict: false,
      strictNullChecks: true,
    },
  });
  return traceOf((globals) => {
    const body = new Function('exports', 'Reflect', ...NAMES, outputText);
    body({}, globals.Reflect, ...NAMES.map((name) => globals[name]));
    return Promise.resolve();
  });
}

async function byHotpipe(source: string, useDefine: boolean): Promise<readonly unknown[]> {
  const compiled = await createModuleCompiler('leave').compile(
    '/p/index.ts',
    `const { ${NAMES.join(', ')} } = globalThis.test; ${source}`,
    {
      legacyDecorators: { emitsMetadata: true, strictNullChecks: true },
      ...(!useDefine && { assignsFields: true }),
    },
    'module',
  );
  if (!isRight(compiled)) throw new Error(`${compiled.left[0]?.reason}\n${source}`);
  return traceOf(async (globals) => {
    Reflect.set(globalThis, 'test', globals);
    const before = Reflect.get(Reflect, 'metadata');
    Reflect.set(Reflect, 'metadata', Reflect.get(globals.Reflect, 'metadata'));
    try {
      await runAlone(compiled.right, {});
    } finally {
      Reflect.deleteProperty(globalThis, 'test');
      if (before === undefined) Reflect.deleteProperty(Reflect, 'metadata');
      else Reflect.set(Reflect, 'metadata', before);
    }
  });
}

describe('older decorators', () => {
  test.each([true, false])(
    'see the same, in the same order, as with TypeScript: useDefineForClassFields %s',
    { timeout: 120_000 },
    async (useDefine) => {
      await fc.assert(
        fc.asyncProperty(shape, async (drawn) => {
          const source = sourceOf(drawn);
          expect(await byHotpipe(source, useDefine), source).toEqual(
            await byTypescript(source, useDefine),
          );
        }),
        { numRuns: 200 },
      );
    },
  );
});
