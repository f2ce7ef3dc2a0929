/**
 * A Jetstream of invented events, for bench/jetstream.ts: `<events a second, 0: as fast as they are taken>`. A process of its
 * own. Prints its port, and ends when its standard input does.
 */
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

const rate = Number(process.argv[2] ?? 0);
/** Accounts of the network; the first thousand are those that are followed. */
const ACCOUNTS = 50_000;
/** Beyond, whoever takes them is behind. */
const MOST_BUFFERED = 4 * 1024 * 1024;
const TICK_MS = 10;
const A_TICK = rate === 0 ? 400 : Math.max(1, Math.round((rate * TICK_MS) / 1_000));

let count = 0;
const CHARS = '234567abcdefghijklmnopqrstuvwxyz';

function event(wanted: readonly string[]): string {
  const n = count++;
  const did = wanted.length > 0 ? wanted[n % wanted.length]! : `did:plc:${String(n % ACCOUNTS).padStart(24, 'a')}`;
  let rkey = '3l';
  for (let place = 0, left = n; place < 11; place++, left = Math.floor(left / 32)) rkey += CHARS[left % 32]!;
  return JSON.stringify({
    did,
    time_us: Date.now() * 1_000 + (n % 1_000),
    kind: 'commit',
    commit: {
      rev: '3lkaaaaaaaa2a',
      operation: 'create',
      collection: 'app.bsky.feed.post',
      rkey,
      record: {
        $type: 'app.bsky.feed.post',
        createdAt: new Date().toISOString(),
        langs: ['ar'],
        text: `منشور رقم ${n} من حلب، and some words beside it to make it as long as most posts are`,
      },
      cid: 'bafyreibpxrzxobguflj3ejwwmyd5vmi5qb2xqidt6nrx345ahpilfe5bom',
    },
  });
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('connection', (socket: WebSocket, request) => {
  const query = new URL(request.url ?? '/', 'ws://127.0.0.1').searchParams;
  let wanted = query.getAll('wantedDids');
  let ready = query.get('requireHello') !== 'true';
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as { payload?: { wantedDids?: string[] } };
    wanted = message.payload?.wantedDids ?? [];
    ready = true;
  });
  const timer = setInterval(() => {
    if (!ready || socket.bufferedAmount > MOST_BUFFERED) return;
    for (let n = 0; n < A_TICK; n++) socket.send(event(wanted));
  }, TICK_MS);
  socket.on('close', () => clearInterval(timer));
  socket.on('error', () => clearInterval(timer));
});
server.on('listening', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.resume().on('end', () => process.exit(0));
