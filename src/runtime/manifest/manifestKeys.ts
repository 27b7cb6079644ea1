import * as t from 'io-ts';
import { strictObject } from '../../model/codecs/strictObject.js';
import { CountRule, TextRule, VersionRule } from './keyRules.js';
import { semverRange } from './semverRange.js';

const PluginName = new TextRule(
  'a name of lower-case letters, digits and dashes, at most 64 characters, such as "my-plugin"',
  { pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 64 },
);
const SourcePath = new TextRule(
  'a relative path to a file in the plugin folder, such as "./index.ts"',
  { pattern: '^(?!/)(?!([\\s\\S]*/)?\\.\\.(/|$))[^\\u0000\\\\:%]+$' },
);
const FilePattern = new TextRule(
  'a file pattern of at most 128 characters and 8 stars, such as "data/*.csv"',
  { pattern: '^[^*\\u0000]*(\\*[^*\\u0000]*){0,8}$', minLength: 1, maxLength: 128 },
);
const Version = new TextRule('a version such as "1.0.0"', {}, semverRange.isVersion);
const VersionRange = new TextRule('a range of versions such as "^1.2.0"', {}, semverRange.isRange);
const NonEmpty = new TextRule('a text that is not empty', { minLength: 1 });
const Count = new CountRule(0);

const required = {
  name: PluginName,
  version: Version,
  source: SourcePath,
};
const optional = {
  'api-version': new VersionRule(
    'a version such as "0.1.0", or a table such as { major = 0, minor = 1, patch = 0 }',
    strictObject(
      'a table with major, minor and patch, such as { major = 0, minor = 1, patch = 0 }',
      { major: Count, minor: Count, patch: Count },
      {},
    ),
  ),
  exports: t.array(NonEmpty),
  capabilities: t.array(NonEmpty),
  dependencies: t.record(t.string, VersionRange),
  mode: t.keyof({ 'in-process': null, worker: null }),
  'state-version': Count,
  'hand-over': t.keyof({ copy: null, reference: null }),
  swap: t.keyof({ replace: null, 'stop-first': null }),
  'reload-on': t.array(FilePattern),
  probation: strictObject(
    'a table such as { duration-ms = 10000, failure-count = 3 }',
    { 'duration-ms': Count },
    { 'failure-count': new CountRule(1) },
  ),
  tags: t.array(t.string),
  metadata: t.UnknownRecord,
  description: t.string,
  authors: t.array(t.string),
  license: t.string,
  $schema: t.string,
};

/** The content of `plugin.toml` or `plugin.json`: each key with the codec that checks it. A key that is not listed here is refused. */
export const Manifest = strictObject('a manifest', required, optional);
// Not `t.TypeOf`: the declaration file that is generated from it does not meet that type's constraint.
export type Manifest = (typeof Manifest)['_A'];

/**
 * Version of what a host offers its plugins, by semantic versioning. Each number is a whole number from 0. A plugin fits a host with the
 * same `major` and at least its `minor`.
 */
export interface ApiVersion {
  /** Rises when plugins have to change: a plugin with another one is refused. */
  readonly major: number;
  /** Rises when the host offers more: a plugin with a higher one than the host's is refused. */
  readonly minor: number;
  /** Rises with each correction. It is not compared. */
  readonly patch: number;
}
