/**
 * What is new in a repository. Whether anything has changed at all, one small request tells; what was written since,
 * the repository itself, in a slice that its owner signed; and its server lists every record of a collection, so that
 * the end of the list is the end.
 */
import type { Bookmark, Captured, Cursor, HarvestIo, HarvestStep, SeedView } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { asObject, asString } from '../shared/json.js';
import { accountError, ask, isRefusal, troubleOf, type Answer } from './harvest-ask.js';
import { getRepository, type Listed, type Repository } from './harvest-car.js';
import { harvestFeed } from './harvest-feed.js';
import { notesOn, settingsOf, tryIdentityOf, type Identity, type RepoSettings } from './harvest-identity.js';
import { walkList, type Walk } from './harvest-list.js';
import { cursorOf, knownAfter, placeOf, type First, type ListPlace, type Place } from './harvest-place.js';
import { POST, PROFILE, profileUri } from './uri.js';
import { REPOST } from './record.js';

const COLLECTIONS = [POST, REPOST];
/** Beyond so many posts the whole repository in one answer is less to ask. */
const WHOLE_FROM = 2_000;
const MOST_REPO_BYTES = 1024 * 1024 * 1024;
const MOST_CHANGE_BYTES = 64 * 1024 * 1024;
/** Beside the whole repository, so many records are listed to know the place. */
const ANCHORS = 100;
/** A new handle changes nothing in the repository. */
const IDENTITY_EVERY_MS = 3_600_000;

export async function* harvestRepo(seed: SeedView, since: Cursor | null, io: HarvestIo): AsyncGenerator<HarvestStep> {
  let settings = settingsOf(seed.settings);
  if (!settings) return;
  const before = placeOf(since);
  let head = await headOf(settings, io);
  let identity: Identity | undefined;
  if (io.now() - before.identityAt > IDENTITY_EVERY_MS || head instanceof Error || accountError(head)) {
    identity = await tryIdentityOf(settings.did, io);
    const { pds } = settings;
    if (identity) settings = yield* notesOn(identity, settings);
    if (identity?.isGone) return;
    if (settings.pds !== pds) head = await headOf(settings, io);
  }
  if (head instanceof Error) throw head;
  const { first, ...was } = before;
  const place: Place = { ...was, identityAt: identity ? io.now() : before.identityAt };
  const rev = asString(head.body?.['rev']);
  if (isRefusal(head)) yield* harvestFeed(settings, seed, place, head, io);
  else if (!head.body) yield troubleOf(head);
  else if (since !== null && rev !== undefined && rev === before.rev)
    yield { kind: 'bookmark', cursor: cursorOf(place), reach: 'whole' };
  else {
    const isFirst = since === null || first !== undefined;
    // What was written while it was broken off is found from where it began.
    const to = { ...place, rev: first ? first.rev : rev };
    yield* new RepoHarvest(settings, seed, isFirst, to, before, identity, io).run();
  }
}

async function headOf({ did, pds }: RepoSettings, io: HarvestIo): Promise<Answer | NetworkError> {
  try {
    return await ask(io, pds, 'com.atproto.sync.getLatestCommit', { did });
  } catch (error) {
    // The account may have moved away from a server that is gone.
    if (error instanceof NetworkError) return error;
    throw error;
  }
}

class RepoHarvest {
  private readonly walks = new Map<string, Walk>();

  constructor(
    private readonly settings: RepoSettings,
    private readonly seed: SeedView,
    private readonly isFirst: boolean,
    /** Where the harvest will have come to. */
    private readonly place: Place,
    private readonly before: Place,
    private readonly identity: Identity | undefined,
    private readonly io: HarvestIo,
  ) {}

  async *run(): AsyncGenerator<HarvestStep> {
    const repository = await this.repository();
    const changed = this.isFirst ? undefined : repository?.records?.filter(isWanted);
    // Likes and follows are most of what an account writes.
    if (changed?.length === 0 && !repository?.isPartial) return void (yield this.bookmark(this.place));
    if (this.isFirst && repository) yield this.whole(repository);
    if (!repository) yield* this.profile();
    const { first } = this.before;
    for (const collection of COLLECTIONS) {
      if (first && COLLECTIONS.indexOf(collection) < COLLECTIONS.indexOf(first.list)) continue;
      const walk = yield* walkList(this.settings, this.options(collection, repository), this.io);
      if (walk && 'said' in walk) {
        // Of the lists nothing was seen: its place in the repository stays.
        const stayed = { ...this.before, identityAt: this.place.identityAt };
        if (isRefusal(walk)) yield* harvestFeed(this.settings, this.seed, stayed, walk, this.io);
        else yield troubleOf(walk);
      }
      if (!walk || 'said' in walk) return;
      this.walks.set(collection, walk);
    }
    if (changed) yield* this.unlisted(repository!, changed);
    yield this.bookmark({ ...this.place, known: this.known() }, repository);
  }

  private async repository(): Promise<Repository | undefined> {
    const { settings, identity, before, io } = this;
    if (this.isFirst) {
      if (before.first) return undefined;
      if (this.seed.backfill <= WHOLE_FROM) return undefined;
      return getRepository(settings, identity?.key, { maxBytes: MOST_REPO_BYTES }, io);
    }
    if (before.rev === undefined) return undefined;
    return getRepository(settings, identity?.key, { since: before.rev, maxBytes: MOST_CHANGE_BYTES }, io);
  }

  private whole({ exchange, records = [] }: Repository): Captured {
    const own = records.filter(isWanted).sort((a, b) => (a.rkey < b.rkey ? 1 : -1));
    const posts = own.slice(0, this.seed.backfill).map((each) => each.seen());
    return { kind: 'captured', exchange, format: 'bluesky-car', posts };
  }

  private options(collection: string, repository: Repository | undefined): Parameters<typeof walkList>[1] {
    return {
      collection,
      known: this.isFirst ? undefined : (this.before.known[collection] ?? []),
      most: repository?.records ? ANCHORS : this.seed.backfill,
      looksForEdits: !this.isFirst && !repository?.records,
      from: this.before.first?.list === collection ? this.before.first.at : undefined,
      rest: this.isFirst ? (at) => this.rest(collection, at) : undefined,
    };
  }

  private rest(list: string, at: ListPlace): Bookmark {
    const posts = this.posts();
    const first = { rev: this.place.rev, list, at, posts: list === POST ? undefined : posts };
    const place = { ...this.place, rev: undefined, known: this.known(), first };
    const published = list === POST ? at.oldest : posts?.oldest;
    const backTo = { beginning: false, ...(published !== undefined && { published }) };
    return { kind: 'bookmark', cursor: cursorOf(place), reach: 'partial', backTo };
  }

  private posts(): First['posts'] {
    return this.walks.get(POST) ?? this.before.first?.posts;
  }

  /** Edits far down, posts under an old key, the profile: what the lists did not come to. */
  private *unlisted({ exchange }: Repository, changed: readonly Listed[]): Generator<HarvestStep> {
    const rest = changed.filter(({ collection, key }) => this.walks.get(collection)?.keys.includes(key) !== true);
    if (rest.length === 0) return;
    const posts = rest.filter(({ collection }) => collection !== PROFILE).map((each) => each.seen());
    yield { kind: 'captured', exchange, format: 'bluesky-car', posts };
  }

  private async *profile(): AsyncGenerator<HarvestStep> {
    if (this.before.first ?? (!this.isFirst && !this.identity)) return;
    const { did, pds } = this.settings;
    const query = { repo: did, collection: PROFILE, rkey: 'self' };
    const { body, exchange } = await ask(this.io, pds, 'com.atproto.repo.getRecord', query);
    if (body?.['uri'] === profileUri(did) && asObject(body['value']))
      yield { kind: 'profile', exchange, format: 'bluesky-api' };
  }

  private known(): Place['known'] {
    const known = { ...this.before.known };
    for (const [collection, { keys }] of this.walks) known[collection] = knownAfter(keys, known[collection]);
    return known;
  }

  private bookmark(place: Place, whole?: Repository): Bookmark {
    const posts = this.posts();
    const oldest = whole?.records?.filter(({ collection }) => collection === POST).sort(byKey)[0];
    const published = whole ? oldest?.seen().published : posts?.oldest;
    const backTo = {
      beginning: whole !== undefined || posts?.end === true,
      ...(published !== undefined && { published }),
    };
    return { kind: 'bookmark', cursor: cursorOf(place), reach: 'whole', ...(this.isFirst && { backTo }) };
  }
}

function isWanted({ collection }: Listed): boolean {
  return COLLECTIONS.includes(collection) || collection === PROFILE;
}

function byKey(a: Listed, b: Listed): number {
  return a.rkey < b.rkey ? -1 : 1;
}
