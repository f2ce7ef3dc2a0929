import { z } from 'zod';
import { COLLECTION_NAME } from '../http/schemas.js';
import { pageOf, paging } from '../http/page.js';

export const COLLECTION = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: z.string(),
    accessions: z.int(),
    posts: z.int().describe('a chain of edits counts once'),
    observations: z.int(),
    firstObservedAt: z.string().nullable(),
    lastObservedAt: z.string().nullable(),
  })
  .meta({ id: 'Collection', description: 'A named body of material with one access policy and one log.' });

export const COLLECTIONS = pageOf(COLLECTION).meta({ id: 'Collections' });

export const COLLECTIONS_QUERY = z.strictObject({ ...paging });

export const NEW_COLLECTION = z.strictObject({ name: COLLECTION_NAME }).meta({ id: 'NewCollection' });
