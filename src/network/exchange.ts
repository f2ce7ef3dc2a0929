/** What is written down of every request, failed ones too: the evidence of what was asked and what came. */
import type { Digest } from '../core/digest.js';
import { withoutSecrets } from '../core/secrets.js';
import type { Credential } from '../sources/harvest.js';

/** Times are RFC 3339 with milliseconds, by our clock. Header names are in lower case. */
export interface ExchangeRecord {
  /** Counts the exchanges of a harvest from 0. */
  readonly seq: number;
  /** `GET`, `POST`; `WS` for a segment of a WebSocket's messages. */
  readonly method: string;
  readonly url: string;
  readonly status?: number;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** Names of what was taken out of the address and the headers. */
  readonly redacted: readonly string[];
  /** The body as kept; absent where it was not kept whole, or is secret. */
  readonly digest?: Digest;
  /** Of the body, content codings undone; of a body that broke off: as much as came. */
  readonly bytes: number;
  readonly startedAt: string;
  readonly headAt?: string;
  readonly endedAt: string;
  readonly remoteAddress?: string;
  /** `sha256:<hex>` of the server's certificate (DER). */
  readonly certificate?: string;
  /** The exchange whose answer sent us here. */
  readonly redirectedFrom?: number;
  readonly budget: string;
  /** Why there is no whole answer. */
  readonly problem?: string;
}

const REDACTED = 'REDACTED';

/** Headers whose value is a secret, or may be. */
const SECRET_NAME =
  /token|secret|passw|session|credential|cookie|api-?key|(?:^|[-_])(?:key|auth)(?:$|[-_])|^auth|^proxy-auth/;
/** They ask for a secret, and hold none. */
const CHALLENGES: readonly string[] = ['www-authenticate', 'proxy-authenticate'];
const ADDRESSES: readonly string[] = ['location', 'content-location', 'refresh', 'referer', 'origin'];

export function isSecretHeader(name: string): boolean {
  return SECRET_NAME.test(name) && !CHALLENGES.includes(name);
}

/** Takes secrets out of what is shown and stored, and remembers what it took. */
export class Redactor {
  private readonly values: readonly string[];

  constructor(credential: Credential | undefined) {
    this.values = secretsOf(credential);
  }

  url(text: string, removed?: Set<string>): string {
    const cleaned = withoutSecrets(this.text(text, removed));
    for (const name of cleaned.removed) removed?.add(name);
    return cleaned.url;
  }

  headers(headers: Readonly<Record<string, string>>, removed?: Set<string>): Record<string, string> {
    const shown: Record<string, string> = {};
    for (const [name, value] of Object.entries(headers)) {
      if (isSecretHeader(name)) {
        removed?.add(name);
        shown[name] = REDACTED;
      } else if (name === 'link')
        shown[name] = value.replace(/<([^>]*)>/g, (_, url: string) => `<${this.url(url, removed)}>`);
      else if (ADDRESSES.includes(name)) shown[name] = this.url(value, removed);
      else shown[name] = this.text(value, removed);
    }
    return shown;
  }

  /** Any text in which the credential itself may stand: a token that is part of a path. */
  text(text: string, removed?: Set<string>): string {
    let clean = text;
    for (const value of this.values) {
      if (!clean.includes(value)) continue;
      removed?.add('credential');
      clean = clean.replaceAll(value, REDACTED);
    }
    return clean;
  }
}

/** Shorter ones would take pieces out of innocent words. */
const SHORTEST_SECRET = 6;

function secretsOf(credential: Credential | undefined): readonly string[] {
  if (!credential || credential.secret.length < SHORTEST_SECRET) return [];
  const spellings = new Set([
    credential.secret,
    encodeURIComponent(credential.secret),
    Buffer.from(`${credential.user ?? ''}:${credential.secret}`).toString('base64'),
  ]);
  return [...spellings];
}

export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
