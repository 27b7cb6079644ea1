import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The shape of a generated plugin. JavaScript is for tools that do not support TypeScript. */
export interface PluginShape {
  readonly fileCount: 1 | 20 | 500;
  /** Default `bench`. */
  readonly name?: string;
  /** Whether the entry imports two npm packages. */
  readonly hasPackages?: boolean;
  readonly language: 'ts' | 'js';
}

/** Lines of ordinary code per file, so that it has the size of a file that people write: about 3.8 KB. */
const BALLAST_LINES = 60;

/** Writes the plugin. The returned function edits it so that it answers `value`. */
export function writePlugin(dir: string, shape: PluginShape): (value: number) => void {
  mkdirSync(dir, { recursive: true });
  // Without it some tools would treat the files as CommonJS.
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(dir, 'plugin.toml'),
    MANIFEST.replace('EXTENSION', shape.language).replace('"bench"', `"${shape.name ?? 'bench'}"`),
  );
  const entry = join(dir, `index.${shape.language}`);
  const packages = shape.hasPackages === true ? PACKAGES : '';
  const edit =
    shape.fileCount === 1
      ? (value: number) => writeFileSync(entry, packages + oneFile(value, shape.language))
      : (value: number) =>
          writeFileSync(join(dir, `part10.${shape.language}`), part(10, value, shape.language));
  if (shape.fileCount > 1) {
    const numbers = Array.from({ length: shape.fileCount - 1 }, (_, i) => i + 1);
    for (const n of numbers) {
      writeFileSync(join(dir, `part${n}.${shape.language}`), part(n, 0, shape.language));
    }
    const imports = numbers.map((n) => `import { value as v${n} } from './part${n}.js';`);
    const sum = numbers.map((n) => `v${n}`).join(' + ');
    writeFileSync(
      entry,
      `${imports.join('\n')}\nexport function answer() {\n  return ${sum};\n}\n`,
    );
  }
  edit(0);
  return edit;
}

const PACKAGES = `import semver from 'semver';\nimport micromatch from 'micromatch';\nexport const used = [semver.valid('1.0.0'), micromatch.isMatch('a.ts', '*.ts')];\n`;

const MANIFEST = `name = "bench"
version = "1.0.0"
source = "index.EXTENSION"
exports = ["answer"]

[api-version]
major = 0
minor = 1
patch = 0
`;

function oneFile(value: number, language: PluginShape['language']): string {
  return `${ballast(language)}export function answer() {\n  return ${value};\n}\n`;
}

function part(n: number, value: number, language: PluginShape['language']): string {
  return `${ballast(language)}export const value = ${n === 10 ? value : 0};\n`;
}

function ballast(language: PluginShape['language']): string {
  const type = language === 'ts' ? ': number' : '';
  return Array.from(
    { length: BALLAST_LINES },
    (_, i) => `const step${i} = (a${type}, b${type}) => (a * ${i} + b) % 97;`,
  )
    .join('\n')
    .concat('\n');
}
