/** The mapping file: which column or field is what. Written by a person, so every mistake in it is answered by name. */
import { z } from 'zod';
import { VISIBILITIES } from '../../core/content.js';
import { UsageError } from '../../core/errors.js';
import { assertZone } from '../../core/time.js';
import { compilePattern } from './pattern.js';

/** A column's name; in JSON a key, or keys with dots between them. */
const FIELD = z.string().min(1).max(300);

const TIME = z.union([
  FIELD,
  z.strictObject({
    field: FIELD,
    /** `iso` (the default), `seconds` or `milliseconds` since 1970, or a pattern like `dd/MM/yyyy HH:mm`. */
    format: z
      .string()
      .min(1)
      .max(60)
      .refine(isFormat, {
        error: 'must be iso, seconds, milliseconds, or a pattern of yyyy MM dd HH mm ss SSS (also M d H h a) and signs',
      })
      .optional(),
    /** IANA zone of times that say none. */
    zone: z.string().refine(isZone, { error: 'no zone of that name; they look like Asia/Damascus' }).optional(),
  }),
]);

const VISIBILITY = z.enum(VISIBILITIES as unknown as [string, ...string[]]);

const MAPPING = z.strictObject({
  platform: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,39}$/, { error: 'must be a short name in lower case, like gab' }),
  id: FIELD.optional(),
  text: FIELD.optional(),
  html: FIELD.optional(),
  title: FIELD.optional(),
  author: z.strictObject({ id: FIELD.optional(), handle: FIELD.optional(), name: FIELD.optional() }).optional(),
  published: TIME.optional(),
  updated: TIME.optional(),
  observed: TIME.optional(),
  url: FIELD.optional(),
  language: FIELD.optional(),
  inReplyTo: FIELD.optional(),
  media: z.array(FIELD).max(20).optional(),
  metrics: z.record(z.string().min(1).max(60), FIELD).optional(),
  visibility: z
    .union([VISIBILITY, z.strictObject({ field: FIELD, values: z.record(z.string(), VISIBILITY) })])
    .optional(),
});

export type Mapping = z.output<typeof MAPPING>;
export type TimeField = NonNullable<Mapping['published']>;

/** Throws a UsageError that names each wrong key. `value` is what the file parses to. */
export function checkMapping(value: unknown): Mapping {
  const parsed = MAPPING.safeParse(value);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(
      ({ path, message }) => `${path.map(String).join('.') || 'the mapping'}: ${message}`,
    );
    throw new UsageError(`the mapping is not right: ${wrong.join('; ')}`);
  }
  const { text, html, title, media } = parsed.data;
  if (text === undefined && html === undefined && title === undefined && media === undefined) {
    throw new UsageError('the mapping names no content: say which field is `text`, `html`, `title` or `media`');
  }
  return parsed.data;
}

function isZone(zone: string): boolean {
  try {
    assertZone(zone);
    return true;
  } catch {
    return false;
  }
}

function isFormat(format: string): boolean {
  return ['iso', 'seconds', 'milliseconds'].includes(format) || compilePattern(format) !== undefined;
}
