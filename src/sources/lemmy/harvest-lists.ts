/**
 * What is new of a person or a community: lists of posts and of comments, newest first, page by page, until a page ends
 * with something that was known or is older. A list that lacks what was known says nothing about it.
 */
import type { Cursor, Exchange, Gap, HarvestIo, HarvestStep, SeedView } from '../harvest.js';
import { asObject, type JsonObject } from '../shared/json.js';
import { answerOf, ask, FORMAT, troubleOf } from './harvest-ask.js';
import { pageIn, type Page } from './harvest-page.js';
import {
  cursorOf,
  isoOf,
  placeOf,
  reaches,
  rowAfter,
  type Kind,
  type Listed,
  type Place,
  type Row,
} from './harvest-place.js';
import { settingsOf, type LemmyPlace } from './harvest-resolve.js';

const LIMIT = 50;
const MOST_PAGES = 40;

interface ListOf {
  readonly kinds: readonly Kind[];
  path(page: number): string;
}

export async function* harvestLists(seed: SeedView, since: Cursor | null, io: HarvestIo): AsyncGenerator<HarvestStep> {
  const settings = settingsOf(seed.settings);
  if (!settings) return;
  let place = placeOf(since);
  const gaps: Gap[] = [];
  let listed = 0;
  let beginning = true;
  let oldest = Infinity;
  for (const list of listsOf(settings)) {
    const walk = new Walk(list, settings, place, since === null ? seed.backfill : undefined, io);
    // Not all of it could be seen: the place stays, and the next harvest asks again.
    if (!(yield* walk.down())) return;
    for (const kind of list.kinds) {
      const gap = walk.gapIn(kind);
      if (gap) gaps.push(gap);
      const row = rowAfter(place[kind], walk.seen[kind]);
      // A gap is told once.
      place = { ...place, [kind]: walk.seen[kind].length === 0 && gap ? { ...row, known: [] } : row };
      listed += walk.seen[kind].length;
      for (const { made } of walk.seen[kind]) if (made > 0) oldest = Math.min(oldest, made);
    }
    beginning &&= walk.reachedEnd;
    place = walk.noted(place);
  }
  yield* gaps;
  // An empty list shows nothing, unless the account itself counts nothing: the place stays.
  if (listed === 0 && gaps.length > 0) return;
  const published = isoOf(oldest);
  const backTo = { beginning, ...(published !== undefined && { published }) };
  yield { kind: 'bookmark', cursor: cursorOf(place), reach: 'whole', ...(since === null && { backTo }) };
}

function listsOf({ kind, name }: LemmyPlace): readonly ListOf[] {
  const named = encodeURIComponent(name);
  const rest = (page: number): string => `sort=New&limit=${LIMIT}&page=${page}`;
  // A person's details hold both in one answer.
  if (kind === 'person')
    return [{ kinds: ['post', 'comment'], path: (page) => `user?username=${named}&${rest(page)}` }];
  return [
    { kinds: ['post'], path: (page) => `post/list?community_name=${named}&type_=All&${rest(page)}` },
    { kinds: ['comment'], path: (page) => `comment/list?community_name=${named}&type_=All&${rest(page)}` },
  ];
}

/** One walk down one list. `met`: what was known or is older; `ended`: nothing more of that kind. */
class Walk {
  readonly seen: Readonly<Record<Kind, Listed[]>> = { post: [], comment: [] };
  private readonly ends = new Map<Kind, 'met' | 'ended'>();
  private total: Page['total'] = {};
  private broken: string | undefined;
  private state: Place['state'];

  constructor(
    private readonly list: ListOf,
    private readonly settings: LemmyPlace,
    private readonly place: Place,
    /** How many of a first harvest. */
    private readonly backfill: number | undefined,
    private readonly io: HarvestIo,
  ) {}

  get reachedEnd(): boolean {
    return this.list.kinds.every((kind) => this.ends.get(kind) === 'ended');
  }

  /** @returns whether the list could be seen */
  async *down(): AsyncGenerator<HarvestStep, boolean> {
    const { list, io, ends } = this;
    const known = new Set<string>();
    for (let page = 1; page <= MOST_PAGES; page++) {
      const exchange = await ask(this.settings, list.path(page), io);
      const answer = await answerOf(exchange);
      const found = exchange.status === 200 ? pageIn(answer, io.now()) : undefined;
      if (!found) {
        yield troubleOf(exchange, answer);
        return false;
      }
      if (page === 1) {
        this.total = found.total;
        if (asObject(answer?.['person_view'])) yield { kind: 'profile', exchange, format: FORMAT };
        yield* this.noteOn(exchange, answer);
      }
      const fresh = found.seen.filter(({ ref }) => !known.has(ref));
      for (const { ref } of fresh) known.add(ref);
      if (found.seen.length > 0) yield { kind: 'captured', exchange, format: FORMAT, posts: fresh };
      for (const kind of list.kinds) this.take(kind, found.listed[kind]);
      if (list.kinds.every((kind) => ends.has(kind))) return true;
      if (fresh.length === 0) {
        this.broken = 'the list does not go on: the same page came twice';
        return true;
      }
      if (this.backfill !== undefined && known.size >= this.backfill) return true;
    }
    if (this.backfill === undefined) this.broken = `${MOST_PAGES} pages held nothing that was known`;
    return true;
  }

  private take(kind: Kind, listed: readonly Listed[]): void {
    this.seen[kind].push(...listed);
    if (this.ends.has(kind)) return;
    if (listed.length === 0) this.ends.set(kind, 'ended');
    else if (reaches(this.place[kind], listed)) this.ends.set(kind, 'met');
  }

  /** Whether something may have been missed between what was known and this walk. */
  gapIn(kind: Kind): Gap | undefined {
    const row: Row = this.place[kind];
    const seen = this.seen[kind];
    const end = this.ends.get(kind);
    if (end === 'met') return undefined;
    const from = isoOf(row.newest);
    const gap = (detail: string): Gap => ({
      kind: 'gap',
      reason: 'platform',
      detail,
      ...(from !== undefined && { from }),
    });
    if (end === undefined) return this.broken === undefined ? undefined : gap(`${kind}s: ${this.broken}`);
    if (row.known.length === 0 || seen.some(({ id }) => row.known.includes(id))) return undefined;
    const total = this.total[kind];
    if (total !== undefined && seen.length >= total) return undefined;
    return gap(`the list ends after ${seen.length} ${kind}s, before any that was known`);
  }

  /** `banned` by the server, `deleted` by the person: of the account, and nothing of its posts. */
  private *noteOn(exchange: Exchange, answer: JsonObject | undefined): Generator<HarvestStep> {
    const person = asObject(asObject(answer?.['person_view'])?.['person']);
    this.state = person?.['deleted'] === true ? 'deleted' : person?.['banned'] === true ? 'suspended' : undefined;
    if (this.state === this.place.state) return;
    const state = this.state ?? 'active';
    yield { kind: 'account', exchange, state, detail: WORDS[state] ?? 'the server shows the account as it was' };
  }

  /** The place, with what was said of the account. */
  noted({ post, comment }: Place): Place {
    return { post, comment, ...(this.state !== undefined && { state: this.state }) };
  }
}

const WORDS: Readonly<Partial<Record<string, string>>> = {
  deleted: 'the person deleted the account',
  suspended: 'the server has banned the account',
};
