/**
 * Looks at known posts once more. `GET /api/v1/statuses/:id` knows no difference between what was deleted, hidden or
 * never there: 404. So the post's own URI is asked then, and the account, once, before anything is said of its posts.
 */
import {
  NetworkError,
  type Absence,
  type Exchange,
  type HarvestIo,
  type HarvestStep,
  type PostToSee,
  type SeedView,
} from '../harvest.js';
import { asObject } from '../shared/json.js';
import { isOwn, lookAtAccount, toldOf, settingsOf, type AccountLook } from './harvest-account.js';
import { askApi, isFrom, isRefusal, saidOf } from './harvest-ask.js';
import { Histories } from './harvest-history.js';
import { absence, tryObject, type Found } from './harvest-object.js';
import { seenPost } from './harvest-statuses.js';

/** Answers in a row that are none, before the server is held to be away. */
const PATIENCE = 3;

export async function* lookAtStatuses(
  seed: SeedView,
  posts: readonly PostToSee[],
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const looks = new Looks(seed, io);
  let failures = 0;
  for (const post of posts) {
    io.signal.throwIfAborted();
    try {
      yield* looks.at(post);
      failures = 0;
    } catch (error) {
      if (!(error instanceof NetworkError) || error.problem === 'forbidden-address') throw error;
      if (++failures >= PATIENCE) throw error;
      if (error.exchange) yield absence(error.exchange, post.post, 'unreachable', error.message);
    }
  }
}

class Looks {
  private readonly settings;
  private readonly histories: Histories;
  private account: AccountLook | undefined;

  constructor(
    private readonly seed: SeedView,
    private readonly io: HarvestIo,
  ) {
    this.settings = settingsOf(seed);
    this.histories = new Histories(seed, this.settings, io, undefined);
  }

  async *at(post: PostToSee): AsyncGenerator<HarvestStep> {
    const exchange = await askApi(this.io, `${this.settings.origin}/api/v1/statuses/${encodeURIComponent(post.ref)}`);
    const { status } = exchange;
    const said = await saidOf(exchange);
    if (status === 200 && isFrom(exchange, this.settings.origin)) {
      const body = asObject(await exchange.json());
      // An id that was given to another post, or changed with an edit, is not this post's any more: its URI is.
      if (body?.['uri'] === post.post && isOwn(body, this.seed, this.settings)) {
        yield { kind: 'captured', exchange, format: 'mastodon-rest', posts: seenPost(body, this.seed) };
        yield* this.histories.of([body]);
        return;
      }
      yield* this.underItsUri(post, exchange, 'the server gives another post under its id', 'omitted');
    } else if (status === 404) {
      yield* this.underItsUri(post, exchange, said, 'notFound');
    } else if (status === 410) {
      yield* this.goneByApi(post, exchange, said);
    } else if (isRefusal(status)) {
      yield absence(exchange, post.post, 'forbidden', said);
    } else {
      yield absence(exchange, post.post, 'unreachable', said);
    }
  }

  private async *goneByApi(post: PostToSee, exchange: Exchange, said: string): AsyncGenerator<HarvestStep> {
    const account = yield* this.accountOnce();
    yield ofAccount(account, post, exchange, said) ?? absence(exchange, post.post, 'deleted', said);
  }

  private async *underItsUri(
    post: PostToSee,
    exchange: Exchange,
    said: string,
    otherwise: 'notFound' | 'omitted',
  ): AsyncGenerator<HarvestStep> {
    const account = yield* this.accountOnce();
    const found = await tryObject(post.post, this.io);
    if (found.found === 'present') {
      yield { kind: 'captured', exchange: found.exchange, format: 'activitypub', posts: [] };
      return;
    }
    yield (
      ownWord(found, post) ??
      ofAccount(account, post, exchange, said) ??
      whatIsLeft(found, post, exchange, said, otherwise)
    );
  }

  private async *accountOnce(): AsyncGenerator<HarvestStep, AccountLook> {
    if (!this.account) {
      this.account = await lookAtAccount(this.seed, this.settings, this.io);
      yield* toldOf(this.account);
    }
    return this.account;
  }
}

function ownWord(found: Found, { post }: PostToSee): Absence | undefined {
  if (found.found !== 'tombstone') return undefined;
  return absence(found.exchange, post, 'deleted', found.said, found.deleted);
}

/** Where the account is gone, its server says 404 and 410 of all its posts: that is not their deletion. */
export function ofAccount(
  account: Pick<AccountLook, 'state' | 'detail'>,
  { post }: PostToSee,
  exchange: Exchange,
  said: string,
): Absence | undefined {
  if (account.state === 'suspended') return absence(exchange, post, 'suspended', `${said}; account: ${account.detail}`);
  if (account.state === 'deleted' || account.state === 'notFound')
    return absence(exchange, post, 'notFound', `${said}; account: ${account.detail}`);
  return undefined;
}

function whatIsLeft(
  found: Found,
  { post }: PostToSee,
  exchange: Exchange,
  said: string,
  otherwise: 'notFound' | 'omitted',
): Absence {
  if (found.found === 'gone') return absence(found.exchange, post, 'deleted', found.said);
  if (found.found === 'notFound') return absence(found.exchange, post, 'notFound', found.said);
  return absence(exchange, post, otherwise, `${said}; under its own URI: ${'said' in found ? found.said : 'there'}`);
}
