/** Following public channels by their pages at t.me. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import { startTape, type Reply, type Tape, type TapeRequest } from '../../../test/support/tape-server.js';
import { isRefused } from '../../core/reading.js';
import type { Bookmark, Captured, Cursor, HarvestStep, SeedView } from '../harvest.js';
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
const captured = (steps: readonly HarvestStep[]): Captured[] =>
  steps.filter((step): step is Captured => step.kind === 'captured');
const harvest = (since: Cursor | null = null): Promise<HarvestStep[]> =>
  stepsOf(connector.harvest(seed, since, test.io));
const bookmark = (steps: readonly HarvestStep[]): Bookmark => steps.at(-1) as Bookmark;

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
  it('goes back page by page, and next time to what was known', async () => {
    tape.on(`GET /s/${NAME}`, pages(range(1, 50)));
    const first = await harvest();
    expect(captured(first)).toHaveLength(3);
    const read = await readingsOf(telegram, test, captured(first)[0]!);
    expect(read.map((each) => !isRefused(each) && each.content?.text)).toContain('منشور 50');
    expect(bookmark(first)).toMatchObject({ cursor: { newest: 50 }, reach: 'whole', backTo: { beginning: true } });
    tape.on(`GET /s/${NAME}`, pages(range(1, 53)));
    expect((await harvest(bookmark(first).cursor)).map(({ kind }) => kind)).toEqual(['captured', 'bookmark']);
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
    expect(await harvest({ newest: 40 })).toMatchObject([{ kind: 'account', state: 'forbidden' }]);
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
