import { z } from 'zod';
import { pageOf, paging } from '../http/page.js';

const collection = z.string().min(1).optional().describe('name or id; absent: all');

export const MISSING = z
  .object({
    post: z.string().nullable().describe('URI of the post that names it'),
    actor: z.string().nullable().describe('of a profile’s picture: URI of the actor'),
    file: z.string().describe('its address, or its name in a package'),
    type: z.string(),
    state: z
      .enum(['waiting', 'missing', 'refused', 'notInPackage'])
      .describe(
        'waiting: tried again at `nextAt`; missing, refused: given up; notInPackage: a package named it and did not bring it',
      ),
    tries: z.int(),
    nextAt: z.string().nullable(),
    problem: z.string().nullable(),
    status: z.int().nullable().describe('of the last answer'),
  })
  .meta({ id: 'MissingMedia' });

export const MISSING_MEDIA = pageOf(MISSING).meta({ id: 'MissingMediaPage' });

export const MISSING_QUERY = z.strictObject({ ...paging, collection });

export const MEDIA_EXCHANGES_QUERY = z.strictObject({
  file: z
    .string()
    .min(1)
    .max(8_300)
    .describe('its address, as the post or profile names it; or the digest (`sha256:…`) of what was found there'),
  ...paging,
});

export const RETRY_QUERY = z.strictObject({ collection });

export const ASKED_AGAIN = z.object({ asked: z.int().describe('files that are due now and were not') });
