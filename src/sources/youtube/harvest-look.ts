/** Looks at known videos and comments, fifty at a time, with an API key. What an answer lacks was left out: nobody says why. */
import type { HarvestIo, HarvestStep, PostToSee, SeedView } from '../harvest.js';
import { asArray, asObject } from '../shared/json.js';
import { API, askApi } from './harvest-ask.js';
import { THREAD_PARTS, VIDEO_PARTS } from './harvest-channel.js';

const MOST = 50;
/** A thread has the number of the comment that opens it, and says who may see it, as a comment alone does not. */
const LISTS = [
  { kind: 'video', list: 'videos', part: VIDEO_PARTS },
  { kind: 'comment', list: 'commentThreads', part: THREAD_PARTS },
] as const;

export async function* lookAtVideos(
  _: SeedView,
  posts: readonly PostToSee[],
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  if (io.credential?.kind !== 'key') return;
  for (const { kind, list, part } of LISTS) {
    const wanted = posts.flatMap(({ post, ref }) =>
      ref.startsWith(`${kind} `) ? [{ post, id: ref.slice(kind.length + 1) }] : [],
    );
    for (let from = 0; from < wanted.length; from += MOST) {
      const some = wanted.slice(from, from + MOST);
      const { body, exchange, said } = await askApi(io, list, { part, id: some.map(({ id }) => id).join(',') });
      if (!body) {
        io.warn(`a look was not answered: ${said}`);
        continue;
      }
      const shown = new Set(asArray(body['items']).map((item) => asObject(item)?.['id']));
      if (shown.size > 0) yield { kind: 'captured', exchange, format: API, posts: [] };
      for (const { post, id } of some)
        if (!shown.has(id)) {
          const detail = `${list} leaves it out: deleted, private, or not shown here; it does not say`;
          yield { kind: 'absence', exchange, post, outcome: 'omitted', detail };
        }
    }
  }
}
