import * as E from 'fp-ts/lib/Either.js';
import { parseJson } from '../../modules/places/parseJson.js';
import { placeAt, type SourceProblem } from '../../modules/places/textPlace.js';
import { isPackageFile, type PluginLocation } from './findManifest.js';
import { impliedManifest, isSourceName, packageManifest } from './impliedManifest.js';
import { parseToml } from './parseToml.js';

/** The text of a manifest, and whether its bytes are UTF-8: see `FileReading.isUtf8`. */
export interface ManifestText {
  readonly path: string;
  readonly text: string;
  readonly isUtf8: boolean;
}

export type ManifestFormat = 'toml' | 'json';

export function formatOf(path: string): ManifestFormat {
  return path.endsWith('.json') ? 'json' : 'toml';
}

/**
 * The value that a manifest's text stands for, not yet checked. All that reads a manifest parses it here. The text of a package.json stands
 * for what its key `hotpipe` says, and the source of a plugin without a manifest for what the location implies.
 */
export function parseManifest(
  { path, text, isUtf8 }: ManifestText,
  { folder, implied }: Pick<PluginLocation, 'folder' | 'implied'>,
): E.Either<SourceProblem, unknown> {
  if (implied !== undefined && isSourceName(path)) {
    return E.right(impliedManifest(folder, path, implied));
  }
  if (!isUtf8) {
    const reason = 'its bytes are not UTF-8; save the file with the encoding UTF-8';
    // What is not UTF-8 was decoded as this character.
    return E.left({ reason, ...placeAt(text, text.indexOf('\uFFFD')) });
  }
  if (!isPackageFile(path)) return formatOf(path) === 'json' ? parseJson(text) : parseToml(text);
  const parsed = parseJson(text);
  return E.isLeft(parsed) ? parsed : E.right(packageManifest(parsed.right) ?? {});
}

/** The name in a manifest that was parsed; undefined when it has no valid one. */
export function nameIn(parsed: unknown): string | undefined {
  if (typeof parsed !== 'object' || parsed === null || !Object.hasOwn(parsed, 'name'))
    return undefined;
  return validName(Reflect.get(parsed, 'name'));
}

/**
 * What may be the name in a manifest that cannot be parsed. It is good enough for the text of a failure, and never decides which plugin
 * a folder holds: what looks like a name may stand in a text, or in another table.
 */
export function guessName(text: string, format: ManifestFormat): string | undefined {
  const written =
    format === 'json'
      ? /"name"\s*:\s*"([^"\n]*)"/.exec(text)
      : /^[ \t]*["']?name["']?[ \t]*=[ \t]*["']([^"'\n]*)["']/m.exec(text);
  return validName(written?.[1]);
}

function validName(name: unknown): string | undefined {
  return typeof name === 'string' && /^[a-z0-9][a-z0-9-]{0,63}$/.test(name) ? name : undefined;
}
