/** Looks at known posts, each in the frame that other sites embed. "Post not found" is all that Telegram says of any absence. */
import type { HarvestIo, HarvestStep, PostToSee, SeedView } from '../harvest.js';
import { FORMAT } from './harvest-channel.js';
import { pageIn } from './harvest-page.js';
import { settingsOf } from './harvest-resolve.js';
import { belongsToAnother, taken } from './harvest-trouble.js';

export async function* lookAtMessages(
  seed: SeedView,
  posts: readonly PostToSee[],
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const settings = settingsOf(seed.settings);
  if (!settings) return;
  const { name, channel } = settings;
  for (const { post, ref } of posts) {
    if (!/^\d{1,15}$/.test(ref)) continue;
    const exchange = await io.request(`https://t.me/${name}/${ref}?embed=1&mode=tme`);
    const page = await pageIn(exchange, name);
    // What the name leads to now are other posts under the same numbers.
    if (belongsToAnother(page, channel)) return void (yield taken(exchange, name));
    const said = page.error?.slice(0, 120);
    if (page.messages.some(({ number }) => String(number) === ref))
      yield { kind: 'captured', exchange, format: FORMAT, about: post, posts: [] };
    else if (said !== undefined && /\bpost not found\b/i.test(said))
      yield { kind: 'absence', exchange, post, outcome: 'notFound', detail: said };
    else {
      const detail = said ?? `no such post in the answer (status ${exchange.status})`;
      yield { kind: 'absence', exchange, post, outcome: 'unreachable', detail };
    }
  }
}
