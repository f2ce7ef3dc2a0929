/** Where blobs are kept, out of the environment; and the store that keeps them there. */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../core/errors.js';
import type { OpenBlobs } from '../pipeline/ports.js';
import { FileBlobs } from '../store/blobs.js';
import { S3Keys, type S3Place } from '../store/s3/place.js';

export type BlobPlace =
  | { readonly kind: 'folder'; readonly path: string }
  /** `url`: as PERDURE_BLOBS says it. */
  | { readonly kind: 's3'; readonly url: string; readonly s3: S3Place };

const unset = (value: unknown): unknown => (value === '' ? undefined : value);
const plain = z.string().regex(/^[\x21-\x7e]+$/, 'must not hold spaces, line ends or letters beyond ASCII');
const needed = (what: string) =>
  z.preprocess(unset, z.string({ error: `is not set: blobs in S3 need ${what}` }).pipe(plain));
const region = z.preprocess(
  unset,
  z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a region, such as eu-central-1')
    .optional(),
);
const endpoint = z.preprocess(
  unset,
  z
    .string()
    .refine(isOrigin, 'must be an address without user, query or fragment, such as https://s3.example.org:9000')
    .optional(),
);

/** Read only where PERDURE_BLOBS names a bucket: other programs' AWS variables are no concern of ours. */
export const S3_ENVIRONMENT = z.object({
  AWS_ACCESS_KEY_ID: needed('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY').describe('the key to the bucket'),
  AWS_SECRET_ACCESS_KEY: needed('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY').describe('its secret'),
  AWS_SESSION_TOKEN: z.preprocess(unset, plain.optional()).describe('of a key that is valid for a while'),
  AWS_REGION: region.describe('default us-east-1'),
  AWS_DEFAULT_REGION: region.describe('where AWS_REGION is not set'),
  S3_ENDPOINT: endpoint.describe('a server other than Amazon’s'),
  AWS_ENDPOINT_URL_S3: endpoint.describe('where S3_ENDPOINT is not set'),
  AWS_ENDPOINT_URL: endpoint.describe('where neither is set'),
});

const SECRETS = new Set(['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']);
const FORM =
  'must be a folder, or s3://bucket/prefix: letters, digits, dots, dashes and underscores, 3 to 63 of them in the name of a bucket';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{2,62}$/;
const STEP = /^(?!\.{1,2}$)[A-Za-z0-9._-]+$/;

/** @throws UsageError that names the variable, and its value unless it is a secret */
export function blobPlace(said: string | undefined, data: string, env: NodeJS.ProcessEnv): BlobPlace {
  if (said === undefined) return { kind: 'folder', path: join(data, 'blobs') };
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(said)) return { kind: 'folder', path: resolve(said) };
  const [bucket = '', ...steps] = said.startsWith('s3://') ? said.slice(5).replace(/\/$/, '').split('/') : [];
  if (!NAME.test(bucket) || !steps.every((step) => STEP.test(step)))
    throw new UsageError(`PERDURE_BLOBS=${JSON.stringify(said)}: ${FORM}`);
  const parsed = S3_ENVIRONMENT.safeParse(env);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const name = String(path[0]);
    const shown = SECRETS.has(name) || !env[name] ? name : `${name}=${JSON.stringify(env[name])}`;
    throw new UsageError(`${shown} ${message} (PERDURE_BLOBS is ${said})`);
  }
  const value = parsed.data;
  const at = value.S3_ENDPOINT ?? value.AWS_ENDPOINT_URL_S3 ?? value.AWS_ENDPOINT_URL;
  return {
    kind: 's3',
    url: said,
    s3: {
      bucket,
      prefix: steps.map((step) => `${step}/`).join(''),
      ...(at !== undefined && { endpoint: at }),
      region: value.AWS_REGION ?? value.AWS_DEFAULT_REGION ?? 'us-east-1',
      keys: new S3Keys({
        accessKeyId: value.AWS_ACCESS_KEY_ID,
        secretAccessKey: value.AWS_SECRET_ACCESS_KEY,
        ...(value.AWS_SESSION_TOKEN !== undefined && { sessionToken: value.AWS_SESSION_TOKEN }),
      }),
      spool: join(data, 'spool'),
    },
  };
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '');
}

export async function openBlobs(place: BlobPlace): Promise<OpenBlobs> {
  if (place.kind === 'folder') return new FileBlobs(place.path);
  // Loaded only where it is wanted: most commands read a folder.
  const { S3Blobs } = await import('../store/s3/blobs.js');
  return new S3Blobs(place.s3);
}

/** The folder of this machine in which bytes gather before they are a blob. */
export function incomingOf(place: BlobPlace): string {
  return place.kind === 'folder' ? join(place.path, 'incoming') : place.s3.spool;
}

/** As PERDURE_BLOBS says it to another process. */
export function sayPlace(place: BlobPlace): string {
  return place.kind === 'folder' ? place.path : place.url;
}
