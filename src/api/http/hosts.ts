/**
 * A service on loopback is within reach of every web page in the browser beside it. Nest's CSRF protection refuses what
 * a foreign page sends; this refuses a foreign *name* that was made to resolve to this machine (DNS rebinding): to the
 * browser such a page would be of our own origin.
 */
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Wildcard addresses name no host. */
const ANY = new Set(['0.0.0.0', '::', '']);

export function hostNames(config: {
  readonly host: string;
  readonly publicUrl?: string | undefined;
}): ReadonlySet<string> {
  const names = new Set(LOOPBACK);
  if (!ANY.has(config.host)) names.add(config.host.includes(':') ? `[${config.host}]` : config.host.toLowerCase());
  if (config.publicUrl !== undefined) names.add(new URL(config.publicUrl).hostname.toLowerCase());
  return names;
}

/** The name in a Host header, without the port: it is no part of the name. */
function nameIn(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[^:]*)(?::\d*)?$/i.exec(host)?.[1]?.toLowerCase().replace(/\.$/, '');
}

export function isAddress(host: string | undefined): boolean {
  return isIP((nameIn(host ?? '') ?? '').replace(/^\[|\]$/g, '')) !== 0;
}

/** Throws unless the request was meant for one of these names. */
export function checkHost(request: FastifyRequest, names: ReadonlySet<string>): void {
  const host = request.raw.headers.host ?? '';
  const name = nameIn(host);
  if (name !== undefined && names.has(name)) return;
  throw new Problem(
    'foreign-host',
    `Host: ${JSON.stringify(host.slice(0, 100))} is no name of this service. Use localhost, or set PUBLIC_URL to the URL that people use.`,
  );
}
