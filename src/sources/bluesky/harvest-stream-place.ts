/**
 * Where a stream is, and whether it goes on where it was left.
 *
 *   {"at":1725911162329308,"until":1725911170000,"of":"did:plc:…"}
 *
 * Jetstream does not say whether it still keeps the place that it is asked from; but what stood there comes again where
 * it does. A quiet stream says nothing for days: it was listened to until then, and that is its place.
 */
import type { Cursor, Gap } from '../harvest.js';
import { asNumber, asObject, asString } from '../shared/json.js';
import type { Read, StreamMode } from './harvest-stream-reader.js';

/** So that nothing between two connections is missed: servers of one name do not count alike. What comes twice is no harm. */
const OVERLAP_MICROS = 5_000_000;
/** Clocks are seldom further apart; what lies further ahead is no place. */
const SKEW_MS = 300_000;
/** Any server keeps as much. */
const SURELY_KEPT_MS = 10 * 60_000;
/** Jetstream promises a day. */
const PROMISED_MS = 24 * 3_600_000;
/** What stood at the place comes first: within so much it has come, or does not. */
const PROOF_MS = 60_000;

export class StreamPlace {
  private at: number | undefined;
  private until: number;
  private of: string | undefined;
  private readonly before: number | undefined;
  /** When its last message happened, as the server says. */
  private saidMs: number | undefined;
  private gaps: Gap[] = [];
  /** Whether the stream goes on where it was left is not known yet. */
  private doubt: { readonly keptMs: number } | undefined;

  constructor(
    cursor: Cursor | null,
    private readonly mode: StreamMode,
    followed: ReadonlySet<string>,
    private readonly openedMs: number,
  ) {
    const stored = asObject(cursor);
    const at = asNumber(stored?.['at']);
    this.at = at !== undefined && this.isPlace(at, openedMs) ? at : undefined;
    this.before = this.at;
    this.of = asString(stored?.['of']);
    this.until = Math.min(asNumber(stored?.['until']) ?? this.msOf(at) ?? openedMs, openedMs);
    // Of somebody who is no longer followed, nothing comes again.
    const comesAgain = this.before !== undefined && (followed.size === 0 || !this.of || followed.has(this.of));
    if (mode === 'jetstream' && cursor !== null) this.doubt = { keptMs: comesAgain ? SURELY_KEPT_MS : PROMISED_MS };
  }

  /** What the server is asked from; undefined: from now. */
  get cursor(): number | undefined {
    if (this.mode === 'firehose') return this.at;
    if (this.at !== undefined) return Math.max(0, this.at - OVERLAP_MICROS);
    return this.doubt && Math.max(0, (this.until - SKEW_MS) * 1_000);
  }

  take(read: Read, nowMs: number): void {
    const { at, ms, did, notice } = read;
    if (notice) this.noted(read, nowMs);
    if (at === undefined) return;
    this.settle(at, ms ?? nowMs);
    this.saidMs = ms;
    if (!this.isPlace(at, nowMs) || at < (this.at ?? 0)) return;
    this.at = at;
    if (this.mode === 'jetstream' && did !== undefined) this.of = did;
  }

  /**
   * Everything up to here was heard.
   * @param isQuiet nothing has come for a while; else the stream may be far behind, and is heard up to its last message
   * @returns what is to be told before the place is stored; the place
   */
  mark(nowMs: number, isQuiet: boolean): { readonly gaps: readonly Gap[]; readonly cursor: Cursor } | undefined {
    if (this.doubt && nowMs - this.openedMs < PROOF_MS && this.gaps.length === 0) return undefined;
    this.settle(undefined, this.openedMs);
    const gaps = this.gaps;
    this.gaps = [];
    this.until = Math.max(this.until, isQuiet ? nowMs : Math.min(nowMs, this.saidMs ?? nowMs));
    const { at, until, of } = this;
    return { gaps, cursor: { ...(at !== undefined && { at }), until, ...(of !== undefined && { of }) } };
  }

  /** The first message shows whether the server still had the place; a minute without any, that it had not. */
  private settle(at: number | undefined, ms: number): void {
    const { doubt, before } = this;
    if (!doubt) return;
    this.doubt = undefined;
    if (at !== undefined && before !== undefined && at <= before + OVERLAP_MICROS) return;
    if (this.openedMs - this.until <= doubt.keptMs) return;
    this.tell('cursor-reset', 'what stood where the stream was left did not come again', ms);
  }

  private noted({ notice }: Read, nowMs: number): void {
    const { detail, gap, resets } = notice!;
    if (gap) this.tell(gap, detail, nowMs);
    if (resets) this.at = undefined;
  }

  private tell(reason: Gap['reason'], detail: string, toMs: number): void {
    const to = isoOf(Math.max(toMs, this.until));
    this.gaps.push({ kind: 'gap', reason, detail, from: isoOf(this.until), to });
  }

  /** A firehose counts; it does not say when. */
  private isPlace(at: number, nowMs: number): boolean {
    if (!Number.isSafeInteger(at) || at < 0) return false;
    return this.mode === 'firehose' || at / 1_000 <= nowMs + SKEW_MS;
  }

  private msOf(at: number | undefined): number | undefined {
    return this.mode === 'jetstream' && at !== undefined ? Math.floor(at / 1_000) : undefined;
  }
}

function isoOf(ms: number): string {
  return new Date(Math.min(Math.max(0, ms), 8.64e15)).toISOString();
}
