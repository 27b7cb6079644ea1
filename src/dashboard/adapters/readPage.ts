import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The page, and what its browser may run: its own script and styles, known by their hashes. */
export interface Page {
  readonly html: string;
  readonly policy: string;
}

let page: Page | undefined;

/** The page, which is built with the package. Read once. */
export function readPage(): Page {
  return (page ??= pageOf(readFileSync(new URL('../page/page.html', import.meta.url), 'utf8')));
}

function pageOf(html: string): Page {
  const hashes = (tag: string) =>
    [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))]
      .map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
      .join(' ');
  const policy = [
    "default-src 'none'",
    `script-src ${hashes('script')}`,
    `style-src ${hashes('style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { html, policy };
}
