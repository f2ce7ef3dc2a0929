/** Following public channels by their pages at t.me. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  bookmark,
  captured,
  openTestIo,
  profilesOf,
  readingsOf,
  stepsOf,
  type TestIo,
} from '../../../test/support/harvest-io.js';
import { startTape, type Reply, type Tape, type TapeRequest } from '../../../test/support/tape-server.js';
import { isOfPost } from '../../core/reading.js';
import { NetworkError, type Bookmark, type Cursor, type HarvestStep, type SeedView } from '../harvest.js';
import { telegramConnector as connector } from './connector.js';
import { telegram } from './index.js';
import { channelMessageUri } from './uri.js';

const NAME = 'yasmina_test';
const CHANNEL = '999900000077';
const seed: SeedView = {
  uri: `https://t.me/c/${CHANNEL}`,
  name: `t.me/${NAME}`,
  settings: { name: NAME, channel: CHANNEL },
  backfill: 1_000,
};
let tape: Tape;
let test: TestIo;
beforeEach(async () => {
  tape = await startTape();
  test = openTestIo({ hosts: { 't.me': tape.url } });
});
afterEach(async () => {
  await test.close();
  await tape.close();
});

const html = (body: string): Reply => ({ headers: { 'content-type': 'text/html; charset=utf-8' }, body });
const view = (n: number, channel = CHANNEL): string =>
  Buffer.from(JSON.stringify({ c: -Number(channel), p: n, t: 1_481_720_000, h: 'x' })).toString('base64url');
const message = (n: number, channel = CHANNEL): string => `
<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message js-widget_message" data-post="${NAME}/${n}" data-view="${view(n, channel)}">
  <div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author"><a class="tgme_widget_message_owner_name" href="https://t.me/${NAME}"><span dir="auto">الياسمينة</span></a></div>
  <div class="tgme_widget_message_text js-message_text" dir="auto">منشور ${n}</div>
  <div class="tgme_widget_message_footer"><div class="tgme_widget_message_info"><span class="tgme_widget_message_meta"><a class="tgme_widget_message_date" href="https://t.me/${NAME}/${n}"><time datetime="2016-12-13T10:00:00+00:00" class="time">10:00</time></a></span></div></div>
  </div></div></div>`;
const preview = (messages: string): Reply =>
  html(
    `<html><body><main class="tgme_main"><section class="tgme_channel_history js-message_history">${messages}</section></main></body></html>`,
  );
const pages =
  (ns: readonly number[], channel = CHANNEL) =>
  ({ query }: TapeRequest): Reply => {
    const before = Number(query.get('before') ?? Infinity);
    const page = ns.filter((n) => n < before).slice(-20);
    return preview(page.map((n) => message(n, channel)).join(''));
  };
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const harvest = (since: Cursor | null = null): Promise<HarvestStep[]> =>
  stepsOf(connector.harvest(seed, since, test.io));

const html200 = (words: string): Reply => html(`<html><body>${words}</body></html>`);
const card = (title: string): Reply => html200(`<div class="tgme_page">${title}</div>`);

describe('a channel', () => {
  it('is known by its number, found by its name', async () => {
    tape.on(`GET /s/${NAME}`, pages([1, 2]));
    expect(await connector.resolve(`https://t.me/${NAME}`, test.io)).toEqual({
      uri: seed.uri,
      name: seed.name,
      settings: seed.settings,
    });
    expect(connector.claims(`https://t.me/${NAME}/12`)).toBe(0);
    expect(connector.claims('https://t.me/joinchat/abc')).toBe(0);
  });

  it('cannot be followed without a preview, and the message says why', async () => {
    tape.on(`GET /s/${NAME}`, html('<html><div class="tgme_page">a person</div></html>'));
    await expect(connector.resolve(`t.me/${NAME}`, test.io)).rejects.toThrow('no public channel');
  });
});

describe('a harvest', () => {
  it('hands over what the channel says of itself, where its posts tell whose page it is', async () => {
    const header = `<div class="tgme_channel_info"><div class="tgme_channel_info_header_title">الياسمينة</div></div>`;
    const page = (messages: string): Reply =>
      html(`<section class="tgme_channel_history">${messages}</section>${header}`);
    const profiles = () => profilesOf(telegram, test, seed.uri, connector.harvest(seed, null, test.io));
    tape.on(`GET /s/${NAME}`, page(message(1)));
    expect(await profiles()).toEqual([{ actor: seed.uri, hand: 'first', profile: { name: 'الياسمينة', summary: '' } }]);
    tape.on(`GET /s/${NAME}`, page(message(1, '4242')));
    expect(await profiles()).toEqual([]);
  });

  it('goes back page by page, and next time to what was known', async () => {
    tape.on(`GET /s/${NAME}`, pages(range(1, 50)));
    const first = await harvest();
    expect(captured(first)).toHaveLength(3);
    const read = await readingsOf(telegram, test, captured(first)[0]!);
    expect(read.map((each) => isOfPost(each) && each.content?.text)).toContain('منشور 50');
    expect(bookmark(first)).toMatchObject({ cursor: { newest: 50 }, reach: 'whole', backTo: { beginning: true } });
    tape.on(`GET /s/${NAME}`, pages(range(1, 53)));
    expect((await harvest(bookmark(first).cursor)).map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
  });

  it('goes further back from where it ended, and knows afterwards what it knew', async () => {
    tape.on(`GET /s/${NAME}`, pages(range(1, 130)));
    const numbers = (steps: readonly HarvestStep[]) =>
      captured(steps)
        .flatMap(({ posts }) => posts.map(({ ref }) => Number(ref)))
        .sort((a, b) => a - b);
    const first = await stepsOf(connector.harvest({ ...seed, backfill: 40 }, null, test.io));
    expect(numbers(first)).toEqual(range(91, 130));
    const start = connector.deeper!(bookmark(first).cursor, { had: 40, wanted: 80 })!;
    const more = await stepsOf(connector.harvest({ ...seed, backfill: 80 }, start, test.io));
    expect(numbers(more)).toEqual(range(51, 90));
    expect(bookmark(more)).toMatchObject({ cursor: { newest: 130, bottom: 51 }, reach: 'partial' });
    expect(numbers(await harvest(bookmark(more).cursor))).toEqual(range(111, 130));
    const rest = connector.deeper!(bookmark(more).cursor, { had: 80, wanted: 900 })!;
    const last = await stepsOf(connector.harvest({ ...seed, backfill: 900 }, rest, test.io));
    expect(numbers(last)).toEqual(range(1, 50));
    expect(connector.deeper!(bookmark(last).cursor, { had: 900, wanted: 1_000 })).toBeUndefined();
  });

  it('joins up over posts that were deleted meanwhile', async () => {
    tape.on(`GET /s/${NAME}`, pages([...range(1, 20), ...range(60, 90)]));
    const steps = await harvest({ newest: 40 });
    expect(steps.map(({ kind }) => kind)).toEqual(['captured', 'captured', 'bookmark']);
  });

  it('keeps its place where nothing is shown', async () => {
    tape.on(`GET /s/${NAME}`, preview(''));
    expect(await harvest({ newest: 40 })).toMatchObject([{ kind: 'gap', reason: 'platform' }]);
    tape.on(`GET /s/${NAME}`, html('<html><div class="tgme_page"></div></html>'));
    expect(await harvest({ newest: 40 })).toMatchObject([{ kind: 'account' }]);
  });

  it('never mixes in another channel that has taken the name', async () => {
    tape.on(`GET /s/${NAME}`, pages([1, 2], '111100000000'));
    expect(await harvest({ newest: 40 })).toMatchObject([{ kind: 'account', state: 'notFound' }]);
  });

  it('stops where the pages do not go on', async () => {
    tape.on(`GET /s/${NAME}`, () =>
      preview(
        range(60, 79)
          .map((n) => message(n))
          .join(''),
      ),
    );
    const steps = await harvest({ newest: 3 });
    expect(steps.filter(({ kind }) => kind === 'gap')).toHaveLength(1);
    expect(tape.requests.length).toBeLessThan(4);
  });
});

describe('a harvest that is long', () => {
  const all = async (since: Cursor | null): Promise<HarvestStep[]> => {
    const steps = await harvest(since);
    const last = bookmark(steps);
    return last.reach === 'whole' ? steps : [...steps, ...(await all(last.cursor))];
  };
  const taken = (steps: readonly HarvestStep[]): Set<string> =>
    new Set(captured(steps).flatMap(({ posts }) => posts.map(({ ref }) => ref)));

  it('goes on in the next one, and misses nothing that comes meanwhile', async () => {
    tape.on(`GET /s/${NAME}`, pages(range(1, 3_000)));
    const first = await harvest({ newest: 10 });
    expect(bookmark(first)).toMatchObject({ reach: 'partial', cursor: { newest: 10 } });
    expect(first.some(({ kind }) => kind === 'gap')).toBe(false);
    tape.on(`GET /s/${NAME}`, pages(range(1, 3_030)));
    const rest = await all(bookmark(first).cursor);
    expect(rest.find((step) => step.kind === 'bookmark' && step.reach === 'whole')).toBe(bookmark(rest));
    expect(bookmark(rest).cursor).toEqual({ newest: 3_030 });
    const seen = taken([...first, ...rest]);
    expect(range(11, 3_030).filter((n) => !seen.has(String(n)))).toEqual([]);
  });

  it('keeps its place where it ends before its time', async () => {
    let asked = 0;
    const whole = pages(range(1, 2_000));
    tape.on(`GET /s/${NAME}`, (request) => (++asked > 25 ? html200('<div class="tgme_page"></div>') : whole(request)));
    const first = await harvest({ newest: 10 });
    expect(first.at(-1)).toMatchObject({ kind: 'gap', reason: 'platform' });
    const place = first.findLast(({ kind }) => kind === 'bookmark') as Bookmark;
    tape.on(`GET /s/${NAME}`, whole);
    tape.requests.length = 0;
    const rest = await all(place.cursor);
    expect(taken([...first, ...rest]).size).toBeGreaterThanOrEqual(1_990);
    expect(tape.requests.length).toBeLessThan(85);
  });

  it('is not whole before it has looked at the top again', async () => {
    tape.on(`GET /s/${NAME}`, pages(range(1, 130)));
    const steps = await harvest({ newest: 10, walk: { top: 100, before: 31, count: 70 } });
    expect(bookmark(steps)).toMatchObject({ reach: 'partial', cursor: { newest: 100 } });
    expect(bookmark(await harvest(bookmark(steps).cursor))).toMatchObject({ reach: 'whole', cursor: { newest: 130 } });
  });

  it('takes an empty page above what was known for no end, unless Telegram says that there are no posts', async () => {
    const whole = pages(range(60, 79));
    tape.on(`GET /s/${NAME}`, (request) => (request.query.has('before') ? preview('') : whole(request)));
    const steps = await harvest({ newest: 40 });
    expect(steps.map(({ kind }) => kind)).toEqual(['captured', 'gap']);
    const none = '<div class="tme_no_messages_found">No posts found</div>';
    tape.on(`GET /s/${NAME}`, (request) => (request.query.has('before') ? preview(none) : whole(request)));
    expect((await harvest({ newest: 40 })).map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
  });

  it('passes over a page of nothing but Telegram’s own notes', async () => {
    const note = (n: number): string =>
      message(n).replace('js-widget_message" data-post', 'service_message js-widget_message" data-post');
    const notes = range(41, 60).map(note).join('');
    const older = pages(range(1, 40));
    tape.on(`GET /s/${NAME}`, (request) => (request.query.has('before') ? older(request) : preview(notes)));
    const steps = await harvest({ newest: 35 });
    expect(steps.map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
    expect(bookmark(steps).cursor).toEqual({ newest: 60 });
  });

  it('goes back as far as was asked, and says so at the end alone', async () => {
    tape.on(`GET /s/${NAME}`, pages(range(1, 5_000)));
    const steps = await all(null);
    expect(taken(steps).size).toBe(1_000);
    expect(bookmark(steps)).toMatchObject({ cursor: { newest: 5_000 }, backTo: { beginning: false } });
    expect(steps.some(({ kind }) => kind === 'gap')).toBe(false);
  });
});

describe('what is no preview', () => {
  it('is no word on the account where it is no page of t.me', async () => {
    tape.on(`GET /s/${NAME}`, html200('Log in to the hotel’s network'));
    await expect(harvest({ newest: 40 })).rejects.toThrow(NetworkError);
  });

  it('is told from a name that t.me does not know', async () => {
    tape.on(`GET /s/${NAME}`, card('<div class="tgme_page_title"><span>الياسمينة</span></div>'));
    expect(await harvest({ newest: 40 })).toMatchObject([
      { state: 'forbidden', detail: expect.stringContaining('الياسمينة') },
    ]);
    tape.on(`GET /s/${NAME}`, card('<div class="tgme_page_description">contact right away</div>'));
    expect(await harvest({ newest: 40 })).toMatchObject([{ kind: 'account', state: 'notFound' }]);
  });

  it('takes no posts that do not tell whose they are', async () => {
    tape.on(`GET /s/${NAME}`, preview(message(41).replace(/ data-view="[^"]*"/, '')));
    expect(await harvest({ newest: 40 })).toMatchObject([{ kind: 'gap', reason: 'platform' }]);
  });

  it('takes no posts of a page that holds another channel’s too', async () => {
    tape.on(`GET /s/${NAME}`, preview(message(41) + message(42, '111100000000')));
    expect(await harvest({ newest: 40 })).toMatchObject([{ kind: 'account', state: 'notFound' }]);
  });

  it('ends where Telegram says that there are no posts', async () => {
    const none =
      '<div class="tgme_widget_message_centered"><div class="tme_no_messages_found">No posts found</div></div>';
    tape.on(`GET /s/${NAME}`, ({ query }) => preview(query.has('before') ? none : message(7)));
    expect(bookmark(await harvest())).toMatchObject({ cursor: { newest: 7 }, backTo: { beginning: true } });
  });
});

describe('a look', () => {
  const frame = (body: string): Reply => html(`<html><body class="tgme_widget">${body}</body></html>`);
  const look = (...ns: number[]): Promise<HarvestStep[]> =>
    stepsOf(
      connector.look!(
        seed,
        ns.map((n) => ({ post: channelMessageUri(CHANNEL, String(n)), ref: String(n) })),
        test.io,
      ),
    );

  it('says so, and ends, where the name belongs to another channel', async () => {
    tape.on(`GET /${NAME}/7`, frame(message(7, '111100000000')));
    expect(await look(7, 8)).toMatchObject([{ kind: 'account', state: 'notFound' }]);
    expect(tape.requests).toHaveLength(1);
  });

  it('does not take words on the channel for words on the post', async () => {
    tape.on(`GET /${NAME}/7`, frame('<div class="tgme_widget_message_error">Channel with username @x not found</div>'));
    expect(await look(7)).toMatchObject([{ outcome: 'unreachable', detail: expect.stringContaining('@x') }]);
  });

  it('sees an edit', async () => {
    const edited = message(7)
      .replace('<a class="tgme_widget_message_date"', 'edited &nbsp;$&')
      .replace('منشور 7', 'تصحيح');
    tape.on(`GET /${NAME}/7`, frame(edited));
    const read = await readingsOf(telegram, test, captured(await look(7))[0]!);
    expect(read).toMatchObject([
      { post: channelMessageUri(CHANNEL, '7'), content: { text: 'تصحيح', extra: { edited: true } } },
    ]);
  });
});

it('looks at a post in its frame; not found is not deleted', async () => {
  tape.on(
    `GET /${NAME}/7`,
    html(`<html><body class="tgme_widget">${message(7).replace(/ data-view="[^"]*"/, '')}</body></html>`),
  );
  tape.on(
    `GET /${NAME}/8`,
    html('<html><body class="tgme_widget"><div class="tgme_widget_message_error">Post not found</div></body></html>'),
  );
  const posts = [7, 8].map((n) => ({ post: channelMessageUri(CHANNEL, String(n)), ref: String(n) }));
  const steps = await stepsOf(connector.look!(seed, posts, test.io));
  expect(await readingsOf(telegram, test, captured(steps)[0]!)).toMatchObject([{ post: posts[0]!.post }]);
  expect(steps[1]).toMatchObject({ kind: 'absence', outcome: 'notFound', post: posts[1]!.post });
});
