import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { Manifest } from '../../../src/runtime/manifest/manifestKeys.js';
import { manifestSchema } from '../../../src/runtime/manifest/manifestSchema.js';
import { processorMsOf } from '../../support/processorMsOf.js';

const whole = {
  name: 'my-plugin',
  version: '1.2.3-rc.1',
  'api-version': { major: 0, minor: 1, patch: 0 },
  source: './src/index.ts',
  exports: ['value'],
  capabilities: ['net'],
  dependencies: { other: '^1.0.0 || ^2' },
  mode: 'in-process',
  'state-version': 2,
  'hand-over': 'copy',
  swap: 'stop-first',
  'reload-on': ['data/**/*.csv'],
  tags: ['a'],
  metadata: { deep: { anything: [1] } },
  description: 'd',
  authors: ['me'],
  license: 'MIT',
  probation: { 'duration-ms': 10_000, 'failure-count': 3 },
  $schema: './plugin.schema.json',
};

const properties = (schema: unknown): Readonly<Record<string, Readonly<Record<string, unknown>>>> =>
  Reflect.get(Object(schema), 'properties');

describe('Manifest', () => {
  test('accepts every key, and returns the values unchanged', () => {
    const decoded = Manifest.decode(whole);
    expect(isRight(decoded) && decoded.right).toEqual(whole);
  });

  test.each(Object.keys(whole))('refuses -1.5 as the value of %s', (key) => {
    expect(isRight(Manifest.decode({ ...whole, [key]: -1.5 }))).toBe(false);
  });

  test('any text as source is refused or stays in the folder, in time that grows with its length', () => {
    const text = fc.string({
      unit: fc.constantFrom('.', '/', 'a', '\\', '%', ':', '\0', '\n'),
      maxLength: 200,
    });
    fc.assert(
      fc.property(text, (source) => {
        if (!isRight(Manifest.decode({ ...whole, source }))) return;
        const depths = source.split('/').map((part) => (part === '..' ? -1 : 0));
        expect(source.startsWith('/') || depths.includes(-1)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
    const long = { source: '../'.repeat(20_000), 'reload-on': ['*'.repeat(60_000)] };
    expect(processorMsOf(() => Manifest.decode({ ...whole, ...long }))).toBeLessThan(1_000);
  });
});

describe('manifestSchema', () => {
  const schema = manifestSchema();

  test('equals the shipped plugin.schema.json; if not, run node scripts/write-manifest-schema.mjs', () => {
    const shipped = readFileSync(new URL('../../../plugin.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(shipped)).toEqual(JSON.parse(JSON.stringify(schema)));
  });

  test('has the keys of the codec, the same ones required, and no others', () => {
    expect(Object.keys(properties(schema)).sort()).toEqual(Object.keys(whole).sort());
    expect(schema).toMatchObject({
      required: ['name', 'version', 'source'],
      additionalProperties: false,
    });
    expect(properties(schema)['api-version']).toMatchObject({
      anyOf: [
        { type: 'string' },
        { required: ['major', 'minor', 'patch'], additionalProperties: false },
      ],
    });
    expect(
      Object.values(properties(schema)).every(({ description }) => typeof description === 'string'),
    ).toBe(true);
  });

  test('has the same rule for each key as the codec', () => {
    expect(properties(schema)).toMatchObject({
      name: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 64 },
      mode: { enum: ['in-process', 'worker'] },
      'state-version': { type: 'integer', minimum: 0 },
      probation: { properties: { 'failure-count': { type: 'integer', minimum: 1 } } },
      exports: { type: 'array', items: { type: 'string', minLength: 1 } },
      dependencies: { type: 'object', additionalProperties: { type: 'string' } },
      metadata: { type: 'object' },
    });
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  test.each(['../x', 'a/../b', '/etc/passwd', 'a\\b', 'file:x', '%2e', '..', ''])(
    'its pattern for source refuses %j, as the codec does',
    (source) => {
      const pattern = new RegExp(String(properties(schema)['source']?.['pattern']), 'u');
      expect([pattern.test(source), isRight(Manifest.decode({ ...whole, source }))]).toEqual([
        false,
        false,
      ]);
    },
  );
});
