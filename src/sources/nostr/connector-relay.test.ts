/** The life of an account on a real relay: posts, pages, an edit, a deletion that the relay obeys. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import {
  keyFor,
  relayInstalled,
  startRealRelay,
  startRelay,
  type RealRelay,
  type SignedEvent,
} from '../../../test/support/nostr-relay.js';
import { isRefused, type Reading } from '../../core/reading.js';
import type { Cursor, HarvestStep, PostToSee } from '../harvest.js';
import { nostrConnector } from './connector.js';
import { nostr } from './index.js';

const onRelay = relayInstalled() ? describe : describe.skip;
const NOW = Math.floor(Date.now() / 1_000);

onRelay('a real relay (test/servers/nostr)', () => {
  const nour = keyFor('nour');
  let relay: RealRelay;
  let test: TestIo;
  // 20 events for one question.
  beforeAll(async () => void (relay = await startRealRelay(2)));
  afterAll(() => relay.close());
  beforeEach(() => void (test = openTestIo()));
  afterEach(() => test.close());

  const read = async (steps: readonly HarvestStep[]): Promise<Reading[]> => {
    const captured = steps.filter((step) => step.kind === 'captured');
    const items = await Promise.all(captured.map((step) => readingsOf(nostr, test, step)));
    return items.flat().filter((item): item is Reading => !isRefused(item));
  };
  const uriOf = ({ id }: SignedEvent): string => `nostr:${id}`;

  it('is followed from the first post to a deletion', async () => {
    const posts = Array.from({ length: 70 }, (_, i) => nour.sign(NOW - 700_000 + i * 9_000, `note ${i}`));
    const version = (time: number): SignedEvent =>
      nour.sign(time, `as of ${time}`, 30_023, [
        ['d', 'water'],
        ['title', 'On water'],
      ]);
    await relay.publish(nour.sign(NOW - 600_000, '{"name":"nour"}', 0), ...posts, version(NOW - 500_000));

    const seed = await nostrConnector.resolve(`${nour.npub} ${relay.url}`, test.io);
    expect(seed).toMatchObject({ uri: `nostr:${nour.npub}`, name: 'nour' });
    const view = { ...seed!, backfill: 10_000 };
    const harvest = (since: Cursor | null): Promise<HarvestStep[]> =>
      stepsOf(nostrConnector.harvest(view, since, test.io));

    const first = await harvest(null);
    expect(first.filter(({ kind }) => kind === 'gap')).toEqual([]);
    const texts = new Set((await read(first)).flatMap(({ content }) => content?.text ?? []));
    expect(posts.every(({ content }) => texts.has(content))).toBe(true);
    const bookmark = first.at(-1);
    if (bookmark?.kind !== 'bookmark') throw new Error('no bookmark at the end');
    expect(bookmark).toMatchObject({ reach: 'whole', backTo: { beginning: true } });

    const edited = version(NOW - 20);
    await relay.publish(edited);
    const second = await harvest(bookmark.cursor);
    expect((await read(second)).map(({ post, edition }) => [post, edition])).toEqual([
      [`nostr:30023:${nour.pubkey}:water`, NOW - 20],
    ]);

    // This relay obeys, and forgets that it was asked to: the post is gone, and it does not say why.
    const regretted = posts[69]!;
    const deletion = nour.sign(NOW - 10, 'sorry', 5, [['e', regretted.id]]);
    await relay.publish(deletion);
    const toSee = [regretted, posts[3]!].map((event): PostToSee => ({
      post: uriOf(event) as PostToSee['post'],
      ref: event.id,
    }));
    const looked = await stepsOf(nostrConnector.look!(view, toSee, test.io));
    expect((await read(looked)).map(({ post, outcome }) => [post, outcome])).toEqual([[uriOf(posts[3]!), 'present']]);
    expect(looked).toContainEqual(
      expect.objectContaining({ kind: 'absence', post: uriOf(regretted), outcome: 'omitted' }),
    );

    // Another keeps the deletion: it is the author's word, signed.
    const keeper = await startRelay([deletion]);
    const both = { ...view, settings: { pubkey: nour.pubkey, relays: [relay.url, keeper.url] } };
    const again = await read(await stepsOf(nostrConnector.look!(both, toSee, test.io)));
    await keeper.close();
    expect(again.map(({ post, outcome }) => [post, outcome])).toEqual([
      [uriOf(posts[3]!), 'present'],
      [uriOf(regretted), 'deleted'],
    ]);
    expect(test.warnings).toEqual([]);
  });

  it('takes no word that is not signed', async () => {
    const forged = { ...nour.sign(NOW - 5, 'mine'), content: 'never said' };
    await expect(relay.publish(forged)).rejects.toThrow('the relay says');
  });
});
