import { z } from 'zod';
import { pageOf, paging } from '../http/page.js';
import { KEY } from '../http/schemas.js';

const STATE = z
  .enum(['running', 'complete', 'partial', 'failed', 'waiting', 'skipped', 'interrupted'])
  .describe(
    '`complete`: all that the platform lists since the cursor; `partial`: more is to come; `waiting`: a rate budget is spent; `skipped`: it did not begin, `problem` says why',
  );

export const HARVEST = z
  .object({
    id: z.string().describe('also of the accession that its captures belong to, where there are any'),
    seed: z.string(),
    name: z.string().describe('of the seed'),
    collection: z.string(),
    connector: z.string(),
    kind: z.enum(['scheduled', 'asked', 'revisit']),
    state: STATE,
    startedAt: z.string(),
    finishedAt: z.string().nullable(),
    waitsUntil: z.string().nullable().describe('while it runs: the platform has said to wait'),
    seconds: z.number(),
    requests: z.int(),
    captures: z.int(),
    looks: z.int().describe('known posts that were looked at again'),
    bytes: z.int(),
    read: z.int().describe('read = new + duplicate + rejected'),
    new: z.int(),
    duplicate: z.int(),
    rejected: z.int(),
    newPosts: z.int(),
    newSnapshots: z.int(),
    problem: z.string().nullable(),
    warnings: z.array(z.string()),
    robots: z
      .object({ url: z.string(), status: z.int(), allowed: z.boolean().nullable() })
      .nullable()
      .describe('what robots.txt says; recorded, and left to people'),
    authority: z.string().nullable(),
    cursorBefore: z.unknown().describe('in the connector’s own terms'),
    cursorAfter: z.unknown(),
  })
  .meta({ id: 'Harvest', description: 'One run for one seed.' });

export const HARVESTS = pageOf(HARVEST).meta({ id: 'Harvests' });

export const HARVESTS_QUERY = z.strictObject({
  seed: KEY.optional().describe('its id'),
  collection: z.string().min(1).optional().describe('name or id'),
  state: STATE.optional(),
  ...paging,
});

const HEADERS = z.record(z.string(), z.string());

const EXCHANGE = z
  .object({
    seq: z.int(),
    method: z.string(),
    url: z.string(),
    status: z.int().nullable(),
    requestHeaders: HEADERS,
    responseHeaders: HEADERS,
    redacted: z.array(z.string()).describe('what was taken out before anything was stored'),
    digest: z.string().nullable().describe('of the body as kept'),
    requestDigest: z.string().nullable().describe('of what was sent with a POST, secrets taken out'),
    bytes: z.int(),
    startedAt: z.string(),
    headAt: z.string().nullable(),
    endedAt: z.string(),
    remoteAddress: z.string().nullable(),
    certificate: z.string().nullable(),
    redirectedFrom: z.int().nullable(),
    problem: z.string().nullable(),
  })
  .meta({ id: 'Exchange', description: 'One request of a harvest and its answer.' });

export const EXCHANGES = pageOf(EXCHANGE).meta({ id: 'Exchanges' });

export const MEDIA_EXCHANGES = pageOf(
  EXCHANGE.extend({
    file: z.string().describe('the address that a post or profile names; `url` is the one that was asked'),
    seq: z.int().describe('counts the requests for this address, over all tries'),
    digest: z
      .string()
      .nullable()
      .describe(
        'of the body as kept: of the file, or of what the server said instead; null: not kept, or a part of a file',
      ),
  }).meta({ id: 'MediaExchange', description: 'One request for a file by its address, and its answer.' }),
).meta({ id: 'MediaExchanges' });

export const EXCHANGES_QUERY = z.strictObject({ ...paging });
