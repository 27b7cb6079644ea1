import satisfies from 'semver/functions/satisfies.js';
import valid from 'semver/functions/valid.js';
import validRange from 'semver/ranges/valid.js';

/** The only place that uses the version rules of npm. */
export const semverRange = {
  isVersion: (text: string): boolean => valid(text) !== null,
  isRange: (text: string): boolean => validRange(text) !== null,
  satisfies: (version: string, range: string): boolean => satisfies(version, range),
};
