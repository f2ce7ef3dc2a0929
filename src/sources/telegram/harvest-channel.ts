/**
 * What is new in a channel: its newest page, and older ones down to what was known. Posts are numbered without repeats, so
 * that a page which holds the number after the last one known, or a smaller one, joins up with the last time.
 */
import type { Cursor, Exchange, Gap, HarvestIo, HarvestStep, SeedView, SeenPost } from '../harvest.js';
import { pageIn, type ChannelPage, type PageMessage } from './harvest-page.js';
import { cursorOf, placeOf, type Place, type Walk } from './harvest-place.js';
import { settingsOf } from './harvest-resolve.js';
import { belongsToAnother, hidden, taken } from './harvest-trouble.js';
import { channelMessageUri } from './uri.js';

export const FORMAT = 'telegram-tme';
/** Twenty posts each. What is left follows in the next harvest, at once. */
const PAGES_A_HARVEST = 50;
const PAGES_A_BOOKMARK = 10;

export async function* harvestChannel(
  seed: SeedView,
  since: Cursor | null,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const settings = settingsOf(seed.settings);
  if (!settings) return;
  const { name, channel } = settings;
  const place = placeOf(since);
  let { walk } = place;
  const resumed = walk !== undefined;
  let published: string | undefined;
  for (let pages = 1; ; pages++) {
    const before = walk?.before;
    const exchange = await io.request(`https://t.me/s/${name}${before === undefined ? '' : `?before=${before}`}`);
    const page = await pageIn(exchange, name);
    const { messages } = page;
    const trouble = troubleOf(exchange, name, channel, page, place, walk, pages);
    if (trouble) return void (yield trouble);

    if (messages.length > 0)
      yield { kind: 'captured', exchange, format: FORMAT, posts: messages.map((each) => seenOf(each, channel)) };
    // Whose page it is, its posts tell.
    if (before === undefined && page.channels.length > 0) yield { kind: 'profile', exchange, format: FORMAT };
    published = messages[0]?.published ?? published;
    const end = endOf(page, place.newest, walk, seed.backfill);
    walk = onwards(walk, page);
    if (end === 'stuck') yield gap('the channel’s pages do not go on: the same one came twice');
    if (end !== undefined) {
      const newest = Math.max(walk?.top ?? 0, place.newest ?? 0);
      const backTo = { beginning: end === 'beginning', ...(published !== undefined && { published }) };
      const isFirst = place.newest === undefined;
      const bottom = isFirst ? (end === 'enough' ? walk?.before : undefined) : place.bottom;
      const cursor = cursorOf({ newest, bottom, walk: undefined });
      // What came since a walk was broken off stands above it: the next harvest takes it, at once.
      const reach = resumed ? 'partial' : 'whole';
      return void (yield { kind: 'bookmark', cursor, reach, ...(isFirst && { backTo }) });
    }
    const last = pages >= PAGES_A_HARVEST;
    if (last || pages % PAGES_A_BOOKMARK === 0)
      yield { kind: 'bookmark', cursor: cursorOf({ ...place, walk }), reach: 'partial' };
    if (last) return;
  }
}

/** Why nothing of the page is taken. Without a bookmark the next harvest asks again from where this one stood. */
function troubleOf(
  exchange: Exchange,
  name: string,
  channel: string,
  page: ChannelPage,
  place: Place,
  walk: Walk | undefined,
  pages: number,
): HarvestStep | undefined {
  if (belongsToAnother(page, channel)) return taken(exchange, name);
  if (!page.isPreview)
    return pages === 1
      ? hidden(exchange, name, page)
      : gap(`page ${pages} of the channel is none: status ${exchange.status}`);
  if (page.numbers.length > 0 && page.channels.length === 0)
    return gap('the posts do not tell the number of their channel: they may be another’s');
  if (page.numbers.length > 0 || (place.newest ?? 0) === 0) return undefined;
  if (walk === undefined) return gap('the channel shows no post, and did before');
  if (!page.saysNone) return gap(`the page before post ${walk.before} is empty, above what was known`);
  return undefined;
}

function endOf(
  { messages, numbers }: ChannelPage,
  known: number | undefined,
  walk: Walk | undefined,
  backfill: number,
): 'joined' | 'beginning' | 'enough' | 'stuck' | undefined {
  if (numbers.length === 0) return 'beginning';
  const lowest = Math.min(...numbers);
  if (lowest <= 1) return 'beginning';
  if (known !== undefined && lowest <= known + 1) return 'joined';
  if (walk && lowest >= walk.before) return 'stuck';
  const count = (walk?.count ?? 0) + messages.length;
  return known === undefined && count >= backfill ? 'enough' : undefined;
}

function onwards(walk: Walk | undefined, { messages, numbers }: ChannelPage): Walk | undefined {
  if (numbers.length === 0) return walk;
  return {
    top: Math.max(walk?.top ?? 0, ...numbers),
    before: Math.min(walk?.before ?? Infinity, ...numbers),
    count: (walk?.count ?? 0) + messages.length,
  };
}

function seenOf({ number, published }: PageMessage, channel: string): SeenPost {
  const post = channelMessageUri(channel, String(number));
  return { post, ref: String(number), ...(published !== undefined && { published }) };
}

function gap(detail: string): Gap {
  return { kind: 'gap', reason: 'platform', detail };
}
