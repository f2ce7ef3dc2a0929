/**
 * Looks at known posts; many at once by a compliance job first, which says of some that they are gone. The rest is asked a hundred at a time. What the API cannot show it names one by one in `errors`, with a reason: the
 * normaliser reads those. A post that is in neither list was left out.
 */
import type { HarvestIo, HarvestStep, PostToSee, SeedView } from '../harvest.js';
import { asArray, asObject, isObject } from '../shared/json.js';
import { answerOf, askPosts, troubleOf, X_V2 } from './harvest-ask.js';
import { askByJob } from './harvest-job.js';
import { idOf } from './uri.js';

const MOST = 100;

export async function* lookUpTweets(
  seed: SeedView,
  posts: readonly PostToSee[],
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const due = posts.flatMap(({ ref }) => idOf(ref) ?? []);
  const { gone, again } = yield* askByJob(seed.lookPlace, due, io);
  const ids = [...new Set([...due.filter((id) => !gone.has(id)), ...again])];
  for (let from = 0; from < ids.length; from += MOST) {
    const some = ids.slice(from, from + MOST);
    const exchange = await askPosts(io, '/tweets', { ids: some.join(',') });
    const answer = await answerOf(exchange);
    if (exchange.status !== 200 || !answer) {
      // Of the token, not of the account.
      io.warn(`a look was not answered: ${troubleOf(exchange, answer).detail}`);
      return;
    }
    yield { kind: 'captured', exchange, format: X_V2, posts: [] };
    const later = editsIn(answer).filter((id) => !some.includes(id));
    if (later.length === 0) continue;
    const edits = await askPosts(io, '/tweets', { ids: later.slice(0, MOST).join(',') });
    if (edits.status === 200) yield { kind: 'captured', exchange: edits, format: X_V2, posts: [] };
  }
}

/** An edit has an id of its own, which the post's history names. */
function editsIn(answer: Record<string, unknown>): string[] {
  const tweets = [...asArray(answer['data']), ...asArray(asObject(answer['includes'])?.['tweets'])].filter(isObject);
  const have = new Set(tweets.map((tweet) => idOf(tweet['id'])));
  const named = tweets.flatMap((tweet) => asArray(tweet['edit_history_tweet_ids']).flatMap((id) => idOf(id) ?? []));
  return [...new Set(named)].filter((id) => !have.has(id));
}
