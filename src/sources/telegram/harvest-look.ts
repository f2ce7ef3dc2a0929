/** Looks at known posts, each in the frame that other sites embed. "Post not found" is all that Telegram says of any absence. */
import type { HarvestIo, HarvestStep, PostToSee, SeedView } from '../harvest.js';
import { pageIn } from './harvest-page.js';
import { settingsOf } from './harvest-resolve.js';

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
    const shown = page?.messages.some(({ number }) => String(number) === ref);
    // The name may have passed to another channel meanwhile: its posts are not these.
    if (shown && (page?.channel === undefined || page.channel === channel))
      yield { kind: 'captured', exchange, format: 'telegram-tme', about: post, posts: [] };
    else if (page?.error !== undefined && /not found/i.test(page.error))
      yield { kind: 'absence', exchange, post, outcome: 'notFound', detail: page.error.slice(0, 120) };
    else
      yield {
        kind: 'absence',
        exchange,
        post,
        outcome: 'unreachable',
        detail: `no such post in the answer (status ${exchange.status})`,
      };
  }
}
