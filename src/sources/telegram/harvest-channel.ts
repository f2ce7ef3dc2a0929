/**
 * What is new in a channel: its newest page, and older ones down to what was known. Posts are numbered without repeats, so
 * that a page which holds a number that was known, or a smaller one, joins up with the last time.
 */
import type { Cursor, Exchange, HarvestIo, HarvestStep, SeedView, SeenPost } from '../harvest.js';
import { asNumber, asObject } from '../shared/json.js';
import { pageIn, type PageMessage } from './harvest-page.js';
import { settingsOf } from './harvest-resolve.js';
import { channelMessageUri } from './uri.js';

const FORMAT = 'telegram-tme';
const MOST_PAGES = 200;

export async function* harvestChannel(
  seed: SeedView,
  since: Cursor | null,
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const settings = settingsOf(seed.settings);
  if (!settings) return;
  const { name, channel } = settings;
  const known = asNumber(asObject(since)?.['newest']);
  let newest = known ?? 0;
  let before: number | undefined;
  let count = 0;
  let oldest: PageMessage | undefined;
  let beginning = false;
  for (let pages = 1; ; pages++) {
    const exchange = await io.request(`https://t.me/s/${name}${before === undefined ? '' : `?before=${before}`}`);
    const page = await pageIn(exchange, name);
    if (!page?.isPreview || (page.channel !== undefined && page.channel !== channel)) {
      if (pages === 1) yield trouble(exchange, name, page?.isPreview === true);
      else yield gap(`page ${pages} of the channel was none: status ${exchange.status}`);
      return;
    }
    const { messages } = page;
    const [first] = messages;
    if (!first) {
      // The newest page of a channel that had posts: nothing is shown, nothing is known.
      if (pages === 1 && known !== undefined) {
        yield gap('the channel shows no post, and did before');
        return;
      }
      beginning = true;
      break;
    }
    yield { kind: 'captured', exchange, format: FORMAT, posts: messages.map((each) => seenOf(each, channel)) };
    count += messages.length;
    newest = Math.max(newest, ...messages.map(({ number }) => number));
    const lowest = Math.min(...messages.map(({ number }) => number));
    oldest = first;
    if (lowest <= (known ?? 1) || (known === undefined && count >= seed.backfill)) {
      beginning = lowest <= 1;
      break;
    }
    if (before !== undefined && lowest >= before) {
      yield gap('the channel’s pages do not go on: the same one came twice');
      break;
    }
    if (pages >= MOST_PAGES) {
      yield { kind: 'gap', reason: 'ceiling', detail: `more than ${MOST_PAGES} pages are new` };
      break;
    }
    before = lowest;
  }
  const published = oldest?.published;
  yield {
    kind: 'bookmark',
    cursor: { newest },
    reach: 'whole',
    ...(since === null && { backTo: { beginning, ...(published !== undefined && { published }) } }),
  };
}

function seenOf({ number, published }: PageMessage, channel: string): SeenPost {
  const post = channelMessageUri(channel, String(number));
  return { post, ref: String(number), ...(published !== undefined && { published }) };
}

const gap = (detail: string): HarvestStep => ({ kind: 'gap', reason: 'platform', detail });

function trouble(exchange: Exchange, name: string, isPreview: boolean): HarvestStep {
  if (isPreview)
    return { kind: 'account', exchange, state: 'notFound', detail: `the name ${name} belongs to another channel now` };
  const detail = `t.me shows no preview of ${name} (status ${exchange.status}): renamed, closed, or its owner allows none`;
  return { kind: 'account', exchange, state: exchange.status === 404 ? 'notFound' : 'forbidden', detail };
}
