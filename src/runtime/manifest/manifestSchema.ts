import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { codecShape } from '../../model/codecs/codecShape.js';
import { CountRule, TextRule, VersionRule } from './keyRules.js';
import { Manifest } from './manifestKeys.js';

/** A JSON Schema, draft 7: https://json-schema.org/draft-07/schema */
export type JsonSchema = Readonly<Record<string, unknown>>;

const MEANINGS: Readonly<Record<string, string>> = {
  name: 'Name of the plugin. No two plugins of a host have the same name.',
  version: 'Version of the plugin, by semantic versioning.',
  'api-version':
    'The api version of the host that the plugin needs: the same major, and at least this minor. Default: the one that the host has.',
  source: 'Path of the module that is loaded, relative to this file.',
  exports: 'Functions that may be called. Left out: every function that the module exports.',
  capabilities: 'What the plugin declares that it uses. For review; it is not a sandbox.',
  dependencies:
    'Plugins that must serve before this one, each with the range of versions that fit.',
  mode: "Where the plugin runs: in the host's thread, or in a worker.",
  'state-version': 'Version of the state that the plugin saves. Default 1.',
  'hand-over':
    'Whether the next version gets a copy of the state, the default, or the object itself. For the object, both versions must say "reference".',
  swap: 'Whether the old version is stopped after the new one serves, the default, or before it starts ("stop-first"), for ports and locks. It is started again when the new one fails.',
  'reload-on': 'Data files, relative to this file, whose change reloads the plugin.',
  probation:
    'How long a new version is watched after it went live, in milliseconds, and how many failures in a row bring the old version back.',
  tags: 'Words to search for.',
  metadata: 'Anything that the host wants to know.',
  description: 'What the plugin does, in a sentence.',
  authors: 'Who wrote it.',
  license: 'SPDX identifier of its license.',
  $schema: 'Where editors find the schema of this file.',
};

/**
 * JSON Schema of a plugin's manifest, made from the codec that reads manifests. Editors use it to complete keys and to mark mistakes.
 * The package ships it as `plugin.schema.json`. `plugin.toml` refers to it in its first line,
 * `#:schema ./node_modules/hotpipe/plugin.schema.json`, and `plugin.json` by the key `$schema`; both relative to the manifest.
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
  if (codec instanceof VersionRule) {
    return { anyOf: [{ type: 'string', pattern: VersionRule.pattern }, schemaOf(codec.table)] };
  }
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

/** A codec does not list its required keys: an empty object fails for each of them. */
function requiredKeys(codec: unknown): readonly string[] {
  if (!(codec instanceof t.Type)) return [];
  const decoded: t.Validation<unknown> = codec.decode({});
  return isLeft(decoded) ? decoded.left.flatMap(({ context }) => context.at(-1)?.key ?? []) : [];
}
