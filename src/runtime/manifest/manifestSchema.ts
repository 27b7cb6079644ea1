import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { codecShape } from '../../model/codecs/codecShape.js';
import { CountRule, TextRule } from './keyRules.js';
import { Manifest } from './manifestKeys.js';

/** As far as manifests need it: https://json-schema.org/draft-07/schema */
export type JsonSchema = Readonly<Record<string, unknown>>;

const MEANINGS: Readonly<Record<string, string>> = {
  name: 'What the plugin is called by; no two plugins of a host have the same name.',
  version: 'Version of the plugin, by semantic versioning.',
  'api-version': 'What the plugin expects of its host: the same major, and at most its minor.',
  source: 'The module that is loaded, relative to this file.',
  exports: 'Functions that may be called. Left out: every function that the module exports.',
  capabilities: 'What the plugin says that it uses. A declaration to be reviewed, not a sandbox.',
  dependencies: 'Plugins that must serve before this one, with the ranges of versions that fit.',
  mode: 'Where the plugin runs.',
  'state-version': 'Version of the state that the plugin saves. Default 1.',
  'hand-over':
    'Whether the next version gets a copy of the state, the default, or the very object; for that both must say "reference".',
  'reload-on': 'Data files, relative to this file, whose change starts the plugin afresh.',
  probation:
    'How long in milliseconds a new version is watched after it went live, and how many failures in a row bring the old one back.',
  tags: 'Words to find the plugin by.',
  metadata: 'Whatever the host wants to know.',
  description: 'What the plugin does, in a sentence.',
  authors: 'Who wrote it.',
  license: 'SPDX identifier of its license.',
  $schema: 'Where editors find the schema of this file.',
};

/**
 * JSON Schema of a plugin's manifest, made from the codec that reads it. For editors: they complete the keys and mark what is wrong.
 * The package ships it as `plugin.schema.json`. In `plugin.toml` the first line
 * `#:schema ./node_modules/hotpipe/plugin.schema.json` names it, in `plugin.json` the key `$schema`; both relative to the manifest.
 *
 * @source `#:schema`: https://taplo.tamasfe.dev/configuration/directives.html
 */
export function manifestSchema(): JsonSchema {
  const properties: JsonSchema = Object.fromEntries(
    Object.entries(Manifest.props).map(([key, codec]): [string, JsonSchema] => [
      key,
      { description: MEANINGS[key], ...schemaOf(codec) },
    ]),
  );
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Manifest of a hotpipe plugin',
    ...schemaOf(Manifest),
    properties,
  };
}

function schemaOf(codec: unknown): JsonSchema {
  if (codec instanceof TextRule) return { type: 'string', ...codec.limits };
  if (codec instanceof CountRule) return { type: 'integer', minimum: codec.least };
  if (codec instanceof t.ArrayType) return { type: 'array', items: schemaOf(codec.type) };
  if (codec instanceof t.StringType) return { type: 'string' };
  if (codec instanceof t.DictionaryType) {
    return { type: 'object', additionalProperties: schemaOf(codec.codomain) };
  }
  if (codec instanceof t.AnyDictionaryType) return { type: 'object' };
  const shape = codecShape(codec);
  switch (shape._tag) {
    case 'literals':
      return { enum: shape.values };
    case 'object':
      return {
        type: 'object',
        properties: Object.fromEntries([...shape.props].map(([key, of]) => [key, schemaOf(of)])),
        required: requiredKeys(codec),
        additionalProperties: false,
      };
    default:
      return {};
  }
}

/** The keys that an empty object lacks. */
function requiredKeys(codec: unknown): readonly string[] {
  if (!(codec instanceof t.Type)) return [];
  const decoded: t.Validation<unknown> = codec.decode({});
  return isLeft(decoded) ? decoded.left.flatMap(({ context }) => context.at(-1)?.key ?? []) : [];
}
