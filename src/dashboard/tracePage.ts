import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import { readPage } from './adapters/readPage.js';

/** As many as the page keeps. */
const MAX_EVENTS = 50_000;

/** Options of {@link tracePage}. */
export interface TracePageOptions {
  /** What the page says that it shows, such as the name of the trace's file. Default `trace`. */
  readonly name?: string;
}

/**
 * The page of the dashboard with a run inside, as one text of HTML: a browser opens it from a disk, without a host, and it can be put beside an
 * issue. It asks nobody for anything, and its policy lets it run its own script and no other. Of a longer run it has the newest 50,000
 * events.
 *
 * @param events - Of `hotReload`, of a trace or an audit log, in their order.
 * @param options - See `TracePageOptions`.
 */
export function tracePage(
  events: readonly ReloadEvent[],
  { name = 'trace' }: TracePageOptions = {},
): string {
  const { html, policy } = readPage();
  const kept = events.slice(-MAX_EVENTS);
  const shownName =
    kept.length < events.length ? `${name}, the end of ${events.length} events` : name;
  const lines = kept.map((event) => `${JSON.stringify(event)}\n`).join('');
  // In JSON, `<` is only ever part of a text, where it may be written as an escape: nothing can end the element.
  const data = lines.replaceAll('<', '\\u003c');
  const carried = `<script type="application/x-ndjson" id="trace" data-name="${escapeAttribute(shownName)}">${data}</script>`;
  return html
    .replace(
      '<head>',
      () => `<head>\n<meta http-equiv="Content-Security-Policy" content="${policyOfFile(policy)}">`,
    )
    .replace('<script>', () => `${carried}\n<script>`);
}

/** A file has no host to ask, and a policy within a page cannot say who may frame it. */
function policyOfFile(policy: string): string {
  return policy
    .split('; ')
    .filter((rule) => !rule.startsWith('frame-ancestors') && !rule.startsWith('connect-src'))
    .join('; ');
}

function escapeAttribute(text: string): string {
  return text.replace(/[&<>"]/gu, (character) => `&#${character.charCodeAt(0)};`);
}
