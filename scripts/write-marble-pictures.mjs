// Draws the diagram of each operator's doc comment: docs/operators/*.svg, and docs/operators.md, which shows them.
// `node --import tsx scripts/write-marble-pictures.mjs`; with --check it writes nothing, and fails where a file is not what the diagrams give.
// A picture shows what a test runs, since each of these diagrams stands in the operator's marble test: scripts/check-doc-marbles.mjs.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { lanesSvg } from '../src/trace/picture/lanesSvg.ts';
import { docMarbles } from './doc-marbles.mjs';
import { marbleLane } from './marbleLane.ts';

const PAGE = 'docs/operators.md';
const FOLDER = 'docs/operators';
const COMMAND = 'npm run operators:pictures';
const FRAME_PX = 20;
const CHARACTER_PX = 7;
const TICK_EVERY = 5;

const operators = docMarbles();
if (operators.length < 9)
  throw new Error('fewer than nine operators found: the script runs in the wrong place');

const files = new Map([[PAGE, page()]]);
for (const one of operators) files.set(pathOf(one), `${picture(one)}\n`);
const left = (existsSync(FOLDER) ? readdirSync(FOLDER) : [])
  .map((name) => `${FOLDER}/${name}`)
  .filter((path) => !files.has(path));
const stale = [...files].filter(([path, text]) => text !== textOf(path)).map(([path]) => path);
const isCheck = process.argv.includes('--check');
if (isCheck) {
  for (const path of stale)
    console.error(`${path} is not what the diagrams give: run \`${COMMAND}\``);
  for (const path of left) console.error(`${path} is of no operator: run \`${COMMAND}\``);
  if (stale.length + left.length > 0) process.exit(1);
} else {
  mkdirSync(FOLDER, { recursive: true });
  for (const path of stale) writeFileSync(path, files.get(path));
  for (const path of left) rmSync(path, { recursive: true });
}
console.log(`${operators.length} diagrams; ${isCheck ? 'the pictures show them' : 'drawn'}`);

function pathOf({ name }) {
  return `${FOLDER}/${name}.svg`;
}

function picture({ name, notes, lanes }) {
  const own = lanes.map(({ label, diagram, column }) => marbleLane(label, diagram, column));
  const firstAt = Math.min(...own.map(({ fromAt }) => fromAt));
  const lastAt = Math.max(...own.map(({ toAt }) => toAt)) + 1;
  const longest = Math.max(...own.map(({ label }) => label.length));
  const labelPx = (longest + 3) * CHARACTER_PX;
  const ticks = [];
  for (let at = Math.ceil(firstAt / TICK_EVERY) * TICK_EVERY; at <= lastAt; at += TICK_EVERY)
    ticks.push(at);
  return lanesSvg({
    ...{ title: name, notes, labelPx, ticks },
    // What has no end goes on beyond the picture.
    lanes: own.map((lane) => (lane.ending === 'goesOn' ? { ...lane, toAt: lastAt } : lane)),
    widthPx: Math.max(320, labelPx + 2 * 16 + (lastAt - firstAt) * FRAME_PX),
  });
}

function page() {
  const sections = operators.map((one) =>
    [
      `## ${one.name}`,
      one.sentence,
      `![${altOf(one)}](${pathOf(one).replace('docs/', '')})`,
      ...(one.remark === undefined ? [] : [one.remark]),
      `Test: \`marble-tests/${one.name}.marbles.test.ts\``,
    ].join('\n\n'),
  );
  return `# Operators in pictures

Time runs from left to right, and the numbers are milliseconds. A letter in a circle is a value. Values of one moment lie below each other, the first
one on the line. A bar is completion, a cross an error; an arrow goes on. A line that begins later is subscribed to later. A triangle is a subscription,
a bar with a dot its end.

Drawn by \`${COMMAND}\` from the diagrams in the doc comments, which stand in the marble tests; \`npm run check\` fails when a picture is not
what its diagram gives. The options and promises of each operator are in its doc comment.

${sections.join('\n\n')}
`;
}

/** The diagram for whoever does not see the picture. */
function altOf({ name, lanes }) {
  const told = lanes.map(
    ({ label, diagram, column }) => `${label} ${' '.repeat(column)}${diagram}`,
  );
  return `${name}: ${told.join('; ')}`.replace(/[[\]\\]/g, '\\$&');
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
