/**
 * Looks at known posts once more: the events themselves, and deletions by their author that name them. A relay forgets
 * what it likes, so what no relay gives is left out of an answer, and no more than that.
 */
import {
  NetworkError,
  RateLimited,
  type Exchange,
  type HarvestIo,
  type HarvestStep,
  type PostToSee,
  type SeedView,
} from '../harvest.js';
import type { NostrEvent } from './event.js';
import { followable } from './harvest-account.js';
import { addressesIn, capturedOf, deletedBy, filtersFor } from './harvest-deletions.js';
import { addressOf, isOf } from './harvest-events.js';
import { Relay, type Filter, type Frame } from './harvest-relay.js';
import { HEX_64, parseAddress } from './uri.js';

/** Relays bound how much one question may name. */
const AT_ONCE = 50;

export async function* lookAtEvents(
  seed: SeedView,
  posts: readonly PostToSee[],
  io: HarvestIo,
  patienceMs?: number,
): AsyncGenerator<HarvestStep> {
  const { pubkey, relays } = followable(seed);
  const open: Relay[] = [];
  const away: string[] = [];
  let trouble: Error | undefined;
  try {
    for (const url of relays) {
      try {
        open.push(await Relay.open(url, io, patienceMs));
      } catch (error) {
        io.signal.throwIfAborted();
        if (!(error instanceof NetworkError || error instanceof RateLimited)) throw error;
        io.warn(error.message);
        trouble ??= error;
        away.push(url);
      }
    }
    for (let at = 0; at < posts.length; at += AT_ONCE) {
      const look = new Look(pubkey, posts.slice(at, at + AT_ONCE));
      for (const relay of open) if (relay.isOpen) await look.ask(relay, io);
      yield* look.tell(away);
      if (!look.answer) throw trouble ?? new NetworkError('broken', look.said || 'no relay answers');
    }
  } finally {
    for (const relay of open) relay.close();
  }
}

interface Found {
  readonly relay: Relay;
  readonly frame: Frame;
  readonly event: NostrEvent;
}

class Look {
  /** Of a relay that answered to the end: only then something is not there. */
  answer: Exchange | undefined;
  said = '';
  private readonly unanswered: string[] = [];
  private readonly answered: string[] = [];
  /** By reference. */
  private readonly present = new Map<string, Found[]>();
  private readonly deletions = new Map<string, Found>();
  private readonly refs: ReadonlySet<string>;

  constructor(
    private readonly pubkey: string,
    private readonly posts: readonly PostToSee[],
  ) {
    this.refs = new Set(posts.map(({ ref }) => ref));
  }

  async ask(relay: Relay, io: HarvestIo): Promise<void> {
    const answer = await relay.ask(filtersOf(this.pubkey, [...this.refs]), isOf(this.pubkey));
    for (const frame of answer.frames) if (frame.event) this.found({ relay, frame, event: frame.event });
    if (answer.end !== 'whole') {
      this.said = `${relay.url}: ${answer.said}`;
      this.unanswered.push(relay.url);
      io.warn(this.said);
      return;
    }
    // The whole answer, as it came: what each finding rests on, and absences above all.
    const lines = answer.frames.map(({ line }) => `${line}\n`).join('') + answer.transcript;
    this.answer = await relay.keep(lines);
    this.answered.push(relay.url);
  }

  async *tell(away: readonly string[]): AsyncGenerator<HarvestStep> {
    const standing = this.posts.filter((post) => this.present.has(post.ref) && !this.deletionOf(post.ref));
    yield* this.captures(standing);
    for (const { post, ref } of this.posts) {
      const deletion = this.deletionOf(ref);
      // A relay that still gives what its author deleted does not undo that.
      if (deletion) yield await capturedOf(deletion.relay, [deletion.frame], post);
      else if (this.answer && !this.present.has(ref))
        yield { kind: 'absence', exchange: this.answer, post, outcome: 'omitted', detail: this.detail(away) };
    }
  }

  private async *captures(posts: readonly PostToSee[]): AsyncGenerator<HarvestStep> {
    const byRelay = new Map<Relay, Frame[]>();
    for (const { relay, frame } of posts.flatMap(({ ref }) => this.present.get(ref) ?? []))
      byRelay.set(relay, [...(byRelay.get(relay) ?? []), frame]);
    for (const [relay, frames] of byRelay) yield await capturedOf(relay, frames);
  }

  /** Undefined also where the post was published anew after it. */
  private deletionOf(ref: string): Found | undefined {
    const deletion = this.deletions.get(ref);
    if (!deletion || !parseAddress(ref)) return deletion;
    const newest = Math.max(...(this.present.get(ref) ?? []).map(({ event }) => event.createdAt));
    return newest > deletion.event.createdAt ? undefined : deletion;
  }

  private found(found: Found): void {
    const { event } = found;
    if (event.kind === 5) {
      for (const ref of [...deletedBy(event), ...addressesIn(event)]) {
        const before = this.deletions.get(ref);
        if (this.refs.has(ref) && (!before || before.event.createdAt < event.createdAt)) this.deletions.set(ref, found);
      }
      return;
    }
    const ref = this.refs.has(event.id) ? event.id : addressOf(event);
    if (this.refs.has(ref)) this.present.set(ref, [...(this.present.get(ref) ?? []), found]);
  }

  private detail(away: readonly string[]): string {
    const silent = [...away, ...this.unanswered];
    const rest = silent.length > 0 ? `; no answer from ${silent.join(', ')}` : '';
    return `not given by ${this.answered.join(', ')}${rest}`;
  }
}

/** The posts, and deletions that name them. */
function filtersOf(pubkey: string, refs: readonly string[]): Filter[] {
  const limit = AT_ONCE * 4;
  const deletions = { authors: [pubkey], kinds: [5], limit };
  const ids = refs.filter((ref) => HEX_64.test(ref));
  const addresses = refs.filter((ref) => parseAddress(ref));
  return [
    ...filtersFor(pubkey, refs, limit),
    ...(ids.length > 0 ? [{ ...deletions, '#e': ids }] : []),
    ...(addresses.length > 0 ? [{ ...deletions, '#a': addresses }] : []),
  ];
}
