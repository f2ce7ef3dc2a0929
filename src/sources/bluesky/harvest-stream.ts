/**
 * One long look at a stream. Messages are gathered into segments, each kept as one capture; the place moves after each of
 * them. A harvest ends after ten minutes, and the next goes on from its place: so a worker that dies loses seconds.
 */
import type {
  Cursor,
  HarvestIo,
  HarvestSocket,
  HarvestStep,
  ResolvedSeed,
  SeedView,
  SocketMessage,
} from '../harvest.js';
import { asNumber, asObject, asString } from '../shared/json.js';
import { Segment } from './harvest-segment.js';
import { readerOf, type StreamMode, type StreamReader } from './harvest-stream-reader.js';
import { isDid } from './uri.js';

const SEGMENT_MS = 2_000;
const HARVEST_MS = 10 * 60_000;
/** Jetstream promises a day; the firehose some days. Beyond, the server begins where it can, and does not say so. */
const KEPT_MS = 24 * 3_600_000;
/** So that nothing between two connections is missed. */
const OVERLAP_MICROS = 5_000_000;
const COLLECTIONS = ['app.bsky.feed.post', 'app.bsky.feed.repost', 'app.bsky.actor.profile'];
/** More do not fit into an address. */
const DIDS_IN_ADDRESS = 50;
const MOST_DIDS = 10_000;

interface Stream {
  readonly url: string;
  readonly mode: StreamMode;
  /** Everybody’s posts, whoever is followed. */
  readonly all: boolean;
}

export function streamIn(text: string): Stream | undefined {
  if (!/^wss?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const all = url.searchParams.get('all') === 'true';
  const mode = /\/xrpc\/com\.atproto\.sync\.subscribeRepos$/.test(url.pathname)
    ? 'firehose'
    : url.pathname.endsWith('/subscribe')
      ? 'jetstream'
      : undefined;
  url.search = '';
  url.hash = '';
  return mode && { url: url.href, mode, all };
}

export function resolveStream(text: string): Promise<ResolvedSeed | undefined> {
  const stream = streamIn(text);
  if (!stream) return Promise.resolve(undefined);
  const { url, mode, all } = stream;
  const name = `${mode} ${new URL(url).host}${all ? ' (everybody)' : ''}`;
  return Promise.resolve({ uri: all ? `${url}?all=true` : url, name, settings: { url, mode, all } });
}

export async function* harvestStream(seed: SeedView, since: Cursor | null, io: HarvestIo): AsyncGenerator<HarvestStep> {
  const stream = settingsOf(seed.settings);
  if (!stream) return;
  const followed = stream.all ? [] : (seed.followed ?? []).filter(isDid);
  if (followed.length > MOST_DIDS)
    io.warn(`${followed.length} accounts are followed, and ${MOST_DIDS} at most are streamed`);
  const reader = readerOf(stream.mode, new Set(followed.slice(0, MOST_DIDS)));
  const before = asNumber(asObject(since)?.['at']);
  const missed = before === undefined ? undefined : reader.sinceMs(before);
  const gap = missed !== undefined && io.now() - missed > KEPT_MS;
  const socket = await open(stream, followed, before, io);
  try {
    yield* read(socket, reader, before, gap ? missed : undefined, io);
  } finally {
    socket.close();
  }
}

async function open(
  { url, mode }: Stream,
  followed: readonly string[],
  at: number | undefined,
  io: HarvestIo,
): Promise<HarvestSocket> {
  const query = new URLSearchParams();
  if (at !== undefined) query.set('cursor', String(mode === 'jetstream' ? Math.max(0, at - OVERLAP_MICROS) : at));
  if (mode === 'firehose') return io.socket(`${url}?${query.toString()}`);
  const many = followed.length > DIDS_IN_ADDRESS;
  for (const collection of COLLECTIONS) query.append('wantedCollections', collection);
  if (many) query.set('requireHello', 'true');
  else for (const did of followed) query.append('wantedDids', did);
  const socket = await io.socket(`${url}?${query.toString()}`);
  if (many) {
    const payload = {
      wantedCollections: COLLECTIONS,
      wantedDids: followed.slice(0, MOST_DIDS),
      maxMessageSizeBytes: 0,
    };
    socket.send(JSON.stringify({ type: 'options_update', payload }));
  }
  return socket;
}

async function* read(
  socket: HarvestSocket,
  reader: StreamReader,
  before: number | undefined,
  missedSinceMs: number | undefined,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const end = io.now() + HARVEST_MS;
  const messages = socket[Symbol.asyncIterator]();
  let place = before;
  let gap = missedSinceMs;
  let segment = new Segment();
  let next: Promise<IteratorResult<SocketMessage>> | undefined;
  for (let ended = false; !ended;) {
    next ??= messages.next();
    const result = await within(next, segment.opened ? segment.opened + SEGMENT_MS - io.now() : SEGMENT_MS);
    if (result) {
      next = undefined;
      if (result.done) ended = true;
      else {
        const read = reader.read(result.value, place);
        if (read.problem !== undefined) yield { kind: 'gap', reason: 'cursor-reset', detail: read.problem };
        if (read.bytes) segment.add(read.bytes, io.now());
        place = read.at ?? place;
      }
    }
    if (io.now() >= end) ended = true;
    const due = segment.isFull || (segment.opened !== undefined && io.now() - segment.opened >= SEGMENT_MS);
    if (segment.count > 0 && (due || ended)) {
      const exchange = await socket.keep(segment.bytes());
      segment = new Segment();
      yield { kind: 'captured', exchange, format: reader.format, posts: [] };
    } else if (!ended && result) continue;
    if (place === undefined) continue;
    if (gap !== undefined) {
      const detail = 'the stream was left for longer than its server keeps it';
      yield { kind: 'gap', reason: 'cursor-reset', detail, from: new Date(gap).toISOString() };
      gap = undefined;
    }
    yield { kind: 'bookmark', cursor: { at: place }, reach: 'whole' };
  }
}

/** What came in that time; undefined where nothing did, and the same promise is waited for again. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), Math.max(0, ms))));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function settingsOf(settings: unknown): Stream | undefined {
  const found = asObject(settings);
  const [url, mode] = [asString(found?.['url']), found?.['mode']];
  if (url === undefined || (mode !== 'jetstream' && mode !== 'firehose')) return undefined;
  return { url, mode, all: found?.['all'] === true };
}
