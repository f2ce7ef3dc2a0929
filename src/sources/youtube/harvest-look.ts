/** Looks at known videos and comments, fifty at a time, with an API key. What an answer lacks was left out: nobody says why. */
import type { HarvestIo, HarvestStep, PostToSee, SeedView } from '../harvest.js';
import { askApi } from './harvest-ask.js';

const MOST = 50;
const PARTS = { video: 'snippet,status,statistics,contentDetails', comment: 'snippet' } as const;

export async function* lookAtVideos(
  _: SeedView,
  posts: readonly PostToSee[],
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  if (io.credential?.kind !== 'key') return;
  for (const kind of ['video', 'comment'] as const) {
    const ids = posts.flatMap(({ ref }) => (ref.startsWith(`${kind} `) ? [ref.slice(kind.length + 1)] : []));
    for (let from = 0; from < ids.length; from += MOST) {
      const query = { part: PARTS[kind], id: ids.slice(from, from + MOST).join(',') };
      const { body, exchange, said } = await askApi(io, `${kind}s`, query);
      if (body) yield { kind: 'captured', exchange, format: 'youtube-api', posts: [] };
      else io.warn(`a look was not answered: ${said}`);
    }
  }
}
