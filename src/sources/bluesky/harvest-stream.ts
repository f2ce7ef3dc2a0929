/**
 * One long look at a stream. Messages are gathered into segments, each kept as one capture; the place moves after each of
 * them. A harvest ends after ten minutes, and the next goes on from its place: so a worker that dies loses nothing, and
 * sees some seconds twice.
 */
import type { Captured, Cursor, HarvestIo, HarvestSocket, HarvestStep, SeedView, SocketMessage } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { Segment } from './harvest-segment.js';
import { MOST_DIDS, openStream, streamOf, type Stream } from './harvest-stream-open.js';
import { StreamPlace } from './harvest-stream-place.js';
import { readerOf, type StreamReader } from './harvest-stream-reader.js';
import { isDid } from './uri.js';

const SEGMENT_MS = 2_000;
const HARVEST_MS = 10 * 60_000;
/** How often the place is stored where nothing is to be kept. */
const QUIET_MS = 15_000;
/** A server that sends something else than its protocol says is left. */
const MOST_ODD = 100;

export async function* harvestStream(seed: SeedView, since: Cursor | null, io: HarvestIo): AsyncGenerator<HarvestStep> {
  const stream = streamOf(seed.settings);
  if (!stream) return;
  const followed = followedBy(seed, stream, io);
  const place = new StreamPlace(since, stream.mode, new Set(followed), io.now());
  const socket = await openStream(stream, followed, place.cursor, io);
  try {
    yield* new Listening(readerOf(stream.mode, new Set(followed)), place, socket, io).steps();
  } finally {
    socket.close();
  }
}

/** The firehose knows no filter: what it sends is sorted here. */
function followedBy({ followed = [] }: SeedView, { all, mode }: Stream, io: HarvestIo): readonly string[] {
  if (all) return [];
  const dids = followed.filter(isDid);
  if (dids.length === 0) io.warn('the collection follows no account of this network: everybody is kept');
  if (mode === 'firehose' || dids.length <= MOST_DIDS) return dids;
  io.warn(`${dids.length} accounts are followed, and ${MOST_DIDS} at most are streamed`);
  return dids.slice(0, MOST_DIDS);
}

class Listening {
  private readonly messages: AsyncIterator<SocketMessage>;
  private next: Promise<IteratorResult<SocketMessage>> | undefined;
  private segment = new Segment();
  /** A message that would spoil a segment: a segment of its own. */
  private odd: Buffer | undefined;
  private odds = 0;
  private storedMs: number;
  private heardMs: number;

  constructor(
    private readonly reader: StreamReader,
    private readonly place: StreamPlace,
    private readonly socket: HarvestSocket,
    private readonly io: HarvestIo,
  ) {
    this.messages = socket[Symbol.asyncIterator]();
    this.storedMs = this.heardMs = io.now();
  }

  async *steps(): AsyncGenerator<HarvestStep> {
    const end = this.io.now() + HARVEST_MS;
    let trouble: NetworkError | undefined;
    for (let open = true; open && !trouble && this.io.now() < end;) {
      try {
        open = await this.listen();
      } catch (error) {
        // Who stops us wants no more, and the place is before what came last.
        if (!(error instanceof NetworkError) || this.io.signal.aborted) throw error;
        trouble = error;
      }
      if (this.odd ?? this.isDue()) yield* this.handOver();
    }
    // What came before the connection broke is whole.
    yield* this.handOver();
    if (trouble) throw trouble;
  }

  /** Takes one message, or waits in vain. @returns whether the stream goes on */
  private async listen(): Promise<boolean> {
    this.next ??= this.messages.next();
    const result = await within(this.next, SEGMENT_MS);
    if (!result) return true;
    this.next = undefined;
    if (result.done === true) return false;
    const read = this.reader.read(result.value);
    const now = this.io.now();
    this.heardMs = now;
    this.place.take(read, now);
    if (read.notice && read.notice.gap === undefined) this.io.warn(read.notice.detail);
    if (read.bytes && read.odd) this.takeOdd(read.bytes);
    else if (read.bytes) this.segment.add(read.bytes, now);
    return read.notice?.resets !== true;
  }

  private takeOdd(bytes: Buffer): void {
    if (++this.odds > MOST_ODD)
      throw new NetworkError('broken', 'the server sends something else than its protocol says');
    this.odd = bytes;
  }

  private isDue(): boolean {
    const { opened, isFull } = this.segment;
    const now = this.io.now();
    return isFull || (opened === undefined ? now - this.storedMs >= QUIET_MS : now - opened >= SEGMENT_MS);
  }

  private async *handOver(): AsyncGenerator<HarvestStep> {
    if (this.segment.count > 0) yield this.captured(await this.socket.keep(this.segment.bytes()));
    this.segment = new Segment();
    if (this.odd) yield this.captured(await this.socket.keep(this.odd));
    this.odd = undefined;
    this.storedMs = this.io.now();
    const mark = this.place.mark(this.storedMs, this.storedMs - this.heardMs >= SEGMENT_MS);
    if (!mark) return;
    yield* mark.gaps;
    yield { kind: 'bookmark', cursor: mark.cursor, reach: 'whole' };
  }

  private captured(exchange: Captured['exchange']): Captured {
    return { kind: 'captured', exchange, format: this.reader.format, posts: [] };
  }
}

/** What came in that time; undefined where nothing did, and the same promise is waited for again. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
