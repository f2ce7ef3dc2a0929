/** The address of a stream, and what its server is told of the accounts that are wanted. */
import type { HarvestIo, HarvestSocket, ResolvedSeed } from '../harvest.js';
import { asObject, asString } from '../shared/json.js';
import type { StreamMode } from './harvest-stream-reader.js';

const COLLECTIONS = ['app.bsky.feed.post', 'app.bsky.feed.repost', 'app.bsky.actor.profile'];
/** More do not fit into an address. */
const DIDS_IN_ADDRESS = 50;
/** Jetstream takes no more. */
export const MOST_DIDS = 10_000;

export interface Stream {
  readonly url: string;
  readonly mode: StreamMode;
  /** Everybody’s posts, whoever is followed. */
  readonly all: boolean;
}

export function streamIn(text: string): Stream | undefined {
  if (!/^wss?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (/^jetstream[\w-]*\./.test(url.hostname) && url.pathname === '/') url.pathname = '/subscribe';
  // Perdure's own, and never sent.
  const all = url.searchParams.get('all') === 'true';
  const mode = modeOf(url.pathname);
  url.search = '';
  url.hash = '';
  return mode && { url: url.href, mode, all };
}

function modeOf(path: string): StreamMode | undefined {
  if (path.endsWith('/xrpc/com.atproto.sync.subscribeRepos')) return 'firehose';
  return path.endsWith('/subscribe') ? 'jetstream' : undefined;
}

export function resolveStream(text: string): Promise<ResolvedSeed | undefined> {
  const stream = streamIn(text);
  if (!stream) return Promise.resolve(undefined);
  const { url, mode, all } = stream;
  const name = `${mode} ${new URL(url).host}${all ? ' (everybody)' : ''}`;
  return Promise.resolve({ uri: all ? `${url}?all=true` : url, name, settings: { url, mode, all } });
}

export function streamOf(settings: unknown): Stream | undefined {
  const found = asObject(settings);
  const [url, mode] = [asString(found?.['url']), found?.['mode']];
  if (url === undefined || (mode !== 'jetstream' && mode !== 'firehose')) return undefined;
  return { url, mode, all: found?.['all'] === true };
}

/** @param cursor where the server is to begin */
export async function openStream(
  { url, mode }: Stream,
  followed: readonly string[],
  cursor: number | undefined,
  io: HarvestIo,
): Promise<HarvestSocket> {
  const query = new URLSearchParams();
  if (cursor !== undefined) query.set('cursor', String(cursor));
  if (mode === 'firehose') return io.socket(cursor === undefined ? url : `${url}?${query.toString()}`);
  const many = followed.length > DIDS_IN_ADDRESS;
  for (const collection of COLLECTIONS) query.append('wantedCollections', collection);
  if (many) query.set('requireHello', 'true');
  else for (const did of followed) query.append('wantedDids', did);
  const socket = await io.socket(`${url}?${query.toString()}`);
  if (many) {
    const payload = { wantedCollections: COLLECTIONS, wantedDids: followed, maxMessageSizeBytes: 0 };
    socket.send(JSON.stringify({ type: 'options_update', payload }));
  }
  return socket;
}
