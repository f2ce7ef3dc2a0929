import { z } from 'zod';
import { ROLES } from '../../core/api-key.js';
import { pageOf, paging } from '../http/page.js';
import { msOf, parseIso } from '../../core/time.js';
import { MOMENT } from '../http/schemas.js';

export const API_KEY = z
  .object({
    id: z.string().describe('no secret: the part of the key after `perdure_`'),
    name: z.string(),
    role: z.enum(ROLES),
    state: z.enum(['active', 'expired', 'revoked']),
    createdAt: z.string(),
    createdBy: z.string(),
    expiresAt: z.string().nullable(),
    usedAt: z.string().nullable().describe('the last use, to about a minute'),
    revokedAt: z.string().nullable(),
    revokedBy: z.string().nullable(),
  })
  .meta({ id: 'ApiKey', description: 'Who may ask. Keys that were revoked stay in the list.' });

export const MADE_API_KEY = z
  .object({ ...API_KEY.shape, key: z.string().describe('shown this once, and kept nowhere') })
  .meta({ id: 'MadeApiKey' });

export const API_KEYS = pageOf(API_KEY).meta({ id: 'ApiKeys' });

export const API_KEYS_QUERY = z.strictObject({ ...paging });

export const API_KEY_ID = z.string().regex(/^[0-9a-f]{12}$/, 'must be the id of a key: 12 hexadecimal digits');

export const NEW_API_KEY = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(100)
      // eslint-disable-next-line no-control-regex -- control characters are what a name may not hold
      .regex(/^[^\u0000-\u001f\u007f]+$/, 'must not hold control characters')
      .refine((name) => name.trim() === name, { message: 'must not begin or end with a space' })
      .describe('who or what will use it'),
    role: z.enum(ROLES),
    expiresAt: MOMENT.transform((text) => new Date(msOf(parseIso(text)!)).toISOString())
      .refine((at) => Date.parse(at) > Date.now(), { message: 'must lie ahead' })
      .optional()
      .describe('absent: it does not expire'),
  })
  .meta({ id: 'NewApiKey' });
