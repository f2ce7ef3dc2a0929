import { z } from 'zod';
import { OBSERVATION, OUTCOME, PROFILE_VERSION, TIMES } from '../posts/schemas.js';

const ACTOR_VIEW = z
  .object({
    id: z.string(),
    uri: z.string(),
    source: z.string(),
    handle: z.string().nullable(),
    name: z.string().nullable(),
    firstObservedAt: z.string().nullable(),
    lastObservedAt: z.string().nullable(),
    state: OUTCOME.nullable(),
    posts: z.int().describe('posts with this author, counted up to 10,000'),
    postsIsLowerBound: z.boolean(),
    times: TIMES,
  })
  .meta({ id: 'Actor' });

export const ACTOR_HISTORY = z
  .object({
    actor: ACTOR_VIEW,
    versions: z.array(PROFILE_VERSION).describe('of the profile, oldest first'),
    observations: z.array(OBSERVATION),
    alternatives: z.array(z.string()).describe('other actors that the same name may mean'),
    incomplete: z.boolean().optional(),
  })
  .meta({ id: 'ActorHistory' });

export const ACTOR_NAME = z
  .string()
  .min(1)
  .max(8_192)
  .describe('its uuid, URI, URL, @handle or user@host, escaped as one segment');
