import { escapeText } from '../../sinks/terminal/escapeText.js';
import { readDoctorFacts } from '../doctor/adapters/readDoctorFacts.js';
import { doctorFindings, type Finding } from '../doctor/doctorFindings.js';

const TAG_WIDTH = 'problem'.length;
const SUBJECT_WIDTH = 'inotify instances'.length;

/** What `hotpipe doctor` prints, and its exit code: 0 no problem was found, 1 at least one was. */
export function doctorCommand(dir: string): { readonly text: string; readonly exitCode: 0 | 1 } {
  const findings = doctorFindings(readDoctorFacts(dir));
  const problemCount = findings.filter(({ _tag }) => _tag === 'problem').length;
  const result =
    problemCount === 0
      ? 'no problem found'
      : `${problemCount} of ${findings.length} checks found a problem`;
  const lines = [`hotpipe doctor ${dir}`, ...findings.flatMap(linesOf), result];
  return {
    text: lines.map((line) => `${escapeText(line)}\n`).join(''),
    exitCode: problemCount === 0 ? 0 : 1,
  };
}

function linesOf({ _tag, subject, text, advice }: Finding): readonly string[] {
  const tag = (_tag === 'ok' ? 'OK' : _tag).padEnd(TAG_WIDTH);
  const line = `${tag}  ${subject.padEnd(SUBJECT_WIDTH)}  ${text}`;
  if (advice === undefined) return [line];
  return [line, `${' '.repeat(TAG_WIDTH)}  ${' '.repeat(SUBJECT_WIDTH)}  fix: ${advice}`];
}
