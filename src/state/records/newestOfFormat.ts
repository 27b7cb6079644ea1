/**
 * How many formats keep their newest record beside the newest records of all. Each migration of a plugin adds a format, and nobody goes back
 * further than some versions.
 */
const KEPT_FORMATS_COUNT = 4;

/**
 * Decides which of the records that are older than a store's generations are kept all the same: the newest one of each other format than
 * the one that was saved last. A plugin that goes back, or forward, over a migration finds a state there that it reads.
 *
 * @param saved - The format (`state-version`) that was saved last.
 * @returns Call it with the format of each such record, newest first; undefined for one that cannot be read.
 */
export function newestOfFormat(saved: number): (schema: number | undefined) => boolean {
  const formats = new Set([saved]);
  return (schema) => {
    if (schema === undefined || formats.has(schema) || formats.size > KEPT_FORMATS_COUNT) {
      return false;
    }
    formats.add(schema);
    return true;
  };
}
