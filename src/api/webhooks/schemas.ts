import { z } from 'zod';
import { EVENT_KINDS } from '../../read/index.js';
import { EVENT_ID } from '../events/schemas.js';
import { pageOf, paging } from '../http/page.js';

export const WEBHOOK = z
  .object({
    id: z.string(),
    url: z.string(),
    collection: z.string().nullable().describe('null: all'),
    events: z.array(z.enum(EVENT_KINDS)),
    state: z.enum(['active', 'disabled']).describe('disabled after three days of failing'),
    after: z.string().describe('the id of the event up to which it has been told'),
    nextAt: z.string().describe('not tried before'),
    failures: z.int().describe('in a row'),
    failingSince: z.string().nullable(),
    problem: z.string().nullable(),
    deliveredAt: z.string().nullable(),
    createdAt: z.string(),
  })
  .meta({ id: 'Webhook', description: 'Who is told of events.' });

export const MADE_WEBHOOK = z
  .object({
    ...WEBHOOK.shape,
    secret: z.string().describe('shown this once; deliveries are signed with it'),
  })
  .meta({ id: 'MadeWebhook' });

export const WEBHOOKS = pageOf(WEBHOOK).meta({ id: 'Webhooks' });

export const WEBHOOKS_QUERY = z.strictObject({ ...paging });

export const NEW_WEBHOOK = z
  .strictObject({
    url: z
      .string()
      .max(2_000)
      .refine(isWebAddress, { message: 'must be an http or https address without user name and password' }),
    collection: z.string().min(1).optional().describe('name or id; absent: all'),
    events: z
      .array(z.enum(EVENT_KINDS))
      .min(1)
      .default([...EVENT_KINDS])
      .transform((kinds) => [...new Set(kinds)]),
    after: EVENT_ID.optional().describe('the last event that is known; absent: from now on'),
  })
  .meta({ id: 'NewWebhook' });

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}
