/** Names that editors and tools give to a file while they write it, before they rename it. */
const temporaryNames = [
  /~$/, // backups of vim, emacs, gedit
  /^\.?#.*/, // emacs: lock and auto-save
  /\.sw[a-z]$/, // vim: swap
  /^4913$/, // vim: tests whether it may write in the directory
  /^sed[A-Za-z0-9]{6}$/, // sed -i
  /^XX[A-Za-z0-9]{6}$/, // perl -i
  /___jb_(tmp|old|bak)___$/, // JetBrains
  /^\.goutputstream-/, // GLib
  /\.(tmp|temp|bak|part|crdownload)$/i,
  /\.tmp[.-]/i,
  /^\.?tmp[-_]/i,
  /^tmp\.[A-Za-z0-9]{6,}$/, // mktemp
  /^tmp[a-z0-9_]{8}$/, // python's tempfile
  /\.\d{9,10}$/, // write-file-atomic: a 32-bit hash; 8 digits are a date
];

/**
 * Whether a name looks like the temporary file of an atomic save. Such a file is reported like any other, only later:
 * most are gone before anyone could read them.
 */
export function isTemporaryName(name: string): boolean {
  return temporaryNames.some((pattern) => pattern.test(name));
}
