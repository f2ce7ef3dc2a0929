import { z } from 'zod';
import { messageOf } from '../../core/errors.js';
import { assertZone } from '../../core/time.js';
import type { AccessionOptions } from '../../pipeline/ports.js';
import { pageOf, paging } from '../http/page.js';
import { COLLECTION_NAME, FLAG, listOf, MOMENT } from '../http/schemas.js';

const STATUS = z
  .enum(['receiving', 'received', 'splitting', 'ingesting', 'complete', 'sealed', 'refused', 'failed'])
  .describe(
    '`sealed`: all of it is private, kept and not read (a warning names the `include` that reads it); `refused`: nothing in it can be imported',
  );
const BASIS = z.enum(['record', 'manifest', 'stated', 'zip-entry', 'http', 'receipt']);
const COUNTS = z.record(z.string(), z.int());

export const ACCESSION_ITEM = z
  .object({
    id: z.string(),
    path: z.string().describe('the name under which it was handed in'),
    digest: z.string().nullable(),
    source: z.string().nullable(),
    format: z.string().nullable(),
    collection: z.string(),
    status: STATUS,
    records: z.int().describe('byte ranges'),
    read: z.int().describe('what the source states in them: read = new + duplicate + rejected'),
    new: z.int(),
    duplicate: z.int(),
    rejected: z.int(),
    newPosts: z.int().describe('a chain of edits counts once'),
    newSnapshots: z.int(),
    newActors: z.int(),
    warnings: z.array(z.string()),
    media: z.object({ stored: z.int(), missing: z.int() }),
    observedFrom: z.string().nullable(),
    observedTo: z.string().nullable(),
    observedAtBasis: BASIS.nullable(),
    seconds: z.number().describe('from its receipt to its end, or to now'),
    bytes: z.int(),
    receivedAt: z.string(),
    finishedAt: z.string().nullable(),
    problem: z.string().nullable(),
  })
  .meta({ id: 'AccessionItem' });

export const ACCESSION_SUMMARY = z
  .object({
    ...ACCESSION_ITEM.shape,
    visibility: COUNTS,
    sealed: z.array(z.string()).describe('paths of members that are kept unread'),
    rejectReasons: COUNTS,
    members: z
      .array(
        z.object({
          path: z.string(),
          role: z.string().nullable(),
          source: z.string().nullable(),
          format: z.string().nullable(),
          bytes: z.int(),
          why: z.string().nullable(),
          fetchedAt: z.string().nullable().describe('of an answer out of a WARC: WARC-Date'),
          fetchedFrom: z.string().nullable().describe('of an answer out of a WARC: its address, without secrets'),
        }),
      )
      .describe('the first 1,000, in path order'),
    memberCount: z.int(),
  })
  .meta({ id: 'AccessionSummary', description: 'One package (file or folder) as received, and what came of it.' });

export const ACCESSION_PROGRESS = z
  .object({
    status: STATUS,
    bytesTotal: z.int().describe('of the members that are split; 0 until they are recognised'),
    bytesSplit: z.int(),
    bytesDone: z.int(),
    ranges: z.int(),
    rangesDone: z.int(),
    read: z.int(),
    new: z.int(),
    duplicate: z.int(),
    rejected: z.int(),
    startedAt: z.string().nullable(),
  })
  .meta({ id: 'AccessionProgress' });

const FAILING = z
  .object({
    total: z.int(),
    first: z
      .array(
        z.object({
          path: z.string().describe('of the member'),
          offset: z.int(),
          length: z.int(),
          records: z.int(),
          tries: z.int().describe('that count: trouble with the database or the disk does not'),
          problem: z.string().nullable().describe('the last one; null where its worker ended without a word'),
        }),
      )
      .describe('at most 20'),
  })
  .describe('ranges that failed and wait to be tried again');

const RETRY = {
  unpack: z.boolean().describe('whether it is unpacked and split again'),
  ranges: z.int().describe('those that waited after a failure'),
  records: z.int().describe('those that were rejected as `poison`, and are read anew'),
};

export const RETRIED = z.object(RETRY).meta({ id: 'Retried', description: 'What was put back into the queues.' });

export const ACCESSION = z
  .object({
    ...ACCESSION_SUMMARY.shape,
    progress: ACCESSION_PROGRESS,
    failing: FAILING,
    retries: z
      .array(z.object({ at: z.string(), by: z.string(), ...RETRY }))
      .describe('each time somebody had what had failed tried again'),
    options: z.record(z.string(), z.unknown()).describe('as they were given'),
    custody: z.record(z.string(), z.unknown()).describe('who handed it in, by what right'),
  })
  .meta({ id: 'Accession' });

export const ACCESSIONS = pageOf(ACCESSION_ITEM).meta({ id: 'Accessions' });

export const ACCESSIONS_QUERY = z.strictObject({
  ...paging,
  collection: z.string().optional().describe('name or id'),
});

export const REJECTS = pageOf(
  z.object({
    path: z.string(),
    member: z.int(),
    offset: z.int(),
    length: z.int(),
    item: z.int(),
    reason: z.string().describe('a stable word'),
    detail: z.string(),
    capture: z.string().nullable().describe("digest of the member's bytes"),
    preview: z.string().nullable().describe('its first 200 bytes as UTF-8, lossy'),
  }),
).meta({ id: 'Rejects' });

export const REJECTS_QUERY = z.strictObject({ ...paging });

const text = (most: number) => z.string().min(1).max(most).optional();

/** What whoever hands something in says about it, as query parameters or as fields of the form before its file. */
const MAPPING = z
  .string()
  .max(20_000)
  .transform((given, context): NonNullable<AccessionOptions['mapping']> => {
    try {
      return JSON.parse(given) as NonNullable<AccessionOptions['mapping']>;
    } catch (error) {
      context.addIssue({ code: 'custom', message: messageOf(error) });
      return z.NEVER;
    }
  });

export const RECEIVE = z.strictObject({
  name: text(1_000).describe('of the file; else that of Content-Disposition or of the form part'),
  collection: COLLECTION_NAME.optional().describe('`default` unless told otherwise; made if there is none'),
  source: text(50).describe('ask only this source'),
  observedAt: MOMENT.optional().describe('when the posts were seen, where the file does not say so'),
  timezone: z
    .string()
    .refine(isZone, { message: 'no time zone of that name; they look like Asia/Damascus' })
    .optional()
    .describe('IANA zone of times that have none'),
  account: text(500).describe('the account whose archive this is, where the file does not say so'),
  include: listOf(['direct', 'followers', 'group', 'likes', 'account', 'unknown']).describe('sealed members to open'),
  mapping: MAPPING.optional().describe('for `generic`: which field is what, as JSON'),
  receivedFrom: text(2_000).describe('who handed it in'),
  authority: text(2_000).describe('by what right'),
  note: text(10_000),
  restrict: FLAG.describe('mark it as restricted'),
});

function isZone(zone: string): boolean {
  try {
    assertZone(zone);
    return true;
  } catch {
    return false;
  }
}
