/**
 * Where a bucket is, and the keys to it. Addresses are path-style at an endpoint of one's own (MinIO, Ceph, Garage,
 * Swift …), and virtual-hosted at Amazon, except for names with a dot, which its certificates do not cover.
 */

export interface S3Place {
  readonly bucket: string;
  /** Before every key; empty, or ends with a slash. */
  readonly prefix: string;
  /** Origin of a server that is not Amazon's. */
  readonly endpoint?: string;
  readonly region: string;
  readonly keys: S3Keys;
  /** A folder of this machine, for what is on its way. */
  readonly spool: string;
}

export interface S3Secrets {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** For whoever signs: what prints an object, as text or as JSON, does not show them. */
export class S3Keys {
  readonly #secrets: S3Secrets;

  constructor(secrets: S3Secrets) {
    this.#secrets = secrets;
  }

  reveal(): S3Secrets {
    return this.#secrets;
  }
}

/** Origin, and the path before a key. */
export function addressOf({ bucket, endpoint, region }: Pick<S3Place, 'bucket' | 'endpoint' | 'region'>): {
  readonly origin: string;
  readonly path: string;
} {
  if (endpoint !== undefined) {
    const { origin, pathname } = new URL(endpoint);
    return { origin, path: `${pathname.replace(/\/$/, '')}/${bucket}` };
  }
  const host = `s3.${region}.amazonaws.com`;
  return bucket.includes('.')
    ? { origin: `https://${host}`, path: `/${bucket}` }
    : { origin: `https://${bucket}.${host}`, path: '' };
}

export function showPlace({ bucket, prefix }: Pick<S3Place, 'bucket' | 'prefix'>): string {
  return `s3://${bucket}/${prefix}`.replace(/\/$/, '');
}
