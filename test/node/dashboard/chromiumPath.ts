import { existsSync } from 'node:fs';

/** Where Debian and others install a Chromium; undefined: there is none. */
export function chromiumPath(): string | undefined {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
}
