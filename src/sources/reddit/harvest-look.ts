/**
 * Looks at known things, a hundred at a time. What was deleted or removed says so in its own words, which the normaliser
 * reads; what the answer lacks was left out, and nobody knows why.
 */
import type { HarvestIo, HarvestStep, PostToSee, SeedView } from '../harvest.js';
import { accountNote, answerOf, Reddit } from './harvest-ask.js';
import { FORMAT } from './harvest-listing.js';
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
    if (exchange.status === 200 && answer?.['kind'] === 'Listing') {
      yield { kind: 'captured', exchange, format: FORMAT, posts: [] };
      continue;
    }
    const note = accountNote(exchange, answer);
    // Of the question, not of the account.
    io.warn(`a look was not answered: ${note.kind === 'account' ? note.detail : ''}`);
    return;
  }
}
