/**
 * Looks at known things, a hundred at a time. What was deleted or removed says so in its own words, which the normaliser
 * reads; what the answer lacks was left out, and nobody knows why.
 */
import type { HarvestIo, HarvestStep, PostToSee, SeedView } from '../harvest.js';
import { answerOf, Reddit } from './harvest-ask.js';
import { FORMAT, listingIn } from './harvest-listing.js';
import { saidIn } from './harvest-trouble.js';
import { fullnameOf } from './uri.js';

const MOST = 100;

export async function* lookUpThings(
  _: SeedView,
  posts: readonly PostToSee[],
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const reddit = new Reddit(io);
  const names = posts.flatMap(({ ref }) => fullnameOf(ref) ?? []);
  for (let from = 0; from < names.length; from += MOST) {
    const exchange = await reddit.ask('/api/info', { id: names.slice(from, from + MOST).join(',') });
    const answer = await answerOf(exchange);
    if (exchange.status === 200 && listingIn(answer)) {
      yield { kind: 'captured', exchange, format: FORMAT, posts: [] };
      continue;
    }
    // Of the question, not of the account.
    io.warn(`a look was not answered: ${saidIn(exchange, answer)}`);
    return;
  }
}
