// Checks that each option of a published type has a comment, which an editor shows where the option is written, and that each
// number among them says its unit: a numeric field of an exported type whose name ends in Options,
// Config, Limits, Rules or Policy has a name that ends in Ms, Bytes, Count or Ratio, or is one of the names below.
import { readdirSync, readFileSync } from 'node:fs';
import { posix, sep } from 'node:path';
import ts from 'typescript';

const UNITS = ['Ms', 'Bytes', 'Count', 'Ratio'];
const CHECKED_TYPES = /(Options|Config|Limits|Rules|Policy)$/;

/** Names without a unit that are published, or that another standard has, and what they count or identify. */
const NAMES_WITHOUT_UNIT = {
  last: 'how many explanations, as the contract names it',
  port: 'a port of TCP',
  maxRetries: 'retries',
  concurrency: 'reloads at a time',
  depth: 'levels of folders',
  generations: 'records per plugin',
  keepVersions: 'versions per plugin',
  plugins: 'plugins of a simulation',
  steps: 'steps of a simulation',
  seed: 'identifies a run',
  multiplier: 'a factor: the growth of a delay from retry to retry',
  ratio: 'from 0 to 1',
  count: 'of what the type says',
  ms: 'of what the type says',
  bytes: 'of what the type says',
  attempt: 'the number of an attempt, from 1',
  schema: 'identifies the shape of a state',
  maxRuns: 'runs of a model',
  widthPx: 'pixels',
  maxFiles: 'files of a bundle',
  failureLimit: 'hosts of a rollout',
  minimumCalls: 'calls of a version',
  expectHosts: 'hosts',
  maxCrashes: 'ends of the host in a row',
  minLength: 'characters: a keyword of JSON Schema',
  maxLength: 'characters: a keyword of JSON Schema',
};

const files = readdirSync('src', { recursive: true })
  .map((file) => posix.join('src', file.split(sep).join('/')))
  .filter((file) => file.endsWith('.ts'))
  .sort();

/** The names that the entry points of the package export. */
const published = new Set(
  files
    .filter((file) => /^src\/([^/]+\/)?index\.ts$/.test(file))
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\w+(?=\s*[,}])/g)].map(String)),
);

let fieldCount = 0;
const findings = files.flatMap(findingsIn);
for (const finding of findings) console.error(finding);
if (findings.length > 0) {
  console.error(`check-units: ${findings.length} findings among ${fieldCount} numeric options`);
  process.exit(1);
}
if (fieldCount === 0) {
  console.error('check-units: no numeric option found: the check looks in the wrong place');
  process.exit(1);
}
console.log(`all options have comments; ${fieldCount} of them are numbers that say their unit`);

function findingsIn(file) {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  return source.statements.flatMap((statement) => {
    if (!ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement)) return [];
    const isExported = statement.modifiers?.some(
      ({ kind }) => kind === ts.SyntaxKind.ExportKeyword,
    );
    if (!isExported || !CHECKED_TYPES.test(statement.name.text)) return [];
    const options = published.has(statement.name.text) ? optionsWithoutComment(statement) : [];
    const silent = options.map((option) => {
      const { line } = source.getLineAndCharacterOfPosition(option.getStart(source));
      return `${file}:${line + 1}: ${statement.name.text}.${option.name.getText(source)} has no comment: say its meaning, range, default and errors`;
    });
    const withoutUnit = numericFieldsIn(statement).flatMap((field) => {
      fieldCount += 1;
      const name = field.name.getText(source);
      if (hasUnit(name)) return [];
      const { line } = source.getLineAndCharacterOfPosition(field.getStart(source));
      return [
        `${file}:${line + 1}: ${statement.name.text}.${name} is a number without a unit: end its name in ${UNITS.join(', ')}, or explain the name in scripts/check-units.mjs`,
      ];
    });
    return [...silent, ...withoutUnit];
  });
}

/** The fields of an interface, or of the object types that a type is made of, that have no doc comment. */
function optionsWithoutComment(node) {
  const members = ts.isInterfaceDeclaration(node)
    ? [...node.members]
    : [node.type, ...(node.type.types ?? [])].flatMap((type) =>
        ts.isTypeLiteralNode(type) ? [...type.members] : [],
      );
  return members.filter(
    (member) => member.name !== undefined && ts.getJSDocCommentsAndTags(member).length === 0,
  );
}

/** Numeric properties of a type, also inside the types of its properties; not those of functions that it has. */
function numericFieldsIn(node) {
  const fields = [];
  const visit = (child) => {
    if (ts.isFunctionTypeNode(child) || ts.isMethodSignature(child)) return;
    if (ts.isPropertySignature(child) && isNumeric(child.type)) fields.push(child);
    ts.forEachChild(child, visit);
  };
  ts.forEachChild(node, visit);
  return fields;
}

/** `number`, or a union of it with undefined or null. */
function isNumeric(type) {
  if (type === undefined) return false;
  if (type.kind === ts.SyntaxKind.NumberKeyword) return true;
  if (ts.isParenthesizedTypeNode(type)) return isNumeric(type.type);
  if (!ts.isUnionTypeNode(type)) return false;
  const others = type.types.filter((member) => !isNothing(member));
  return others.length > 0 && others.every(isNumeric);
}

function isNothing(type) {
  return (
    type.kind === ts.SyntaxKind.UndefinedKeyword ||
    (ts.isLiteralTypeNode(type) && type.literal.kind === ts.SyntaxKind.NullKeyword)
  );
}

function hasUnit(name) {
  return name in NAMES_WITHOUT_UNIT || UNITS.some((unit) => name.endsWith(unit));
}
