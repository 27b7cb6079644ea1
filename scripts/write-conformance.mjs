// Writes the tables of the conformance suite from its cases: docs/conformance.md, a row per case, and the summary in docs/modules.md.
// `node --import tsx scripts/write-conformance.mjs`; with --check it writes nothing, and fails where a page is not what the cases say.
// A row says what the test demands, since the test reads the same data: test/conformance/conformance.test.ts.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const CASES = 'test/conformance/cases';
const PAGE = 'docs/conformance.md';
const SUMMARY_PAGE = 'docs/modules.md';
const COMMAND = 'npm run conformance:table';
const BEGIN = `<!-- conformance: begin, written by ${COMMAND} -->`;
const END = '<!-- conformance: end -->';
const RUNNERS = ['node', 'tsx', 'inProcess', 'worker'];

const groups = [];
for (const file of readdirSync(CASES).sort()) groups.push(await groupOf(file));
if (groups.flatMap(({ rows }) => rows).length < 250)
  throw new Error('fewer than 250 cases found: the script runs in the wrong place');

const pages = { [PAGE]: wholePage(), [SUMMARY_PAGE]: withSummary(textOf(SUMMARY_PAGE)) };
const isCheck = process.argv.includes('--check');
const stale = Object.entries(pages).filter(([page, text]) => text !== textOf(page));
if (isCheck) {
  for (const [page] of stale)
    console.error(`${page} is not what the cases of ${CASES} say: run \`${COMMAND}\``);
  if (stale.length > 0) process.exit(1);
} else for (const [page, text] of stale) writeFileSync(page, text);
const count = groups.reduce((sum, { rows }) => sum + rows.length, 0);
console.log(
  `${count} cases in ${groups.length} kinds; ${isCheck ? 'the tables say so' : 'written'}`,
);

async function groupOf(file) {
  const path = `${CASES}/${file}`;
  const { cases } = await import(`../${path}`);
  const title = /\/\*\* (.*?) \*\/\nexport const cases/.exec(readFileSync(path, 'utf8'))?.[1];
  if (title === undefined) throw new Error(`${path}: no comment above its cases`);
  return { file, title: title.replace(/\.$/, ''), rows: cases.map(rowOf) };
}

/** Who agrees with what is expected in all steps, who is not asked, and who answers otherwise. */
function rowOf({ name, expect, differing, differs, after = [] }) {
  const steps = [{ expect, differing }, ...after];
  const cells = RUNNERS.map((runner) => {
    const own = steps.map((step) => step.differing?.[runner]);
    if (own.every((one) => one === undefined)) return 'same';
    return own.every((one) => one === 'skipped' || one === undefined) ? 'cannot' : 'other';
  });
  return { name, edits: after.length, cells, differs };
}

function wholePage() {
  const sections = groups.map(({ file, title, rows }) =>
    [
      `## ${title}`,
      `\`${CASES}/${file}\``,
      '',
      '| Case | Edits | Node 24 | tsx | hotpipe | in a worker |',
      '| --- | ---: | --- | --- | --- | --- |',
      ...rows.map(
        ({ name, edits, cells, differs }) =>
          `| ${cell(name)}${differs === undefined ? '' : `. *${cell(differs)}*`} | ${edits || ''} | ${cells.join(' | ')} |`,
      ),
    ].join('\n'),
  );
  return `# Conformance: each case

Written from the cases of the test by \`${COMMAND}\`; \`npm run check\` fails when it is not up to date. What is compared, and what differs from
Node: [modules.md](modules.md).

- **same**: gives the expected value or error, and again after each edit (*Edits* says how many there are; the peers start anew for each).
- **cannot**: is not asked, since it cannot run the case. **other**: gives another answer, which the test demands too. The reason stands behind the case.

${sections.join('\n\n')}
`;
}

function withSummary(page) {
  const [before, rest] = page.split(BEGIN);
  const [, after] = (rest ?? '').split(END);
  if (after === undefined) throw new Error(`${SUMMARY_PAGE}: no line "${BEGIN}"`);
  const all = groups.flatMap(({ rows }) => rows);
  const sum = (rows, runner, answer) =>
    rows.filter(({ cells }) => cells[RUNNERS.indexOf(runner)] === answer).length;
  const line = (title, rows) =>
    `| ${title} | ${rows.length} | ${RUNNERS.map((runner) => sum(rows, runner, 'same')).join(' | ')} |`;
  const own = all.filter(({ cells }) => cells[2] === 'other' || cells[3] === 'other');
  const table = [
    '| Kind of case | cases | Node 24 | tsx | hotpipe | in a worker |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...groups.map(({ title, rows }) => line(cell(title), rows)),
    line('**all**', all),
    '',
    'The other columns count the cases in which a runner gives the expected answer; the rest it cannot run, or answers otherwise.',
    `hotpipe answers otherwise in ${own.length} of them:`,
    '',
    ...own.map(({ name, differs }) => `- ${cell(name)}: ${cell(differs)}`),
  ];
  return `${before}${BEGIN}\n\n${table.join('\n')}\n\n${END}${after}`;
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function textOf(page) {
  try {
    return readFileSync(page, 'utf8');
  } catch {
    return '';
  }
}
