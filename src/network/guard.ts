/**
 * Which addresses may be asked. Platforms, feeds and redirects name any address they like; none may make this service
 * talk to itself or to the network that it stands in (server-side request forgery).
 *
 * Three doors, and all are closed: the host as written (the WHATWG URL parser turns every spelling of an IP address into
 * the one form), every address that a name resolves to, and the address that is connected to, which is the one checked.
 */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

const PROTOCOLS: readonly string[] = ['http:', 'https:', 'ws:', 'wss:'];

/** The address may not be asked. `message` says why, and holds no secrets. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
  /** As system errors have it, so that it is told apart behind a connector's wrapping. */
  readonly code = 'EFORBIDDENADDRESS';
}

export interface Target {
  readonly url: URL;
  /** Named by people as one that may be private: its addresses are not checked. */
  readonly trusted: boolean;
}

/**
 * @param trusted hosts, or `host:port`, that may be private
 * @throws ForbiddenAddress
 */
export function checkTarget(text: string | URL, trusted: readonly string[]): Target {
  const url = typeof text === 'string' ? parse(text) : text;
  if (!PROTOCOLS.includes(url.protocol)) throw new ForbiddenAddress(`${url.protocol} addresses are not asked`);
  if (url.username !== '' || url.password !== '')
    throw new ForbiddenAddress(`the address on ${url.host} holds a user name or password: add a credential instead`);
  if (isTrusted(url, trusted)) return { url, trusted: true };
  const literal = literalOf(url.hostname);
  if (literal !== undefined) {
    const why = forbidden(literal);
    if (why !== undefined) throw new ForbiddenAddress(`${url.hostname} is ${why}: such addresses are not asked`);
  }
  return { url, trusted: false };
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new ForbiddenAddress('it is no absolute web address');
  }
}

/** With the port or without: `localhost`, `127.0.0.1:3080`, `[::1]:3080`. */
export function isTrusted(url: URL, trusted: readonly string[]): boolean {
  if (trusted.length === 0) return false;
  const withPort = `${url.hostname}:${portOf(url)}`;
  return trusted.some((each) => {
    const host = each.toLowerCase();
    return host === url.hostname || `[${host}]` === url.hostname || host === withPort;
  });
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' || url.protocol === 'wss:' ? 443 : 80;
}

function literalOf(hostname: string): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  return ipaddr.IPv4.isValidFourPartDecimal(hostname) ? hostname : undefined;
}

/** Cloud providers' services for their own machines that are on no special range. */
const ALSO: Readonly<Record<string, string>> = { '168.63.129.16': "a cloud provider's metadata address" };

/**
 * Why an address is not a public one; undefined where it is.
 * @param address IPv4 in four decimal parts, or IPv6
 */
export function forbidden(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'no IP address';
  const parsed = ipaddr.parse(address);
  return parsed.kind() === 'ipv4' ? forbidden4(parsed as ipaddr.IPv4) : forbidden6(parsed as ipaddr.IPv6);
}

function forbidden4(address: ipaddr.IPv4): string | undefined {
  const range = address.range();
  if (range !== 'unicast') return `not public (${range})`;
  return ALSO[address.toString()];
}

const GLOBAL: readonly [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];
const NAT64: readonly [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('64:ff9b::'), 96];
const MAPPED: readonly [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('::ffff:0:0'), 96];

function forbidden6(address: ipaddr.IPv6): string | undefined {
  // Both lead to the IPv4 address in their last four bytes; a network without IPv4 reaches everything by NAT64.
  if (address.match(MAPPED[0], MAPPED[1]) || address.match(NAT64[0], NAT64[1]))
    return forbidden4(new ipaddr.IPv4(address.toByteArray().slice(12)));
  const range = address.range();
  // 6to4 and Teredo also hold an IPv4 address; nobody serves posts there any more.
  if (range !== 'unicast' || !address.match(GLOBAL[0], GLOBAL[1])) return `not public (${range})`;
  return undefined;
}

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

const systemResolve: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true, verbatim: true }, (error, addresses) => {
      if (error) reject(error);
      else resolve(addresses);
    });
  });

/**
 * For `net.connect` and `tls.connect`: resolves a name once, and hands over only what was checked, so that a name which
 * answers differently the next time (DNS rebinding) gains nothing. One forbidden address among many forbids them all.
 */
export function guardedLookup(trusted: boolean, resolve: Resolve = systemResolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const addresses = found.filter(({ family }) => !options.family || familyOf(options.family) === family);
        const first = addresses[0];
        if (first === undefined) {
          const missing = Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
          return callback(missing, '');
        }
        const why = trusted ? undefined : reasonAgainst(hostname, found);
        if (why !== undefined) return callback(new ForbiddenAddress(why), '');
        if (options.all) return callback(null, [...addresses]);
        return callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

function familyOf(family: number | 'IPv4' | 'IPv6'): number {
  if (family === 'IPv4') return 4;
  return family === 'IPv6' ? 6 : family;
}

function reasonAgainst(hostname: string, addresses: readonly LookupAddress[]): string | undefined {
  for (const { address } of addresses) {
    const why = forbidden(address);
    if (why !== undefined) return `${hostname} leads to ${address}, which is ${why}: such addresses are not asked`;
  }
  return undefined;
}
