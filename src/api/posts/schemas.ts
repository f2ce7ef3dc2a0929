import { z } from 'zod';
import { paging, pageOf } from '../http/page.js';
import { listOf } from '../http/schemas.js';

export const OUTCOME = z.enum([
  'present',
  'deleted',
  'notFound',
  'forbidden',
  'suspended',
  'deactivated',
  'unreachable',
  'omitted',
  'notCaptured',
]);
export const VISIBILITY = z.enum(['public', 'unlisted', 'followers', 'group', 'direct', 'unknown']);
export const BASIS = z.enum(['record', 'manifest', 'stated', 'zip-entry', 'http', 'receipt']);

export const TIMES = z
  .record(
    z.string(),
    z.object({
      precision: z.enum(['ms', 's', 'min', 'day']),
      zone: z.enum(['utc', 'stated', 'assumed', 'unknown']),
      earliest: z
        .string()
        .optional()
        .describe('only where the zone is unknown: the first moment that it can be, in UTC'),
      latest: z.string().optional(),
    }),
  )
  .meta({
    id: 'Times',
    description: 'What is known of the times beside it, by their names: how precise, in which zone.',
  });

/** A post's content or an actor's profile: names of ActivityStreams 2.0 where it has one, absent what was not stated. */
export const CONTENT = z.record(z.string(), z.unknown()).meta({ id: 'Content' });

export const ACTOR_LABEL = z
  .object({
    name: z.string().nullable(),
    handle: z.string().nullable(),
    uri: z.string().nullable(),
    id: z.string().optional().describe('for `/actors/{id}`'),
  })
  .meta({ id: 'ActorLabel' });

export const POST_VIEW = z
  .object({
    uri: z.string().describe('canonical; of a chain of edits, that of the first'),
    perdureUri: z.string(),
    id: z.string(),
    source: z.string().nullable().describe('null for a stub: named by other posts, never captured'),
    author: ACTOR_LABEL.nullable(),
    firstObservedAt: z.string().nullable(),
    lastObservedAt: z.string().nullable(),
    state: OUTCOME.nullable(),
    visibility: VISIBILITY,
    aliases: z.array(z.string()),
    collections: z.array(z.string()),
    times: TIMES,
  })
  .meta({ id: 'Post' });

const RUN = {
  outcome: OUTCOME,
  snapshot: z.string().nullable().describe('digest of the richest stored witness'),
  from: z.string().nullable(),
  to: z.string().nullable(),
  observations: z.int(),
  claimedFrom: z.string().optional(),
  claimedTo: z.string().optional(),
  snapshots: z.array(z.string()),
  witnesses: z.array(z.string()).describe('ids of its observations'),
  editions: z.array(z.number()).optional(),
  conflict: z.boolean().describe('it contradicts its neighbour, although nothing says which came first'),
  conflicting: z.array(z.string()).optional(),
  disputedBy: z.array(z.string()).optional(),
  content: CONTENT.optional().describe('the join of all witnesses: derived, without a digest'),
  times: TIMES,
};

const TITLE = z.string().nullable().describe('the title, of posts that have one; its words are not in `text`');

export const VERSION = z
  .object({
    ...RUN,
    name: TITLE,
    text: z.string().nullable(),
    publishedAt: z.string().nullable(),
    updatedAt: z.string().nullable(),
    visibility: VISIBILITY.optional(),
  })
  .meta({ id: 'Version', description: 'A run of compatible observations; derived, never stored.' });

export const PROFILE_VERSION = z
  .object({ ...RUN, handle: z.string().nullable(), name: z.string().nullable() })
  .meta({ id: 'ProfileVersion' });

export const OBSERVATION = z
  .object({
    id: z.string(),
    observedAt: z.string(),
    basis: BASIS.describe('how it is known when it was seen'),
    recordedAt: z.string(),
    outcome: OUTCOME,
    snapshot: z.string().nullable(),
    capture: z.string().describe('digest of the bytes that it was read from'),
    offset: z.int(),
    length: z.int(),
    method: z.enum(['import', 'harvest']),
    harvest: z.string().optional().describe('the harvest that asked; its exchanges are the evidence'),
    hand: z.enum(['first', 'second']),
    collection: z.string(),
    post: z.string().optional(),
    item: z.int().optional(),
    reader: z.int(),
    edition: z.number().optional(),
    claimedFrom: z.string().optional(),
    metrics: z.record(z.string(), z.number()).optional(),
    losses: z.array(z.string()).optional(),
    records: z.int().optional(),
    times: TIMES,
  })
  .meta({ id: 'Observation' });

const REFERENCE = z
  .object({
    kind: z.enum(['reply', 'quote', 'repost', 'like', 'bookmark']),
    uri: z.string(),
    perdureUri: z.string(),
    captured: z.boolean().describe('false for a stub: named, never captured'),
    by: z.string().optional(),
  })
  .meta({ id: 'Reference' });

export const POST_HISTORY = z
  .object({
    post: POST_VIEW,
    versions: z.array(VERSION).describe('oldest first'),
    observations: z.array(OBSERVATION),
    references: z.array(REFERENCE),
    referencedBy: z.object({
      counts: z.record(z.string(), z.int()),
      countsAreLowerBounds: z.boolean(),
      posts: z.array(REFERENCE),
    }),
    links: z.array(
      z.object({
        kind: z.enum(['editOf', 'sameAs', 'probablySame']),
        from: z.string(),
        to: z.string(),
        place: z.int().optional(),
        reason: z.string().optional(),
      }),
    ),
    media: z.array(
      z.object({
        file: z.string(),
        digest: z.string().nullable(),
        type: z.string(),
        url: z.string().nullable(),
        missing: z.boolean(),
      }),
    ),
    alternatives: z.array(z.string()).describe('other posts that the same address may mean'),
    incomplete: z.boolean().optional(),
  })
  .meta({ id: 'PostHistory' });

export const SHOWN = z
  .object({
    post: POST_VIEW,
    asOf: z.string().optional(),
    claimedAt: z.string().optional(),
    seen: z.boolean().describe('false: nothing had been seen by then; `version` is then what the platform claims'),
    note: z.string().optional(),
    basis: z.enum(['claimed', 'observed']).optional(),
    version: VERSION.nullable(),
    snapshot: z
      .object({
        digest: z.string(),
        content: CONTENT,
        canonical: z.string().describe('canonical JSON (RFC 8785), whose UTF-8 the digest is over'),
      })
      .nullable(),
  })
  .meta({ id: 'Shown', description: 'One version of a post.' });

export const POST_ITEM = z
  .object({
    uri: z.string(),
    perdureUri: z.string(),
    id: z.string(),
    source: z.string(),
    author: ACTOR_LABEL.nullable(),
    publishedAt: z.string().nullable(),
    name: TITLE,
    text: z.string().nullable(),
    lang: z.string().nullable(),
    snapshot: z.string().nullable().describe('the snapshot that matched; of several the newest'),
    state: OUTCOME.nullable(),
    collections: z.array(z.string()),
    visibility: VISIBILITY,
    times: TIMES,
  })
  .meta({ id: 'PostItem' });

export const POSTS = z
  .object({
    ...pageOf(POST_ITEM).shape,
    total: z.int(),
    totalIsLowerBound: z.boolean().optional(),
    withheld: z
      .object({
        count: z.int(),
        by: z.record(z.string(), z.int()),
        countIsLowerBound: z.boolean().optional(),
      })
      .describe('matching posts that are not shown, by the narrowest visibility stated for them'),
  })
  .meta({ id: 'Posts' });

const text = z.string().min(1).max(2_000).optional();

export const POSTS_QUERY = z.strictObject({
  ...paging,
  url: text.describe('any known URL of a post: answers with the posts that it may mean; no other filter goes with it'),
  q: text.describe('words (all of them), "phrases", -without, this OR that, begin*'),
  collection: text.describe('name or id'),
  author: text.describe('handle, @handle, user@host, URI, URL or display name'),
  since: text.describe('ISO 8601, of publication; included'),
  until: text.describe('included, to the end of the second or day given'),
  lang: text.describe('BCP 47 prefix: `ar` finds `ar-SY`'),
  source: text,
  asOf: text.describe('ISO 8601: only what had been seen by then'),
  include: listOf(['public', 'unlisted', 'followers', 'group', 'direct', 'unknown', 'likes', 'account']).describe(
    'shown besides public and unlisted',
  ),
  order: z.enum(['newest', 'oldest']).optional(),
});

export const AT_QUERY = z.strictObject({
  asOf: text.describe('ISO 8601: what had been seen by then'),
  claimedAt: text.describe('ISO 8601: what the platform says was there then'),
});

export const RAW_QUERY = z.strictObject({
  ...AT_QUERY.shape,
  snapshot: text.describe('digest of one snapshot of this post; else the richest of the version'),
});

/** uuid, `perdure:post:<uuid>`, canonical URI or any known URL, escaped as one segment. */
export const POST_NAME = z
  .string()
  .min(1)
  .max(8_192)
  .describe('its uuid, or any of its URIs and URLs, escaped as one segment');
