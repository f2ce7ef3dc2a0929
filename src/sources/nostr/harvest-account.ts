/** One harvest of an account: what each of its relays lists that is new, and what became of what its deletions name. */
import { SourceError } from '../../core/errors.js';
import {
  NetworkError,
  RateLimited,
  type AccountNote,
  type Bookmark,
  type Cursor,
  type Exchange,
  type HarvestIo,
  type HarvestStep,
  type SeedView,
} from '../harvest.js';
import type { NostrEvent } from './event.js';
import { capturedOf, Deletions } from './harvest-deletions.js';
import { isoOf, settingsOf, type NostrSettings } from './harvest-events.js';
import { cursorOf, placesOf, type RelayPlace } from './harvest-place.js';
import { profileName } from './harvest-profile.js';
import { Relay, type Answer, type Frame } from './harvest-relay.js';
import { walkRelay, type Walking } from './harvest-walk.js';

/** Twenty thousand events at most. */
const PAGES = 40;

export async function* harvestAccount(
  seed: SeedView,
  since: Cursor | null,
  io: HarvestIo,
  patienceMs?: number,
): AsyncGenerator<HarvestStep> {
  const settings = followable(seed);
  const places = placesOf(since, settings.relays);
  const harvest = new AccountHarvest(seed, settings, places, io);
  try {
    for (const url of settings.relays) yield* harvest.relay(url, patienceMs);
    yield* harvest.end();
  } finally {
    harvest.close();
  }
}

export function followable(seed: SeedView): NostrSettings {
  const settings = settingsOf(seed);
  if (settings && settings.relays.length > 0) return settings;
  throw new SourceError('configuration', `${seed.name}: no key or no relay is known; follow it again with its relay`);
}

class AccountHarvest implements Walking {
  readonly pubkey: string;
  readonly backfill: number;
  pages = PAGES;
  private readonly open: Relay[] = [];
  private readonly deletions: Deletions;
  private readonly troubles: Error[] = [];
  private answered = 0;
  private paused = false;
  private readonly isFirst: boolean;
  /** Seconds since 1970: the newest event of any relay that earlier harvests saw. */
  private readonly newest: number;
  private profile: { readonly event: NostrEvent; readonly exchange: Exchange } | undefined;

  constructor(
    private readonly seed: SeedView,
    settings: NostrSettings,
    private readonly places: RelayPlace[],
    private readonly io: HarvestIo,
  ) {
    this.pubkey = settings.pubkey;
    this.backfill = seed.backfill;
    this.deletions = new Deletions(settings.pubkey, io);
    this.newest = Math.max(...places.map(({ newest }) => newest ?? 0));
    this.isFirst = places.some(({ newest }) => newest === undefined);
  }

  now(): number {
    return Math.floor(this.io.now() / 1_000);
  }

  async *relay(url: string, patienceMs: number | undefined): AsyncGenerator<HarvestStep> {
    let relay: Relay;
    try {
      relay = await Relay.open(url, this.io, patienceMs);
    } catch (error) {
      this.io.signal.throwIfAborted();
      if (!(error instanceof NetworkError || error instanceof RateLimited)) throw error;
      return this.failed(error);
    }
    this.open.push(relay);
    let trouble: string | undefined;
    for (const [i, place] of this.places.entries()) {
      if (place.url !== url || trouble !== undefined) continue;
      const end = yield* walkRelay(relay, place, this);
      this.places[i] = end.place;
      if (end.how === 'paused') this.paused = true;
      if (end.how === 'trouble') trouble = end.said ?? 'no answer';
    }
    if (trouble === undefined) this.answered += 1;
    else this.failed(new NetworkError('broken', `${url}: ${trouble}`));
  }

  async *hand(relay: Relay, answer: Answer, fresh: readonly Frame[]): AsyncGenerator<HarvestStep> {
    if (fresh.length === 0) {
      // An answer without anything new is evidence, too: that it was asked, and what was said.
      const lines = answer.frames.map(({ line }) => `${line}\n`).join('') + answer.transcript;
      if (lines !== '') await relay.keep(lines);
      return;
    }
    const frames = this.deletions.sort(relay, fresh);
    if (frames.length === 0) return;
    const captured = await capturedOf(relay, frames);
    this.note(frames, captured.exchange);
    yield captured;
  }

  *bookmark(place: RelayPlace): Generator<HarvestStep> {
    // What a deletion means is not told yet: a harvest that dies here has to meet it again.
    if (!this.deletions.isEmpty) return;
    const cursor = cursorOf(
      this.places.map((each) => (each.url === place.url && each.half === place.half ? place : each)),
    );
    yield { kind: 'bookmark', cursor, reach: 'partial' };
  }

  async *end(): AsyncGenerator<HarvestStep> {
    yield* this.deletions.settle(this.open);
    const [trouble] = this.troubles;
    if (this.answered === 0 && trouble) throw trouble;
    const note = this.renamed();
    if (note) yield note;
    yield {
      kind: 'bookmark',
      cursor: cursorOf(this.places),
      reach: this.paused ? 'partial' : 'whole',
      ...(this.isFirst && { backTo: this.backTo() }),
    };
  }

  close(): void {
    for (const relay of this.open) relay.close();
  }

  private failed(error: Error): void {
    this.troubles.push(error);
    this.io.warn(error.message);
  }

  private note(frames: readonly Frame[], exchange: Exchange): void {
    for (const { event } of frames) {
      // A relay that is new here, or was away, may have an old one.
      if (event?.kind !== 0 || event.createdAt <= (this.profile?.event.createdAt ?? this.newest)) continue;
      this.profile = { event, exchange };
    }
  }

  private renamed(): AccountNote | undefined {
    // `name@domain` is a domain's word for the key; profiles say otherwise what they like.
    const name = this.profile && !this.seed.name.includes('@') ? profileName(this.profile.event) : undefined;
    if (!this.profile || name === undefined || name === this.seed.name) return undefined;
    const detail = `the profile of ${isoOf(this.profile.event.createdAt) ?? 'no known time'} says so`;
    return { kind: 'account', exchange: this.profile.exchange, state: 'renamed', name, detail };
  }

  private backTo(): NonNullable<Bookmark['backTo']> {
    const times = this.places.flatMap(({ oldest, walk }) => walk?.oldest ?? oldest ?? []);
    const published = times.length > 0 ? isoOf(Math.min(...times)) : undefined;
    const beginning = this.places.every((place) => place.beginning === true);
    return { ...(published !== undefined && { published }), beginning };
  }
}
