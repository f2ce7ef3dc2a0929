/** What a bucket says when it says no, in words that name what to do. */
import { DomUtils, parseDocument } from 'htmlparser2';

/**
 * `code`: of S3, or of the network. It makes these errors trouble of ours, not of the records that were being read
 * (transaction.ts).
 */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  constructor(
    readonly code: string,
    message: string,
    /** Whether asking again may help. */
    readonly mayPass: boolean,
    readonly status?: number,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The beginning of its body. */
  readonly text: string;
}

/** What a server does when it is busy, or saw other bytes than were sent. */
const PASSES = new Set([
  'BadDigest',
  'InternalError',
  'OperationAborted',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
  'XAmzContentSHA256Mismatch',
]);

/** Of answers without a body (HEAD), and of servers that do not say more. */
const BY_STATUS: Readonly<Record<number, string>> = {
  301: 'PermanentRedirect',
  403: 'AccessDenied',
  404: 'NoSuchKey',
  416: 'InvalidRange',
  429: 'SlowDown',
  503: 'ServiceUnavailable',
  507: 'InsufficientStorage',
};

export function refusalOf({ status, headers, text }: Refusal, where: string, now = Date.now()): S3Error {
  const said = saidIn(text);
  const code = said.code ?? BY_STATUS[status] ?? `HTTP ${status}`;
  const advice = adviceFor(code, headers, said, now) ?? said.message ?? 'it does not say why';
  const mayPass = PASSES.has(code) || status === 429 || (status >= 500 && status !== 501 && status !== 507);
  return new S3Error(code, `${where}: ${code}: ${advice}`, mayPass, status);
}

function adviceFor(code: string, headers: Refusal['headers'], said: Said, now: number): string | undefined {
  switch (code) {
    case 'SignatureDoesNotMatch':
      return 'AWS_SECRET_ACCESS_KEY is not the secret that belongs to AWS_ACCESS_KEY_ID';
    case 'InvalidAccessKeyId':
      return 'AWS_ACCESS_KEY_ID is not known there';
    case 'ExpiredToken':
    case 'InvalidToken':
      return 'AWS_SESSION_TOKEN is no longer, or not, valid there';
    case 'AccessDenied':
      return 'the key may not do that: OPERATIONS.md lists what it must be allowed to (without s3:ListBucket, a missing blob is said to be forbidden too)';
    case 'NoSuchBucket':
      return 'there is no such bucket: make it, or correct PERDURE_BLOBS';
    case 'RequestTimeTooSkewed':
      return `the clock of this machine (${iso(now)}) and the server's (${iso(Date.parse(String(headers['date'])))}) are too far apart: set it right`;
    case 'PermanentRedirect':
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException': {
      const region = said.region ?? headers['x-amz-bucket-region'];
      return region === undefined
        ? 'the bucket is in another region: set AWS_REGION'
        : `the bucket is in another region: set AWS_REGION=${String(region)}`;
    }
    case 'InsufficientStorage':
    case 'QuotaExceeded':
    case 'XMinioStorageFull':
      return 'there is no room left: make some';
    default:
      return undefined;
  }
}

function iso(ms: number): string {
  return Number.isNaN(ms) ? 'unknown' : new Date(ms).toISOString();
}

interface Said {
  readonly code?: string;
  readonly message?: string;
  readonly region?: string;
}

/** An `<Error>` document; what a proxy says instead is nothing of it. */
export function saidIn(text: string): Said {
  const error = xmlElements(text, 'Error')[0];
  if (!error) return {};
  const { Code: code, Message: message, Region: region } = error;
  return {
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message: message.replaceAll(/\s+/g, ' ').slice(0, 300) }),
    ...(region !== undefined && { region }),
  };
}

/** The elements of that name, each as the texts of what stands right below it. */
export function xmlElements(text: string, name: string): Record<string, string>[] {
  const found = DomUtils.getElementsByTagName(name, parseDocument(text, { xmlMode: true }));
  return found.map((element) =>
    Object.fromEntries(
      element.children.flatMap((child) => ('name' in child ? [[child.name, DomUtils.textContent(child)]] : [])),
    ),
  );
}

/** Trouble of the network: of sockets, names, certificates, and whatever undici makes of them. A disk's is not. */
export function isOfNetwork(error: unknown): boolean {
  const { code, syscall } = error as { code?: unknown; syscall?: string };
  if (error instanceof S3Error || typeof code !== 'string') return false;
  return (
    /^(UND_ERR_|HPE_)/.test(code) || BROKEN.has(code) || /^(connect|getaddrinfo)$/.test(syscall ?? '') || isOfTls(code)
  );
}

const BROKEN = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EPROTO']);
const isOfTls = (code: string): boolean => /CERT|TLS|SSL|^UNABLE_TO_VERIFY/.test(code);
/** We closed the connections ourselves: the process ends. */
const CLOSED = new Set(['UND_ERR_CLOSED', 'UND_ERR_DESTROYED', 'UND_ERR_ABORTED']);
const NEVER_THERE = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
]);

export function unreachable(error: unknown, where: string): S3Error {
  const { code } = error as { code: string };
  const mayPass = !isOfTls(code) && !CLOSED.has(code);
  const advice = isOfTls(code)
    ? 'its certificate is not trusted (NODE_EXTRA_CA_CERTS names a file of further authorities)'
    : NEVER_THERE.has(code)
      ? 'it cannot be reached: check S3_ENDPOINT and the network'
      : 'the connection broke off';
  return new S3Error(code, `${where}: ${code}: ${advice}`, mayPass, undefined, { cause: error });
}
