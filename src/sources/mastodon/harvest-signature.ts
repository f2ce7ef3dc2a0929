/**
 * Signed fetches: https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12 as Mastodon's "secure mode" asks
 * for (https://docs.joinmastodon.org/spec/security/), over request target, host and date, with rsa-sha256. The key is
 * that of an actor whom the asked server can look up: the credential's `user` is the address of its public key.
 */
import { createPrivateKey, sign } from 'node:crypto';
import { UsageError } from '../../core/errors.js';
import type { Credential, HarvestIo } from '../harvest.js';

/** Nothing where there is no key. Throws a UsageError where the credential cannot sign. */
export function signedHeaders(io: HarvestIo, address: string): Readonly<Record<string, string>> {
  const { credential } = io;
  if (credential?.kind !== 'key') return {};
  const { host, pathname, search } = new URL(address);
  const date = new Date(io.now()).toUTCString();
  const text = `(request-target): get ${pathname}${search}\nhost: ${host}\ndate: ${date}`;
  const signature = signatureOf(text, credential);
  return {
    date,
    signature:
      `keyId="${keyIdOf(credential)}",algorithm="rsa-sha256",headers="(request-target) host date",` +
      `signature="${signature}"`,
  };
}

function signatureOf(text: string, { name, secret }: Credential): string {
  try {
    return sign('sha256', Buffer.from(text), createPrivateKey(secret)).toString('base64');
  } catch (error) {
    throw new UsageError(`the credential ${name} holds no private key in PEM: fetches cannot be signed with it`, {
      cause: error,
    });
  }
}

function keyIdOf({ name, user }: Credential): string {
  if (user !== undefined && /^https?:\/\/[^\s"\\]+$/.test(user)) return user;
  throw new UsageError(
    `the credential ${name} does not say which key it is: its user is to be the key’s address, https://…/actor#main-key`,
  );
}
