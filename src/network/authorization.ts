/** The header that a credential is sent in, and to whom. */
import type { Credential } from '../sources/harvest.js';

/** A token is for the server that gave it, not for every server that an account may name. */
export function isFor({ host }: Credential, url: string): boolean {
  return host === undefined || [new URL(url).host, new URL(url).hostname].includes(host.toLowerCase());
}

export function authorization(credential: Credential): Record<string, string> {
  if (credential.kind === 'bearer') return { authorization: `Bearer ${credential.secret}` };
  if (credential.kind !== 'basic') return {};
  const pair = Buffer.from(`${credential.user ?? ''}:${credential.secret}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}
