import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { pluginFolders } from '../runtime/pluginFolders.js';
import { runHostileHost } from '../runtime/runHostileHost.js';

const LIMIT_MS = 90_000;
/** 1 s where it was measured: see `runHostileHost`. */
const HELD_REFERENCES = 4.5;

const times = (count: number, text: string) => `${text}\n`.repeat(count);

test('very many errors are a failure that names the first one, and do not hold the loop', {
  timeout: 120_000,
}, async () => {
  const folders = pluginFolders();
  // The engine tells the first one; the compiler needs 100 s for them.
  folders.plugin('commonjs', {
    'index.ts': `import './many.cjs'; export const v = 1;`,
    'many.cjs': times(100_000, 'let a;'),
  });
  // No error in CommonJS: only the syntax tells that it is a module.
  folders.plugin('module', { 'index.ts': `export {};\n${times(10_000, 'return;')}` });
  folders.plugin('good', { 'index.ts': 'export const v = () => 1;' });
  const { end, plugins, reasons, heldReferences } = await runHostileHost(
    ['load', folders.dir],
    LIMIT_MS,
    'measured',
  );

  expect(end).toBe(0);
  expect(plugins).toEqual({
    ...{ commonjs: 'CompilationFailed', module: 'CompilationFailed', good: 'good' },
  });
  expect(reasons['commonjs']).toContain("commonjs/many.cjs:2:5: Identifier 'a' has already been");
  expect(reasons['module']).toContain('module/index.ts:2:1: ');
  expect(heldReferences).toBeLessThan(HELD_REFERENCES);
});

/** A plugin with all that it needs in one file, as bundlers write it. */
async function bundleOfNest(): Promise<string> {
  const contents = `import 'reflect-metadata'; import { NestFactory } from '@nestjs/core'; export const v = () => typeof NestFactory.create;`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd() },
    ...{ bundle: true, platform: 'node', format: 'esm', write: false, logLevel: 'error' },
    external: ['@nestjs/microservices', '@nestjs/websockets', '@nestjs/platform-express'],
    banner: {
      js: 'import { createRequire as make } from "node:module"; const require = make(import.meta.url);',
    },
  });
  return outputFiles[0]?.text ?? '';
}

test('a bundle of 2 MB serves; one of 9 MB is refused in words', {
  timeout: 120_000,
}, async () => {
  const folders = pluginFolders();
  const text = await bundleOfNest();
  const compiler = readFileSync('node_modules/@typescript/old/lib/typescript.js', 'utf8');
  expect(text.length).toBeGreaterThan(2_000_000);
  expect(compiler.length).toBeGreaterThan(5_000_000);
  const from = (file: string) => `export { v } from './${file}';`;
  folders.plugin('nest', { 'index.ts': from('bundle.mjs'), 'bundle.mjs': text });
  folders.plugin('large', { 'index.ts': from('bundle.cjs'), 'bundle.cjs': compiler });
  const { end, plugins, reasons, heldReferences } = await runHostileHost(
    ['load', folders.dir],
    LIMIT_MS,
    'measured, unhurried',
  );

  expect(end).toBe(0);
  expect(plugins).toEqual({ nest: 'good', large: 'CompilationFailed' });
  expect(reasons['large']).toMatch(/large\/bundle\.cjs:\d+:\d+: has more than .*leave packages/);
  expect(heldReferences).toBeLessThan(HELD_REFERENCES);
});
