/** What requests and answers of several resources are made of. */
import { z } from 'zod';
import { parseDigest, parseKey, type Digest, type Key } from '../../core/digest.js';
import { parseIso } from '../../core/time.js';

export const PROBLEM = z
  .object({
    type: z.string().describe('stable; `about:blank` where the status says it all'),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional().describe('for people: what is wrong and what to do'),
    instance: z.string().optional().describe('`urn:uuid:` and the id of the request, which is in the log'),
    errors: z
      .array(z.object({ parameter: z.string().optional(), pointer: z.string().optional(), detail: z.string() }))
      .optional()
      .describe('one for every fault of the request: a parameter of query or path, or a JSON pointer into the body'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

/** One of our keys in a path, in either spelling. */
export const KEY = z.string().transform((text, context): Key => {
  const key = parseKey(text);
  if (key) return key;
  context.addIssue({ code: 'custom', message: 'must be an id: a UUID' });
  return z.NEVER;
});

export const DIGEST = z.string().transform((text, context): Digest => {
  try {
    return parseDigest(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a digest: sha256: and 64 hexadecimal digits' });
    return z.NEVER;
  }
});

/** A moment that somebody states: with an offset, so that it means one moment. */
export const MOMENT = z.string().refine((text) => ['utc', 'stated'].includes(parseIso(text)?.zone ?? ''), {
  message: 'must be a time with zone, like 2017-01-02T08:00:00Z',
});

/** `a,b` and `name=a&name=b` are the same list. */
export function listOf<T extends string>(words: readonly [T, ...T[]]) {
  const word = z.enum(words);
  return z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((given, context): T[] => {
      const all = (given === undefined ? [] : Array.isArray(given) ? given : [given]).flatMap((text) =>
        text.split(','),
      );
      const parsed = z.array(word).safeParse(all.map((text) => text.trim()).filter((text) => text !== ''));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: 'custom', message: `must be one or more of ${words.join(', ')}` });
      return z.NEVER;
    });
}

/** `true`, `1`, or the bare name; `false` and `0` for the opposite. */
export const FLAG = z
  .enum(['true', 'false', '1', '0', ''])
  .transform((text) => text !== 'false' && text !== '0')
  .optional();

/** The name of a collection: it stands in URLs, commands and file names of exports. */
export const COLLECTION_NAME = z
  .string()
  .min(1)
  .max(100)
  // eslint-disable-next-line no-control-regex -- control characters are what a name may not hold
  .regex(/^[^\u0000-\u001f\u007f/\\]+$/, 'must not hold slashes or control characters')
  .refine((name) => name.trim() === name, { message: 'must not begin or end with a space' });
