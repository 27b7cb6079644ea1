import type { ConformanceCase } from './ConformanceCase.js';

/** Cases whose files have a `package.json` without a `type`, unless they bring their own. */
export function untyped(cases: readonly ConformanceCase[]): readonly ConformanceCase[] {
  return cases.map((one) => ({ ...one, files: { 'package.json': '{}', ...one.files } }));
}
