/** A private server that speaks S3 and checks signatures: OpenStack Swift (test/servers/swift), where it is installed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import aws4 from 'aws4';
import { request } from 'undici';
import { sha256, type Digest } from '../../src/core/digest.js';

export const SWIFT_USER = 'test:tester';
export const SWIFT_SECRET = 'testing-8c1f';

export interface Swift {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** What a process needs to keep its blobs there. */
  environment(bucket: string, prefix?: string): Record<string, string>;
  makeBucket(name: string): Promise<void>;
  /** All keys in a bucket below the prefix, in order. */
  keys(bucket: string, prefix?: string): Promise<string[]>;
  /** Asks as the owner, past the store; `as`: signed for a body of that digest. */
  ask(method: string, path: string, body?: string, as?: { sha256: Digest }): Promise<{ status: number; text: string }>;
  /** It is away from now on. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

const SERVERS = ['swift-proxy-server', 'swift-account-server', 'swift-container-server', 'swift-object-server'];

/**
 * Whether the tests on S3 can run: asked while tests are declared, so that they are listed as skipped.
 * @throws with PERDURE_TEST_REQUIRE_SWIFT=1 where there is none: a check that must see both stores does not pass on one
 */
export function swiftInstalled(): boolean {
  const found = SERVERS.every((name) => pathOf(name) !== undefined);
  if (!found && process.env['PERDURE_TEST_REQUIRE_SWIFT'] === '1')
    throw new Error(`PERDURE_TEST_REQUIRE_SWIFT is set, and not all of ${SERVERS.join(', ')} are installed`);
  if (!found)
    console.warn(
      'OpenStack Swift is not installed (Debian: swift-proxy swift-account swift-container swift-object): the tests on S3 are skipped',
    );
  return found;
}

export async function startSwift(): Promise<Swift> {
  const folder = await mkdtemp(join(tmpdir(), 'perdure-swift-'));
  const script = join(process.cwd(), 'test', 'servers', 'swift', 'server.py');
  const child = spawn(pythonOf(SERVERS[0]!), ['-B', script, folder, SWIFT_USER, SWIFT_SECRET], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  const [port] = (await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'close').then(([code]) => Promise.reject(new Error(`Swift ended with ${String(code)}: ${said}`))),
  ])) as [Buffer];
  const url = `http://127.0.0.1:${Number(port.toString())}`;

  const ask: Swift['ask'] = async (method, path, body = '', as = { sha256: sha256(body) }) => {
    const signed = aws4.sign(
      {
        service: 's3',
        region: 'us-east-1',
        method,
        path,
        headers: { host: new URL(url).host, 'x-amz-content-sha256': as.sha256 },
      },
      { accessKeyId: SWIFT_USER, secretAccessKey: SWIFT_SECRET },
    );
    const headers = {
      ...(signed.headers as Record<string, string>),
      'content-length': String(Buffer.byteLength(body)),
    };
    const answer = await request(url + signed.path!, { method: method as 'GET', headers, body: body || null });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'close');
    child.stdin.end();
    await ended;
  };
  return {
    url,
    ask,
    environment: (bucket, prefix = '') => ({
      PERDURE_BLOBS: `s3://${bucket}${prefix && `/${prefix}`}`,
      S3_ENDPOINT: url,
      AWS_REGION: '',
      AWS_DEFAULT_REGION: '',
      AWS_ACCESS_KEY_ID: SWIFT_USER,
      AWS_SECRET_ACCESS_KEY: SWIFT_SECRET,
      AWS_SESSION_TOKEN: '',
    }),
    async makeBucket(name) {
      const { status, text } = await ask('PUT', `/${name}`);
      if (status !== 200) throw new Error(`the bucket ${name} could not be made: ${status} ${text}`);
    },
    async keys(bucket, prefix = '') {
      const { text } = await ask('GET', `/${bucket}?list-type=2&prefix=${encodeURIComponent(prefix)}`);
      return [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key!);
    },
    stop,
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function pathOf(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** The interpreter that the packages were installed for. */
function pythonOf(name: string): string {
  return /^#!\s*(\S+)/.exec(readFileSync(pathOf(name)!, 'utf8'))?.[1] ?? 'python3';
}
