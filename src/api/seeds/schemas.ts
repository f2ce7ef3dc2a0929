import { z } from 'zod';
import { pageOf, paging } from '../http/page.js';
import { COLLECTION_NAME, MOMENT } from '../http/schemas.js';

const SEED_STATE = z.enum(['active', 'paused', 'ended']);
const text = (most: number) => z.string().trim().min(1).max(most);

const EVERY = z
  .int()
  .min(10)
  .max(30 * 86_400);

export const SEED = z
  .object({
    id: z.string(),
    collection: z.string(),
    connector: z.string(),
    source: z.string(),
    uri: z.string().describe('what stays when a handle changes'),
    name: z.string(),
    state: SEED_STATE.describe('`ended`: no longer followed; what was archived stays'),
    every: z.int().describe('seconds, as asked for'),
    interval: z.int().describe('seconds, as kept now'),
    adaptive: z.boolean(),
    backfill: z.int().describe('posts that the first harvest goes back at most'),
    credential: z.string().nullable().describe('its name'),
    authority: z.string().nullable(),
    nextAt: z.string(),
    nextLookAt: z.string().nullable().describe('when the next of its posts is to be looked at again'),
    postsToLookAt: z.int(),
    running: z.string().nullable().describe('the harvest that runs now'),
    lastHarvest: z
      .object({
        id: z.string(),
        state: z.string(),
        at: z.string(),
        finishedAt: z.string().nullable(),
        newPosts: z.int(),
        problem: z.string().nullable(),
      })
      .nullable(),
    lastNewAt: z.string().nullable().describe('when a new post of it was last found'),
    failures: z.int().describe('in a row'),
    problem: z.string().nullable(),
    waitsUntil: z.string().nullable().describe('a spent rate budget'),
    account: z.object({ state: z.string(), detail: z.string().nullable() }).nullable(),
    cursorAt: z.string().nullable(),
    backTo: z
      .object({ published: z.string().optional(), beginning: z.boolean() })
      .nullable()
      .describe('how far the first harvest went back, and whether there is nothing older'),
    watched: z.object({ from: z.string(), to: z.string() }).nullable().describe('the last stretch without a break'),
    gaps: z.int(),
    createdAt: z.string(),
  })
  .meta({ id: 'Seed', description: 'An account, feed or stream that a collection follows.' });

export const SEEDS = pageOf(SEED).meta({ id: 'Seeds' });

export const SEEDS_QUERY = z.strictObject({
  collection: z.string().min(1).optional().describe('name or id'),
  state: SEED_STATE.optional().describe('absent: all but those that were unfollowed'),
  ...paging,
});

export const NEW_SEED = z
  .strictObject({
    follow: text(2_000).describe('a handle or an address: `@user@mastodon.example`, `alice.bsky.social`, a feed’s'),
    collection: COLLECTION_NAME.default('default').describe('made if there is none'),
    every: EVERY.optional().describe('seconds; absent: as lively as the account is'),
    credential: text(200).optional().describe('the name of one'),
    connector: text(100).optional().describe('where several could'),
    backfill: z.int().min(0).max(1_000_000).optional().describe('posts that the first harvest goes back at most'),
    authority: text(2_000).optional().describe('by what right; kept with every harvest'),
  })
  .meta({ id: 'NewSeed' });

export const CHANGED_SEED = z
  .strictObject({
    state: z.enum(['active', 'paused']).optional(),
    every: EVERY.optional().describe('seconds; from now on, no longer adapted'),
  })
  .refine(({ state, every }) => state !== undefined || every !== undefined, {
    message: 'must say state, every, or both',
  })
  .meta({ id: 'ChangedSeed' });

export const ASKED = z
  .object({ harvest: z.string().describe('the id that it will have') })
  .meta({ id: 'AskedHarvest' });

export const COVERAGE_QUERY = z.strictObject({
  at: MOMENT.optional().describe('was it watched then?'),
  from: MOMENT.optional().describe('only what lies after'),
  to: MOMENT.optional().describe('only what lies before'),
});

export const COVERAGE = z
  .object({
    seed: SEED,
    intervals: z
      .array(
        z.object({
          kind: z
            .enum(['watched', 'gap', 'since'])
            .describe(
              '`watched`: nothing that the platform listed is missing; `gap`: posts may be missing; `since`: from the last look until now, the next one will tell',
            ),
          from: z.string(),
          to: z.string(),
          reason: z.string().nullable(),
          detail: z.string().nullable(),
          harvest: z.string().nullable(),
        }),
      )
      .describe('oldest first; before the first of all nobody watched'),
    ceilings: z.array(z.string()).describe('what the platform never hands out, or only up to a limit'),
    at: z
      .object({ time: z.string(), watched: z.enum(['yes', 'no', 'unknown']), why: z.string() })
      .optional()
      .describe('of the time that was asked about'),
  })
  .meta({ id: 'Coverage', description: 'What was watched of a seed, where posts may be missing, and why.' });
