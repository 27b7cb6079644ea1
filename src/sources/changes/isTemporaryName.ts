const patterns = [
  /~$/, // backups of vim, emacs, gedit
  /^\.?#.*/, // emacs: lock and auto-save
  /\.sw[a-z]$/, // vim: swap
  /^4913$/, // vim: may I write here?
  /^sed[A-Za-z0-9]{6}$/, // sed -i
  /___jb_(tmp|old|bak)___$/, // JetBrains
  /^\.goutputstream-/, // GLib
  /\.(tmp|temp|bak|part|crdownload)$/i,
  /\.tmp[.-]/i,
  /^\.?tmp/i, // mktemp, python's tempfile
  /\.\d{6,}$/, // write-file-atomic
];

/**
 * Whether a name looks like the other half of an atomic save. Such a file is reported like any other, only later: most
 * are gone again before anyone can ask.
 */
export function isTemporaryName(name: string): boolean {
  return patterns.some((pattern) => pattern.test(name));
}
