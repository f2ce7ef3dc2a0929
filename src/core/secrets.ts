/** Credentials in web addresses: told by the names that platforms give them, and taken out of all that is shown. */

const NAMED =
  /^(?:.*token.*|oauth_.*|.*secret.*|.*api_?key.*|key|auth.*|.*passw.*|pwd|session.*|sid|sig|_?signature|x-bogus|verify_?fp|appsecret_proof)$/i;

export interface Cleaned {
  readonly url: string;
  /** Names of what was taken out. */
  readonly removed: readonly string[];
}

/** Whether what is called so is a secret. */
export function isSecretName(name: string): boolean {
  return NAMED.test(name);
}

/**
 * Works on any text, since addresses in the wild do not always parse. The values become `REDACTED`.
 * @param more names that are secrets, too
 */
export function withoutSecrets(url: string, more?: RegExp): Cleaned {
  const removed: string[] = [];
  const plain = url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i, (_, scheme: string) => {
    removed.push('user name and password');
    return scheme;
  });
  const cleaned = plain.replace(/([?&;#])([^=&;#?]+)=([^&;#]+)/g, (whole, before: string, name: string) => {
    if (!NAMED.test(name) && more?.test(name) !== true) return whole;
    removed.push(name);
    return `${before}${name}=REDACTED`;
  });
  return { url: cleaned, removed };
}
