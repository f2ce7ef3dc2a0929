/**
 * A server with Mastodon's API and many accounts, for bench/harvest.ts: each posts now and then, by the clock. A process of
 * its own, so that what it takes is not counted. Prints its port, and ends when its standard input does.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One post in so many seconds, of each account. */
const everySeconds = Number(process.argv[2] ?? 120);
const began = Date.now();
/** Posts that were there before. */
const OLD = 60;

/** @returns how many posts the account has by now */
function countOf(account: number): number {
  const phase = (account * 7_919) % (everySeconds * 1_000);
  return OLD + Math.floor((Date.now() - began + phase) / (everySeconds * 1_000));
}

const idOf = (n: number): string => String(100_000_000 + n);

function status(origin: string, account: number, n: number): object {
  const uri = `${origin}/users/a${account}/statuses/${idOf(n)}`;
  return {
    id: idOf(n),
    uri,
    url: uri,
    created_at: new Date(began - (OLD - n) * 1_000).toISOString(),
    edited_at: null,
    content: `<p>منشور ${n} of account ${account}: ${'words and words '.repeat(8)}</p>`,
    visibility: 'public',
    language: 'ar',
    account: accountOf(origin, account),
    media_attachments: [],
    mentions: [],
    tags: [],
    in_reply_to_id: null,
    reblog: null,
    sensitive: false,
    spoiler_text: '',
    replies_count: 0,
    reblogs_count: 1,
    favourites_count: 2,
  };
}

function accountOf(origin: string, account: number): object {
  const uri = `${origin}/users/a${account}`;
  const name = `a${account}`;
  return { id: String(account), username: name, acct: name, display_name: `Account ${account}`, uri, url: uri };
}

const server = createServer((request, response) => {
  // Many hosts, all of them here: each has a rate budget of its own.
  const origin = `http://${request.headers.host ?? 'localhost'}`;
  const url = new URL(request.url ?? '/', origin);
  const match = /^\/api\/v1\/accounts\/(\d+)(\/statuses)?$/.exec(url.pathname);
  if (!match) return void response.writeHead(404).end();
  const account = Number(match[1]);
  let body: unknown = accountOf(origin, account);
  if (match[2] !== undefined) {
    const count = countOf(account);
    const below = Number(url.searchParams.get('max_id') ?? Infinity) - 100_000_000;
    const above = Number(url.searchParams.get('since_id') ?? 0) - 100_000_000;
    const limit = Math.min(40, Number(url.searchParams.get('limit') ?? 20));
    const page: object[] = [];
    if (url.searchParams.get('pinned') !== 'true')
      for (let n = Math.min(count, below) - 1; n > above && n >= 0 && page.length < limit; n--)
        page.push(status(origin, account, n));
    body = page;
  }
  const text = JSON.stringify(body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${port}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
