import { z } from 'zod';
import { EVENT_KINDS } from '../../read/index.js';

/** Of an event; `0` stands before the first. A bigint of Postgres. */
export const EVENT_ID = z.string().regex(/^\d{1,18}$/, 'must be the id of an event: a number; 0 begins with the first');

export const EVENT = z
  .object({
    id: z.string().describe('a growing number; whoever has seen one has seen all before it'),
    kind: z
      .enum(EVENT_KINDS)
      .describe(
        '`edited`: the versions say so, another rendering of the same is none; `deleted`: by the platform’s own word; `gone`: it cannot be seen any more; `back`: it stands again',
      ),
    uri: z.string().describe('canonical, of the post'),
    post: z.string().describe('for `/posts/{id}`'),
    collection: z.string(),
    seed: z.string(),
    harvest: z.string(),
    at: z.string().describe('when the look was that showed it'),
  })
  .meta({ id: 'PostEvent', description: 'What following found out about a post.' });

const AFTER = EVENT_ID.optional().describe(
  'the last event that is known; absent: from now on; Last-Event-ID goes before',
);

export const SEED_EVENTS_QUERY = z.strictObject({ after: AFTER });

export const EVENTS_QUERY = z.strictObject({
  after: AFTER,
  collection: z.string().min(1).optional().describe('name or id'),
});
