/** Looks at known posts and comments. `deleted` and `removed` are flags of the thing itself: the normaliser reads them. */
import type { HarvestIo, HarvestStep, PostToSee, SeedView } from '../harvest.js';
import { asObject, asString } from '../shared/json.js';
import { ask } from './harvest-lists.js';
import { settingsOf } from './harvest-resolve.js';

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
    const answer = asObject(await exchange.json().catch(() => undefined));
    const view = asObject(asObject(answer?.[`${kind}_view`])?.[kind]);
    if (exchange.status === 200 && view?.['ap_id'] === post) {
      yield { kind: 'captured', exchange, format: 'lemmy-api', posts: [] };
      continue;
    }
    const error = asString(answer?.['error']);
    const detail = `status ${exchange.status}${error === undefined ? '' : `: ${error.slice(0, 120)}`}`;
    // What was purged and what never was look alike; a deletion is a flag of the thing.
    const missing = exchange.status === 404 || error === `couldnt_find_${kind}` || error === 'not_found';
    const outcome = missing
      ? 'notFound'
      : exchange.status === 401 || exchange.status === 403
        ? 'forbidden'
        : 'unreachable';
    yield { kind: 'absence', exchange, post, outcome, detail };
  }
}
