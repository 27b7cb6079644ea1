import { mkdirSync, writeFileSync } from 'node:fs';

/** Nested directories with ten files and up to ten directories each. */
export function makeTree(root: string, fileCount: number): void {
  const queue = [root];
  for (let made = 0; made < fileCount; made += 10) {
    const dir = queue.shift();
    if (dir === undefined) return;
    mkdirSync(dir, { recursive: true });
    for (let i = 0; i < 10; i++) {
      writeFileSync(`${dir}/f${i}.ts`, `export const value = ${i};\n`);
      queue.push(`${dir}/d${i}`);
    }
  }
}
