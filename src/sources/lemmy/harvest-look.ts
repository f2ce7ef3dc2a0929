/** Looks at known posts and comments. `deleted` and `removed` are flags of the thing itself: the normaliser reads them. */
import type { HarvestIo, HarvestStep, PostToSee, SeedView } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { asObject } from '../shared/json.js';
import { answerOf, ask, FORMAT, isForbidden, isMissing, saidIn } from './harvest-ask.js';
import { settingsOf } from './harvest-resolve.js';
import { tryPostUri } from './uri.js';

export async function* lookAtThings(
  seed: SeedView,
  posts: readonly PostToSee[],
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const place = settingsOf(seed.settings);
  if (!place) return;
  for (const { post, ref } of posts) {
    const [, kind, id] = /^(post|comment) (\d{1,15})$/.exec(ref) ?? [];
    if (kind === undefined || id === undefined) continue;
    const exchange = await ask(place, `${kind}?id=${id}`, io);
    const answer = await answerOf(exchange).catch((error: unknown) => {
      // A page in place of an answer is none, but for its status.
      if (error instanceof NetworkError && exchange.status >= 400) return undefined;
      throw error;
    });
    const thing = asObject(asObject(answer?.[`${kind}_view`])?.[kind]);
    const found = tryPostUri(thing?.['ap_id']);
    if (exchange.status === 200 && found === post) {
      yield { kind: 'captured', exchange, format: FORMAT, posts: [] };
      continue;
    }
    // What was purged and what never was look alike; a deletion is a flag of the thing.
    const outcome = isMissing(exchange, answer)
      ? 'notFound'
      : isForbidden(exchange, answer)
        ? 'forbidden'
        : found === undefined
          ? 'unreachable'
          : 'omitted';
    const detail = found === undefined ? saidIn(exchange, answer) : 'the server gives another one under its number';
    yield { kind: 'absence', exchange, post, outcome, detail };
  }
}
