import * as t from 'io-ts';
import { readonlyList } from '../model/readonlyList.js';
import { strictObject } from '../model/strictObject.js';
import { semverRange } from './semverRange.js';

const MAX_NAME_LENGTH = 64;
const MAX_PATTERN_LENGTH = 128;
const MAX_STARS_COUNT = 8;

const PluginName = rule(
  `a name of lower-case letters, digits and dashes, at most ${MAX_NAME_LENGTH} characters, such as "my-plugin"`,
  (text) => /^[a-z0-9][a-z0-9-]*$/.test(text) && text.length <= MAX_NAME_LENGTH,
);
const SourcePath = rule(
  'a relative path to a file in the plugin folder, such as "./index.ts"',
  (text) => text !== '' && !/[\0\\:%]/.test(text) && !/^\/|(?:^|\/)\.\.(?:\/|$)/.test(text),
);
const FilePattern = rule(
  `a file pattern of at most ${MAX_PATTERN_LENGTH} characters and ${MAX_STARS_COUNT} stars, such as "data/*.csv"`,
  (text) =>
    text !== '' &&
    text.length <= MAX_PATTERN_LENGTH &&
    text.split('*').length <= MAX_STARS_COUNT + 1 &&
    !text.includes('\0'),
);
const Version = rule('a version such as "1.0.0"', semverRange.isVersion);
const VersionRange = rule('a range of versions such as "^1.2.0"', semverRange.isRange);
const NonEmpty = rule('a text that is not empty', (text) => text !== '');
const Count = new t.Type<number, unknown>(
  'a whole number from 0',
  isCount,
  (input, context) => (isCount(input) ? t.success(input) : t.failure(input, context)),
  t.identity,
);

const required = {
  name: PluginName,
  version: Version,
  'api-version': strictObject(
    'a table with major, minor and patch, such as { major = 0, minor = 1, patch = 0 }',
    { major: Count, minor: Count, patch: Count },
    {},
  ),
  source: SourcePath,
};
const optional = {
  exports: readonlyList(NonEmpty),
  capabilities: readonlyList(NonEmpty),
  dependencies: t.record(t.string, VersionRange),
  mode: t.keyof({ 'in-process': null, worker: null }),
  'state-version': Count,
  'reload-on': readonlyList(FilePattern),
  tags: readonlyList(t.string),
  metadata: t.UnknownRecord,
  description: t.string,
  authors: readonlyList(t.string),
  license: t.string,
};

/** What `plugin.toml` or `plugin.json` says. */
export const Manifest = strictObject('a manifest', required, optional);
export type Manifest = t.TypeOf<typeof Manifest>;

function rule(name: string, holds: (text: string) => boolean): t.Type<string, unknown> {
  const isFit = (input: unknown): input is string => typeof input === 'string' && holds(input);
  return new t.Type(
    name,
    isFit,
    (input, context) => (isFit(input) ? t.success(input) : t.failure(input, context)),
    t.identity,
  );
}

function isCount(input: unknown): input is number {
  return typeof input === 'number' && Number.isSafeInteger(input) && input >= 0;
}
