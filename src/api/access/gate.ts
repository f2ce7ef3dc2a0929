/**
 * The gate: every request passes it before anything else is done with it, whoever registered its route (Nest, the queue
 * board, the description, the files of the web app), also where there is no such route.
 */
import { isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { allows, type Role } from '../../core/api-key.js';
import { checkHost, isAddress } from '../http/hosts.js';
import { Problem } from '../http/problem.js';
import { forbidden, NOBODY, setCaller, type Caller } from './caller.js';
import type { Keyring, Refusal } from './keyring.js';
import { challenges, presentedKey } from './present.js';
import { ruleFor } from './rules.js';

/** Wrong keys of one address within a minute, after which it is told to wait. */
const WRONG_KEYS = 10;
const WINDOW_SECONDS = 60;

export interface GateOptions {
  readonly keyring: Keyring;
  /** What the service is called (http/hosts.ts). */
  readonly names: ReadonlySet<string>;
  readonly log: { warn(facts: object, what: string): void };
}

export function registerGate(instance: FastifyInstance, options: GateOptions): void {
  const wrongKeys = new RateLimiterMemory({ points: WRONG_KEYS, duration: WINDOW_SECONDS });
  instance.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    await pass(request, reply, options, wrongKeys);
  });
}

async function pass(
  request: FastifyRequest,
  reply: FastifyReply,
  { keyring, names, log }: GateOptions,
  wrongKeys: RateLimiterMemory,
): Promise<void> {
  const needed = neededFor(request);
  if (needed === 'anyone') return checkName(request, names, keyring.wasNeeded);
  if (!(await keyring.isNeeded())) {
    checkHost(request, names);
    return setCaller(request, NOBODY);
  }
  const shown = presentedKey(request.headers.authorization);
  const found = shown === undefined ? 'none' : shown === 'unreadable' ? shown : await keyring.find(shown.text);
  if (typeof found !== 'string') {
    // Under whatever name: no page that was made to look like ours has a key to send along.
    setCaller(request, found);
    if (!allows(found.role, needed)) throw refused(request, reply, forbidden(found, needed));
    return;
  }
  checkName(request, names, true);
  if (found !== 'none') await slowDown(request, reply, found, wrongKeys, log);
  void reply.header('www-authenticate', challenges(found !== 'none'));
  throw refused(request, reply, new Problem('unauthorized', `${WHY[found]} ${HOW}`));
}

/** Whoever has any key learns that there is no such route; others learn nothing. */
function neededFor({ method, is404, routeOptions }: FastifyRequest): Role | 'anyone' {
  return is404 || routeOptions.url === undefined ? 'reader' : ruleFor(method, routeOptions.url).role;
}

/** An address is no name that could be made to lead here; without keys the service answers on loopback alone, which has three. */
function checkName(request: FastifyRequest, names: ReadonlySet<string>, keysAreNeeded: boolean): void {
  if (!(keysAreNeeded && isAddress(request.raw.headers.host))) checkHost(request, names);
}

type Failure = Refusal | 'unreadable';

const WHY: Readonly<Record<Failure | 'none', string>> = {
  none: 'This needs an API key.',
  unreadable: 'What was sent as Authorization holds no API key.',
  mistyped: 'That API key is mistyped or cut short: a whole one has 70 characters and begins with perdure_.',
  unknown: 'That API key is not known here, or it was revoked.',
  expired: 'That API key has expired.',
};
const HOW =
  'Send one as "Authorization: Bearer perdure_…", or by HTTP Basic as the password, with any user name. Whoever runs the service makes one: perdure keys add NAME --role reader';

/**
 * Counts wrong keys. A right one is never kept waiting: behind a proxy everybody has one address, and somebody's
 * mistakes must not lock the others out. Guessing 32 random bytes is hopeless at any speed.
 */
async function slowDown(
  request: FastifyRequest,
  reply: FastifyReply,
  why: Failure,
  wrongKeys: RateLimiterMemory,
  log: GateOptions['log'],
): Promise<void> {
  try {
    await wrongKeys.consume(neighbourhood(request.ip));
  } catch (spent) {
    if (!(spent instanceof RateLimiterRes)) throw spent;
    const seconds = Math.max(1, Math.ceil(spent.msBeforeNext / 1_000));
    void reply.header('retry-after', seconds);
    const detail = `Too many wrong API keys came from this address: try again in ${seconds} s, with a right one.`;
    throw refused(request, reply, new Problem('too-many-attempts', detail));
  }
  log.warn({ address: request.ip, why, request: request.id }, 'a wrong API key was refused');
}

/** Of IPv6 the network, which is what one customer has of it. */
function neighbourhood(address: string): string {
  return isIPv6(address) ? address.split(':', 4).join(':') : address;
}

/** What else it would send is not waited for. */
function refused({ raw }: FastifyRequest, reply: FastifyReply, problem: Problem): Problem {
  if (raw.headers['content-length'] !== undefined || raw.headers['transfer-encoding'] !== undefined)
    void reply.header('connection', 'close');
  return problem;
}

export type { Caller };
