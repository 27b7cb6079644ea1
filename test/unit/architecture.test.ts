import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const page = readFileSync('docs/architecture.md', 'utf8');

/** The text under a heading, up to the next heading. */
function section(heading: string): string {
  const [, ...parts] = page.split(/^#{2,3} /m);
  const found = parts.find((part) => part.startsWith(`${heading}\n`));
  if (found === undefined) throw new Error(`docs/architecture.md has no section "${heading}"`);
  return found;
}

/** Names that a file declares: functions, classes, methods, constants, and functions that an object literal holds. */
function declaredNames(path: string): ReadonlySet<string> {
  const source = ts.createSourceFile(
    path,
    readFileSync(path, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const isDeclaration =
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isMethodDeclaration(node) ||
      ts.isVariableDeclaration(node) ||
      ts.isPropertyAssignment(node);
    if (isDeclaration && node.name !== undefined) names.add(node.name.getText());
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

describe('docs/architecture.md', () => {
  const steps = [...section('The way of one save').matchAll(/^(\d+)\. `([^`]+\.ts)` `([^`]+)`/gm)];

  it('tells the way of one save in at most 40 numbered steps', () => {
    expect(steps.length).toBeGreaterThan(20);
    expect(steps.length).toBeLessThanOrEqual(40);
    expect(steps.map(([, number]) => Number(number))).toEqual(steps.map((_, index) => index + 1));
    expect(section('The way of one save').match(/^\d+\. /gm)).toHaveLength(steps.length);
  });

  it.each(steps.map(([, number, file, name]) => ({ number, file, name })))(
    'step $number: $file has $name',
    ({ file, name }) => {
      expect(declaredNames(join('src', file ?? ''))).toContain(name);
    },
  );

  it('names files that exist where somebody asks for a place', () => {
    const files = [...section('Where is it?').matchAll(/`([^`]+\.ts)`/g)].map(
      ([, file]) => file ?? '',
    );

    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => !existsSync(join('src', file)))).toEqual([]);
  });

  it('lists every room of every floor, and none that is not there', () => {
    const roomsIn = (floor: string, at = ''): string[] =>
      readdirSync(join('src', floor, at), { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [join(at, entry.name), ...roomsIn(floor, join(at, entry.name))] : [],
      );
    const hasFiles = (floor: string, room: string): boolean =>
      readdirSync(join('src', floor, room)).some((name) => name.endsWith('.ts'));
    const floors = readdirSync('src', { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const onDisk = Object.fromEntries(
      floors.map(({ name }) => [
        name,
        roomsIn(name)
          .filter((room) => hasFiles(name, room))
          .sort(),
      ]),
    );
    const rows = [...section('Rooms').matchAll(/^\| `([a-z]+)` \| (.*) \|$/gm)];
    const onPage = Object.fromEntries(
      rows.map(([, floor = '', text = '']) => [
        floor,
        [...text.matchAll(/`([^`]+)`/g)].map(([, room = '']) => room).sort(),
      ]),
    );

    expect(onPage).toEqual(onDisk);
  });
});
