/** Configuration: from the environment, checked by schema at start. A wrong value is one clear line and exit code 2. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../core/errors.js';
import { blobPlace, type BlobPlace } from './blobs.js';
import type { LookPlan } from '../pipeline/revisit.js';
import { lookPlanOf } from './look-plan.js';

const url = (...protocols: string[]) =>
  z.string().refine((text) => protocols.some((protocol) => text.startsWith(`${protocol}://`)), {
    message: `must begin with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
  });

// An empty variable is an unset one: `DATABASE_URL= npm run …` is how people switch one off.
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

export const ENVIRONMENT = z.object({
  DATABASE_URL: optional(url('postgres', 'postgresql')).describe(
    'Postgres; unset: an embedded one under the data folder',
  ),
  REDIS_URL: optional(
    z.union(
      [url('redis', 'rediss'), z.string().startsWith('/')],
      'must begin with redis:// or rediss://, or be the path of a socket',
    ),
  ).describe('Redis for the queues; unset: the queues live in Postgres'),
  PERDURE_DATA: optional(z.string()).describe('data folder; default ./.perdure'),
  PERDURE_BLOBS: optional(z.string()).describe(
    'where captured bytes are kept: a folder, or s3://bucket/prefix; default <data>/blobs',
  ),
  HOST: optional(z.string()).describe('address to listen on; default 127.0.0.1'),
  PORT: optional(z.coerce.number().int().min(0).max(65_535)).describe('port to listen on; default 3080'),
  PUBLIC_URL: optional(url('http', 'https')).describe('how people reach this service from outside'),
  PERDURE_CONTACT: optional(
    z
      .string()
      .max(200)
      .regex(/^[\x20-\x7e]*$/, 'must be plain ASCII'),
  ).describe('address or page at which platforms can reach you: stands in the User-Agent of every request'),
  PERDURE_KEY: optional(z.string()).describe(
    'master key that credentials are sealed with, 32 bytes as base64 or hex; several by commas: the first seals, the others open; default: a file under <data>/keys',
  ),
  PERDURE_API_KEY: optional(
    z
      .string()
      .min(32, 'must have 32 characters or more: openssl rand -hex 32 makes one')
      .max(500)
      .regex(/^[\x21-\x7e]*$/, 'must be plain ASCII without spaces')
      .refine((text) => new Set(text).size >= 8, 'is too easy to guess: openssl rand -hex 32 makes one'),
  ).describe(
    'an API key with the rights of an administrator, 32 characters or more: the first one where nobody can run perdure keys add',
  ),
  PERDURE_PRIVATE_HOSTS: optional(z.string()).describe(
    'hosts (host or host:port, by commas) that may be private addresses: a server of your own network that you follow',
  ),
  PERDURE_HOST_ORIGINS: optional(z.string()).describe(
    'host=origin, by commas: where to reach a host instead of where its name leads, such as a mirror or a proxy',
  ),
  PERDURE_REVISIT: optional(z.string()).describe(
    'when posts are looked at again, after their publication, by commas; default 5m,1h,1d,7d,30d',
  ),
  PERDURE_REVISIT_CONFIRM: optional(z.string()).describe(
    'after which time a post that was found gone is looked at once more; default 10m',
  ),
  LOG_LEVEL: optional(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])).describe('default info'),
});

/** Named in a complaint, never shown. */
const SECRET: ReadonlySet<string> = new Set(['PERDURE_KEY', 'PERDURE_API_KEY', 'DATABASE_URL', 'REDIS_URL']);

export interface Config {
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly data: string;
  readonly blobs: BlobPlace;
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | undefined;
  readonly logLevel: string;
  readonly contact: string | undefined;
  readonly key: string | undefined;
  readonly apiKey: string | undefined;
  readonly privateHosts: readonly string[];
  readonly hostOrigins: ReadonlyMap<string, string>;
  readonly lookPlan: LookPlan;
}

/** Throws a UsageError that names the variable, its value and what it should be. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = ENVIRONMENT.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const name = String(issue.path[0]);
    throw new UsageError(`${SECRET.has(name) ? name : `${name}=${JSON.stringify(env[name])}`}: ${issue.message}`);
  }
  const value = parsed.data;
  const data = resolve(value.PERDURE_DATA ?? '.perdure');
  return {
    databaseUrl: value.DATABASE_URL,
    redisUrl: value.REDIS_URL,
    data,
    blobs: blobPlace(value.PERDURE_BLOBS, data, env),
    host: value.HOST ?? '127.0.0.1',
    port: value.PORT ?? 3080,
    publicUrl: value.PUBLIC_URL,
    logLevel: value.LOG_LEVEL ?? 'info',
    contact: value.PERDURE_CONTACT,
    key: value.PERDURE_KEY,
    apiKey: value.PERDURE_API_KEY,
    privateHosts: listOf(value.PERDURE_PRIVATE_HOSTS),
    hostOrigins: originsOf(value.PERDURE_HOST_ORIGINS),
    lookPlan: lookPlanOf(value.PERDURE_REVISIT, value.PERDURE_REVISIT_CONFIRM),
  };
}

const listOf = (text = ''): string[] =>
  text
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '');

function originsOf(text: string | undefined): ReadonlyMap<string, string> {
  const pairs = listOf(text).map((pair): [string, string] => {
    const [, host, origin] = /^([^=/]+)=((?:https?|wss?):\/\/[^/]+)\/?$/.exec(pair) ?? [];
    if (host === undefined || origin === undefined)
      throw new UsageError(`PERDURE_HOST_ORIGINS: ${JSON.stringify(pair)} is not of the form host=https://origin`);
    return [host, origin];
  });
  return new Map(pairs);
}
