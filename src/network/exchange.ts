/** What is written down of every request, failed ones too: the evidence of what was asked and what came. */
import { isSecretName, withoutSecrets } from '../core/secrets.js';
import type { Credential } from '../sources/harvest.js';

const REDACTED = 'REDACTED';

/** Headers whose value is a secret, or may be. */
const SECRET_NAME =
  /token|secret|passw|session|credential|cookie|api-?key|(?:^|[-_])(?:key|auth)(?:$|[-_])|^auth|^proxy-auth/;
/** They ask for a secret, and hold none. */
const CHALLENGES: readonly string[] = ['www-authenticate', 'proxy-authenticate'];
/**
 * Who holds such an address of a storage may read or write there. Not among the names that readers go by: those hold for
 * ever, or the same bytes would read otherwise.
 */
const SIGNED_STORAGE = /^x-(?:goog|amz)-(?:signature|credential)$/i;
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
    const cleaned = withoutSecrets(this.text(text, removed), SIGNED_STORAGE);
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

  /** What was sent: a form, or JSON. */
  body(text: string, removed?: Set<string>): string {
    const clean = this.text(text, removed);
    if (!/^\s*[[{]/.test(clean)) return this.url(`?${clean}`, removed).slice(1);
    return clean.replace(/"([^"\\]{1,100})"(\s*:\s*)"(?:[^"\\]|\\.)*"/g, (whole, name: string, colon: string) => {
      if (!isSecretName(name)) return whole;
      removed?.add(name);
      return `"${name}"${colon}"${REDACTED}"`;
    });
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
