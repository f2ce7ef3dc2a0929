/** What is named by its digest never changes, and says so. */
import type { FastifyReply } from 'fastify';
import { sha256, type Digest } from '../../core/digest.js';

const YEAR = 365 * 24 * 3600;

/** `private`: whoever may see it may keep it; a cache in between asks nobody whether the next one may. */
export function immutable(reply: FastifyReply, digest: string): void {
  void reply.header('cache-control', `private, max-age=${YEAR}, immutable`).header('etag', `"${digest}"`);
}

/** Whether the client has it already (RFC 9110, 13.1.2): the answer is 304 then. */
export function isUnchanged(reply: FastifyReply): boolean {
  const wanted = reply.request.headers['if-none-match'];
  const etag = String(reply.getHeader('etag'));
  return (
    wanted !== undefined && wanted.split(',').some((text) => ['*', etag].includes(text.trim().replace(/^W\//, '')))
  );
}

/** Repr-Digest (RFC 9530) of bytes, or of what this is the digest of. */
export function reprDigest(of: Buffer | Digest): string {
  const hex = typeof of === 'string' ? of : sha256(of);
  return `sha-256=:${Buffer.from(hex, 'hex').toString('base64')}:`;
}
