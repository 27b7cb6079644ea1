import type { SourceBug } from './SourceBug.js';

/** Mistakes with imports that lead through links. */
export const linkBugs: readonly SourceBug[] = [
  {
    name: 'a link on the way to an import is not noted',
    file: 'modules/importNotes.ts',
    right: 'for (const one of [path, ...linkedPaths(files, path).slice(0, -1)]) {',
    wrong: 'for (const one of [path]) {',
  },
  {
    name: 'what a link leads to that is not there yet is not looked for',
    file: 'modules/importNotes.ts',
    right: '  for (const behind of danglingPaths(files, path)) missing.add(behind);\n',
    wrong: '',
  },
];
