/** Looks at known posts, and what is said of those that no relay gives. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import { keyFor, startRelay, type SignedEvent, type SmallRelay } from '../../../test/support/nostr-relay.js';
import { isOfPost, isRefused } from '../../core/reading.js';
import { postUri } from '../../core/uri.js';
import type { HarvestStep, PostToSee, SeedView } from '../harvest.js';
import { nostrConnectorWith } from './connector.js';
import { nostr } from './index.js';

const NOW = 1_700_000_000;
const nour = keyFor('nour');
const other = keyFor('somebody else');
const connector = nostrConnectorWith(300);

let test: TestIo;
let a: SmallRelay;
let b: SmallRelay;
beforeEach(async () => {
  test = openTestIo({ now: () => NOW * 1_000 });
  [a, b] = [await startRelay(), await startRelay()];
});
afterEach(async () => {
  await test.close();
  await Promise.all([a.close(), b.close()]);
});

const toSee = (event: SignedEvent): PostToSee => ({ post: postUri(`nostr:${event.id}`), ref: event.id });
const ARTICLE = `30023:${nour.pubkey}:on water`;
const article: PostToSee = { post: postUri(`nostr:30023:${nour.pubkey}:on%20water`), ref: ARTICLE };
const version = (time: number): SignedEvent => nour.sign(time, `at ${time}`, 30_023, [['d', 'on water']]);

function look(...posts: PostToSee[]): Promise<HarvestStep[]> {
  const settings = { pubkey: nour.pubkey, relays: [a.url, b.url] };
  const seed: SeedView = { uri: `nostr:${nour.npub}`, name: 'nour', settings, backfill: 100 };
  return stepsOf(connector.look!(seed, posts, test.io));
}

async function told(steps: readonly HarvestStep[]): Promise<string[]> {
  const all: string[] = [];
  for (const step of steps) {
    if (step.kind === 'absence') all.push(`${step.outcome} ${step.post}`);
    if (step.kind !== 'captured') continue;
    for (const item of await readingsOf(nostr, test, step))
      all.push(isOfPost(item) ? `${item.outcome} ${item.post}` : isRefused(item) ? item.refused : item.actor);
  }
  return all;
}

describe('a post', () => {
  const post = nour.sign(NOW - 500, 'Can anyone hear us?');

  it('that a relay gives is there', async () => {
    b.events.push(post);
    expect(await told(await look(toSee(post)))).toEqual([`present nostr:${post.id}`]);
  });

  it('that no relay gives is left out, and nothing more is said', async () => {
    const steps = await look(toSee(post));
    expect(steps).toMatchObject([{ kind: 'absence', outcome: 'omitted', post: `nostr:${post.id}` }]);
    const [absence] = steps;
    if (absence?.kind !== 'absence') throw new Error('no absence');
    expect(absence.detail).toBe(`not given by ${a.url}, ${b.url}`);
    expect(test.body(absence.exchange.digest).toString()).toBe('["EOSE","q0"]\n');
  });

  it('that the author deleted is deleted, though a relay still gives it', async () => {
    a.events.push(nour.sign(NOW - 50, '', 5, [['e', post.id]]));
    b.events.push(post);
    expect(await told(await look(toSee(post)))).toEqual([`deleted nostr:${post.id}`]);
  });

  it.each<[string, SignedEvent]>([
    ['another', other.sign(NOW - 50, '', 5, [['e', post.id]])],
    ['a forger', { ...other.sign(NOW - 50, '', 5, [['e', post.id]]), pubkey: nour.pubkey }],
  ])('that %s wants deleted is not', async (_who, deletion) => {
    a.events.push(deletion, post);
    expect(await told(await look(toSee(post)))).toEqual([`present nostr:${post.id}`]);
  });

  it('that is given forged is not there', async () => {
    a.events.push({ ...post, sig: '0'.repeat(128) });
    expect(await told(await look(toSee(post)))).toEqual([`omitted nostr:${post.id}`]);
  });

  it('among many is asked for in portions', async () => {
    const posts = Array.from({ length: 120 }, (_, i) => nour.sign(NOW - i, `note ${i}`));
    a.events.push(...posts.slice(1));
    const found = await told(await look(...posts.map(toSee)));
    expect(found.filter((each) => each.startsWith('present'))).toHaveLength(119);
    expect(found.filter((each) => each.startsWith('omitted'))).toEqual([`omitted nostr:${posts[0]!.id}`]);
    for (const [, ...filters] of a.questions)
      for (const { ids } of filters) expect(((ids ?? []) as string[]).length).toBeLessThanOrEqual(50);
  });
});

describe('an article', () => {
  it('is asked for by its address, with the URI that an export gives', async () => {
    a.events.push(version(NOW - 100));
    expect(await told(await look(article))).toEqual([`present ${article.post}`]);
  });

  it('that was deleted is', async () => {
    a.events.push(version(NOW - 100), nour.sign(NOW - 50, '', 5, [['a', ARTICLE]]));
    expect(await told(await look(article))).toEqual([`deleted ${article.post}`]);
  });

  it('that was deleted and published anew stands', async () => {
    a.events.push(nour.sign(NOW - 50, '', 5, [['a', ARTICLE]]));
    b.events.push(version(NOW - 20));
    expect(await told(await look(article))).toEqual([`present ${article.post}`]);
  });
});

describe('relays', () => {
  const post = nour.sign(NOW - 500, 'still here');

  it('that do not answer are named', async () => {
    a.manners.closes = 'restricted: members only';
    const [absence] = await look(toSee(post));
    expect(absence).toMatchObject({ detail: `not given by ${b.url}; no answer from ${a.url}` });
  });

  it('of which none answers say nothing of any post', async () => {
    a.manners.closes = b.manners.closes = 'restricted: members only';
    await expect(look(toSee(post))).rejects.toThrow('members only');
    await Promise.all([a.close(), b.close()]);
    await expect(look(toSee(post))).rejects.toMatchObject({ problem: 'unreachable' });
    [a, b] = [await startRelay(), await startRelay()];
  });
});
