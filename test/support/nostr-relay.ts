/**
 * Relays on loopback: a small one that misbehaves on request, and a real one (test/servers/nostr), which is installed
 * once: its SQLite compiles for a minute or two. And keys to sign events with.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { schnorr } from '@noble/curves/secp256k1.js';
import { WebSocket, WebSocketServer } from 'ws';
import { sha256 } from '../../src/core/digest.js';
import { idOf } from '../../src/sources/nostr/event.js';
import { encodeName } from '../../src/sources/nostr/nip19.js';
import { installServer } from './installed-servers.js';

// ── events ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface SignedEvent {
  readonly id: string;
  readonly pubkey: string;
  readonly created_at: number;
  readonly kind: number;
  readonly tags: string[][];
  readonly content: string;
  readonly sig: string;
}

export interface Key {
  readonly pubkey: string;
  readonly npub: string;
  sign(createdAt: number, content: string, kind?: number, tags?: string[][]): SignedEvent;
}

/** The key of nobody real: the same for the same name. */
export function keyFor(name: string): Key {
  const secret = Buffer.from(sha256(`nostr key of ${name}`), 'hex');
  const pubkey = Buffer.from(schnorr.getPublicKey(secret)).toString('hex');
  return {
    pubkey,
    npub: encodeName('npub', pubkey),
    sign: (createdAt, content, kind = 1, tags = []) => {
      const id = idOf({ pubkey, createdAt, kind, tags, content });
      const sig = Buffer.from(schnorr.sign(Buffer.from(id, 'hex'), secret, new Uint8Array(32))).toString('hex');
      return { id, pubkey, created_at: createdAt, kind, tags, content, sig };
    },
  };
}

// ── a small relay ───────────────────────────────────────────────────────────────────────────────────────────────────

type Filter = Readonly<Record<string, unknown>>;

export interface RelayManners {
  /** The most events for one filter. */
  cap?: number;
  /** Gives what is newer than `until`, too. */
  ignoresUntil?: boolean;
  ignoresSince?: boolean;
  /** Never says that it has sent all. */
  noEose?: boolean;
  /** Closes every subscription with this reason. */
  closes?: string;
  /** Ends the connection after so many events of an answer. */
  breaksAfter?: number;
  /** Said before every answer, as it stands. */
  says?: string;
  /** Sends events without end, made by this, whatever was asked for. */
  floods?: (n: number) => unknown;
}

export interface SmallRelay {
  /** `ws://127.0.0.1:port` */
  readonly url: string;
  /** What it holds; events may be added and taken out. Not checked. */
  readonly events: SignedEvent[];
  /** Each REQ as it came: subscription and filters. */
  readonly questions: [string, ...Filter[]][];
  readonly manners: RelayManners;
  close(): Promise<void>;
}

export async function startRelay(events: SignedEvent[] = [], manners: RelayManners = {}): Promise<SmallRelay> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const questions: [string, ...Filter[]][] = [];
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const [name, subscription, ...filters] = JSON.parse(data.toString()) as [string, string, ...Filter[]];
      if (name !== 'REQ') return;
      questions.push([subscription, ...filters]);
      answer(socket, subscription, filters, events, manners);
    });
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events,
    questions,
    manners,
    close: async () => {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(
  socket: WebSocket,
  subscription: string,
  filters: readonly Filter[],
  events: readonly SignedEvent[],
  manners: RelayManners,
): void {
  const send = (message: unknown): void => socket.send(JSON.stringify(message), () => undefined);
  if (manners.says !== undefined) socket.send(manners.says);
  if (manners.closes !== undefined) return send(['CLOSED', subscription, manners.closes]);
  if (manners.floods) return flood(socket, subscription, manners.floods);
  const found = filters.flatMap((filter) => select(filter, events, manners));
  const sent = [...new Set(found)].slice(0, manners.breaksAfter);
  for (const event of sent) send(['EVENT', subscription, event]);
  if (manners.breaksAfter !== undefined && found.length > manners.breaksAfter) {
    setTimeout(() => socket.terminate(), 50);
    return;
  }
  if (!manners.noEose) send(['EOSE', subscription]);
}

/** The newest first, as NIP-01 has it. */
function select(filter: Filter, events: readonly SignedEvent[], manners: RelayManners): SignedEvent[] {
  const limit = Math.min(Number(filter['limit'] ?? Infinity), manners.cap ?? Infinity);
  return events
    .filter((event) => fits(filter, event, manners))
    .sort((a, b) => b.created_at - a.created_at || (a.id < b.id ? -1 : 1))
    .slice(0, limit);
}

function fits(filter: Filter, event: SignedEvent, { ignoresSince, ignoresUntil }: RelayManners): boolean {
  return Object.entries(filter).every(([name, value]) => {
    if (name === 'limit') return true;
    if (name === 'since') return ignoresSince === true || event.created_at >= Number(value);
    if (name === 'until') return ignoresUntil === true || event.created_at <= Number(value);
    const values = value as unknown[];
    if (name === 'ids') return values.includes(event.id);
    if (name === 'authors') return values.includes(event.pubkey);
    if (name === 'kinds') return values.includes(event.kind);
    return event.tags.some(([tag, first]) => `#${tag}` === name && values.includes(first));
  });
}

function flood(socket: WebSocket, subscription: string, make: (n: number) => unknown): void {
  let n = 0;
  const more = (): void => {
    for (let i = 0; i < 200 && socket.readyState === WebSocket.OPEN; i++)
      socket.send(JSON.stringify(['EVENT', subscription, make(n++)]), () => undefined);
    if (socket.readyState === WebSocket.OPEN) setImmediate(more);
  };
  more();
}

// ── a real relay ────────────────────────────────────────────────────────────────────────────────────────────────────

export interface RealRelay {
  readonly url: string;
  /** Hands in events as their author's client does; what the relay does not take is an error. */
  publish(...events: SignedEvent[]): Promise<void>;
  close(): Promise<void>;
}

const FOLDER = join(process.cwd(), 'test', 'servers', 'nostr');

/**
 * Whether the tests with the real relay can run: asked while tests are declared, so that they are listed as skipped.
 * Installs it where that has not been done.
 * @throws with PERDURE_REQUIRE_RELAY=1 where it cannot be installed
 */
export function relayInstalled(): boolean {
  const problem = installServer(FOLDER);
  if (problem === undefined) return true;
  if (process.env['PERDURE_REQUIRE_RELAY'] === '1')
    throw new Error(`PERDURE_REQUIRE_RELAY is set, and the relay cannot be installed: ${problem}`);
  console.warn(`the tests with a real relay are skipped, since it cannot be installed: ${problem}`);
  return false;
}

/** @param limit how many events it gives by default; ten times as many at most */
export async function startRealRelay(limit = 100): Promise<RealRelay> {
  const child = spawn(process.execPath, ['relay.mjs', String(limit)], {
    cwd: FOLDER,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const url = `ws://127.0.0.1:${Number(port.toString())}`;
  return {
    url,
    publish: (...events) => publish(url, events),
    close: async () => {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    },
  };
}

async function publish(url: string, events: readonly SignedEvent[]): Promise<void> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  try {
    for (const event of events) {
      socket.send(JSON.stringify(['EVENT', event]));
      const [data] = (await once(socket, 'message')) as [Buffer];
      const [name, id, taken, why] = JSON.parse(data.toString()) as unknown[];
      if (name !== 'OK' || id !== event.id || taken !== true)
        throw new Error(`the relay says ${JSON.stringify(why ?? name)}`);
    }
  } finally {
    socket.close();
  }
}
