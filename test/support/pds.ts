/** A real server of the AT Protocol on loopback, with accounts that post, edit and delete (test/servers/atproto). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { installServer } from './installed-servers.js';

const FOLDER = join(__dirname, '..', 'servers', 'atproto');

/**
 * Whether the server is there; it is installed where it is not.
 * @throws with PERDURE_REQUIRE_PDS=1 where it cannot be
 */
export function pdsInstalled(): boolean {
  const problem = installServer(FOLDER);
  if (problem === undefined) return true;
  if (process.env['PERDURE_REQUIRE_PDS'] === '1')
    throw new Error(`PERDURE_REQUIRE_PDS is set, and the server cannot be installed: ${problem}`);
  console.warn(`the tests with a real AT Protocol server are skipped, since it cannot be installed: ${problem}`);
  return false;
}

export interface Pds {
  readonly url: string;
  /** Of the directory of DIDs. */
  readonly plc: string;
  /** @param name `nour` becomes `nour.test` */
  createAccount(name: string): Promise<PdsAccount>;
  close(): Promise<void>;
}

export interface PdsAccount {
  readonly did: string;
  readonly handle: string;
  /** @returns its `at://` URI */
  post(text: string, more?: object): Promise<string>;
  /** Its date stays, as clients that edit keep it. What was deleted is there again. */
  edit(uri: string, text: string): Promise<void>;
  delete(uri: string): Promise<void>;
  /** Likes a post of its own. */
  like(uri: string): Promise<void>;
  upload(bytes: Buffer, type: string): Promise<unknown>;
  rename(handle: string): Promise<void>;
  deactivate(): Promise<void>;
  activate(): Promise<void>;
}

export async function startPds(): Promise<Pds> {
  const child = spawn(process.execPath, ['pds.cjs'], { cwd: FOLDER, stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the server ended with ${String(code)}`))),
  ])) as [Buffer];
  const { url, plc } = JSON.parse(line.toString()) as { url: string; plc: string };
  return {
    url,
    plc,
    createAccount: (name) => createAccount(url, name),
    close: async () => {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    },
  };
}

async function call(
  url: string,
  method: string,
  body: object | Buffer | undefined,
  token?: string,
  type = 'application/json',
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/xrpc/${method}`, {
    method: 'POST',
    headers: {
      ...(body !== undefined && { 'content-type': type }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method}: ${answer.status} ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

async function createAccount(url: string, name: string): Promise<PdsAccount> {
  const handle = `${name}.test`;
  const account = await call(url, 'com.atproto.server.createAccount', {
    handle,
    email: `${name}@example.test`,
    password: 'correct-horse',
  });
  const did = String(account['did']);
  const token = String(account['accessJwt']);
  const collection = 'app.bsky.feed.post';
  const dates = new Map<string, string>();
  const record = (text: string, createdAt: string, more: object = {}): object => ({
    $type: collection,
    text,
    createdAt,
    ...more,
  });
  const rkeyOf = (uri: string): string => uri.slice(uri.lastIndexOf('/') + 1);
  const post = (method: string, body?: object): Promise<Record<string, unknown>> => call(url, method, body, token);
  return {
    did,
    handle,
    async post(text, more) {
      const createdAt = new Date().toISOString();
      const made = await post('com.atproto.repo.createRecord', {
        repo: did,
        collection,
        record: record(text, createdAt, more),
      });
      const uri = String(made['uri']);
      dates.set(uri, createdAt);
      return uri;
    },
    async edit(uri, text) {
      const kept = record(text, dates.get(uri)!);
      await post('com.atproto.repo.putRecord', { repo: did, collection, rkey: rkeyOf(uri), record: kept });
    },
    async delete(uri) {
      await post('com.atproto.repo.deleteRecord', { repo: did, collection, rkey: rkeyOf(uri) });
    },
    async like(uri) {
      const query = new URLSearchParams({ repo: did, collection, rkey: rkeyOf(uri) });
      const { cid } = (await (await fetch(`${url}/xrpc/com.atproto.repo.getRecord?${query.toString()}`)).json()) as {
        cid: string;
      };
      const like = { $type: 'app.bsky.feed.like', subject: { uri, cid }, createdAt: new Date().toISOString() };
      await post('com.atproto.repo.createRecord', { repo: did, collection: like.$type, record: like });
    },
    async upload(bytes, type) {
      return (await call(url, 'com.atproto.repo.uploadBlob', bytes, token, type))['blob'];
    },
    async rename(to) {
      await post('com.atproto.identity.updateHandle', { handle: to });
    },
    async deactivate() {
      await post('com.atproto.server.deactivateAccount', {});
    },
    async activate() {
      await post('com.atproto.server.activateAccount');
    },
  };
}
