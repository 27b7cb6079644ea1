import { createHmac } from 'node:crypto';
import { overduePhases } from '../../model/reload/failures.js';
import type { RecordOptions } from '../../model/trace/TraceRecord.js';
import { PathMask } from './PathMask.js';
import { plainJson, type TextRule } from './plainJson.js';

/** Longer texts are cut: a message of a plugin may be as long as it likes. In characters. */
const MAX_TEXT_LENGTH = 4_096;
/** How much of a cut text is kept; the rest of its place holds the token that tells it from others. */
const KEPT_TEXT_LENGTH = 4_000;

/** The newest texts whose tokens are kept for sure, to find them in what the pipeline writes about them. */
const MAX_KNOWN_COUNT = 10_000;
/** Paths that are found again without another look at their parts. */
const MAX_PATH_COUNT = 2_000;
const TOKEN = /^[smn]:?[0-9a-f]{10}(\.[a-z]{2,5})?$/;
const CODE = /^[A-Z][A-Z0-9_]{0,40}$/;

/** Extensions that tell what a file is, and nothing about whose it is. */
const PLAIN_EXTENSIONS: ReadonlySet<string> = new Set(
  '.ts .js .mts .mjs .cts .cjs .tsx .jsx .json .toml .css .md .node .wasm'.split(' '),
);
/** Fields of events and errors that are words of hotpipe itself, or hashes. */
const PLAIN_FIELDS: ReadonlySet<string> = new Set(
  '_tag stage fingerprint sha256 why kind kinds closedBy cause'.split(' '),
);
/** Fields that hold one of these words, or a text or a path of somebody else: `from` of a breaker's event is a state. */
const WORD_FIELDS: ReadonlySet<string> = new Set(['from', 'to', 'reason', 'phase', 'by']);
const WORDS: ReadonlySet<string> = new Set([
  ...['closed', 'open', 'half-open', 'sameBytes', 'alreadyGone', 'plugin', 'reload'],
  ...overduePhases,
]);
const PATH_FIELDS: ReadonlySet<string> = new Set(['file', 'path', 'paths', 'from', 'to', 'folder']);
/** Excerpts of sources. */
const SOURCE_FIELDS: ReadonlySet<string> = new Set(['frame', 'source', 'excerpt', 'stack']);

/** The reasons of a breaker that a target has for crashes, see `CrashRestarts`. The pipeline's own breakers have none of them. */
const OF_TARGET =
  /^(?:it crashed again and again: |it is started again$|it serves again$|it was unloaded$)/;

/**
 * Texts that the pipeline composes around one that came in; groups are what is its own, and the other's in turn.
 *
 * A text of its own may be equal to a part of another's by chance, so the other's is looked for nowhere else.
 */
const COMPOSED: readonly RegExp[] = [
  /^()([\s\S]*)( \((?:watching again in [\d.]+ ms|given up: changes are no longer seen)\))$/,
  /^(pluginsOf\()([\s\S]*?)(\) threw: )([\s\S]*)$/,
  /^(The restart after a crash failed: )([\s\S]*)$/,
  /^(Reload of [^:]* failed unexpectedly: )([\s\S]*)$/,
  /^([\s\S]*; openForMs threw \()([\s\S]*)(\), so \d+ ms)$/,
];

/**
 * Hides what a trace must not hold. Equal values are hidden as equal tokens, since the pipeline compares paths and messages; and what the
 * pipeline writes from hidden values is equal to what it would have written from the real ones and hidden then.
 *
 * A replay has one without a salt: tokens stay what they are, and what the pipeline composes of them stays too.
 */
export class Redactor {
  readonly mask: PathMask;
  readonly #level: NonNullable<RecordOptions['redact']>;
  readonly #salt: string;
  readonly #incomingRule: TextRule = (text, key) => this.#field(text, key, this.#incoming);
  readonly #outgoingRule: TextRule = (text, key) => this.#field(text, key, this.#composed);
  readonly #breakerRule: TextRule = (text, key) => this.#field(text, key, this.#ofBreaker);
  readonly #incoming = (text: string): string => this.text(text);
  readonly #ofBreaker = (text: string): string =>
    OF_TARGET.test(text) ? this.#composed(text) : this.#own(text);
  /** A text that the pipeline has written, perhaps around one that came in. */
  readonly #composed = (text: string): string =>
    this.#known.get(text) ?? this.#knownBefore.get(text) ?? this.#own(text);
  /** Tokens that were made, by kind and text. */
  readonly #tokens = new Map<string, string>();
  /** Tokens by the text that came in, and those from before these were too many: nothing is moved to keep the newest ones. */
  #known = new Map<string, string>();
  #knownBefore = new Map<string, string>();
  readonly #paths = new Map<string, string>();

  constructor(options: {
    readonly level: NonNullable<RecordOptions['redact']>;
    readonly root: string | undefined;
    readonly salt: string;
  }) {
    this.#level = options.level;
    this.#salt = options.salt;
    this.mask = new PathMask(options.root, (name) =>
      options.level === 'none' ? name : this.#segment(name),
    );
  }

  /** The name of a plugin. */
  name(plugin: string): string {
    return this.#level === 'all' && plugin !== '' ? this.#token('n', plugin) : plugin;
  }

  path(path: string): string {
    const hidden = this.#path(path);
    if (this.#level !== 'none') this.#know(path, hidden);
    return hidden;
  }

  /** A path that the pipeline never sees: what it writes later is not looked up among such. */
  pathAside(path: string): string {
    return this.#path(path);
  }

  /** A text that came in. */
  text(text: string): string {
    const hidden = this.#text(text);
    if (hidden !== text) this.#know(text, hidden);
    return hidden;
  }

  /** A code of the system is a word; anything else may be anything. */
  code(code: string): string {
    return this.#level === 'none' || CODE.test(code) ? code : this.text(code);
  }

  /** What came in: an error, a result, an event. */
  incoming(value: unknown): unknown {
    return plainJson(value, this.#incomingRule);
  }

  /** What the pipeline emits. */
  outgoing(event: { readonly _tag: string }): unknown {
    // The reason of a breaker is the pipeline's own, also where somebody else used the same words; but that of one that a target has
    // opened came in with a message of the plugin.
    return plainJson(
      event,
      event._tag === 'BreakerChanged' ? this.#breakerRule : this.#outgoingRule,
    );
  }

  #own(text: string): string {
    if (this.#level === 'all') return TOKEN.test(text) ? text : 'hidden';
    for (const pattern of COMPOSED) {
      const [, ...parts] = pattern.exec(text) ?? [];
      if (parts.length === 0) continue;
      return parts.map((part, at) => (at % 2 === 0 ? part : this.#composed(part))).join('');
    }
    return this.mask.text(text);
  }

  #field(text: string, key: string, otherwise: (text: string) => string): string | undefined {
    if (key === 'plugin') return this.name(text);
    if (this.#level === 'none') return otherwise(text);
    if (SOURCE_FIELDS.has(key)) return undefined;
    if (PLAIN_FIELDS.has(key) || (key === 'code' && CODE.test(text))) return text;
    if (WORD_FIELDS.has(key) && WORDS.has(text)) return text;
    if (PATH_FIELDS.has(key)) return this.path(text);
    return otherwise(text);
  }

  #path(path: string): string {
    const kept = this.#paths.get(path);
    if (kept !== undefined) return kept;
    const { masked, rest } = this.mask.path(path);
    const parts =
      this.#level === 'none' ? [rest] : rest.split(/([\\/])/).map((part) => this.#segment(part));
    const hidden = masked + parts.join('');
    if (this.#paths.size >= MAX_PATH_COUNT) this.#paths.clear();
    this.#paths.set(path, hidden);
    return hidden;
  }

  #segment(name: string): string {
    if (/^[\\/.]*$/.test(name) || TOKEN.test(name)) return name;
    const extension = /\.[a-z]{2,5}$/.exec(name)?.[0] ?? '';
    const isPlain = PLAIN_EXTENSIONS.has(extension) && extension !== name;
    return this.#token('s', name) + (isPlain ? extension : '');
  }

  #text(text: string): string {
    if (this.#level === 'none') {
      const masked = this.mask.text(text);
      if (masked.length <= MAX_TEXT_LENGTH) return masked;
      return `${masked.slice(0, KEPT_TEXT_LENGTH)}… ${this.#token('m:', masked)}`;
    }
    return text === '' ? text : this.#token('m:', text);
  }

  #token(kind: string, text: string): string {
    const cached = this.#tokens.get(kind + text);
    if (cached !== undefined) return cached;
    if (TOKEN.test(text)) return text;
    if (this.#tokens.size >= MAX_KNOWN_COUNT) this.#tokens.clear();
    const digest = createHmac('sha256', this.#salt).update(text).digest('hex');
    const token = kind + digest.slice(0, 10);
    this.#tokens.set(kind + text, token);
    return token;
  }

  #know(text: string, hidden: string): void {
    if (this.#known.get(text) === hidden) return;
    if (this.#known.size >= MAX_KNOWN_COUNT) {
      this.#knownBefore = this.#known;
      this.#known = new Map();
    }
    this.#known.set(text, hidden);
  }
}
