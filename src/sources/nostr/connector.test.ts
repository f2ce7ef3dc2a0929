/** Harvests from relays that behave, and from such that do not. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import {
  keyFor,
  startRelay,
  type RelayManners,
  type SignedEvent,
  type SmallRelay,
} from '../../../test/support/nostr-relay.js';
import { isOfPost, type Item } from '../../core/reading.js';
import type { Captured, Cursor, HarvestStep, SeedView } from '../harvest.js';
import { nostrConnectorWith } from './connector.js';
import { nostr } from './index.js';

const PATIENCE_MS = 300;
const NOW = 1_700_000_000;
const nour = keyFor('nour');
const other = keyFor('somebody else');
const connector = nostrConnectorWith(PATIENCE_MS);

let test: TestIo;
let relays: SmallRelay[];
let now: number;
beforeEach(() => {
  relays = [];
  now = NOW;
  test = openTestIo({ now: () => now * 1_000 });
});
afterEach(async () => {
  await test.close();
  for (const relay of relays) await relay.close();
});

async function relayWith(events: SignedEvent[], manners: RelayManners = {}): Promise<SmallRelay> {
  const relay = await startRelay([...events], manners);
  relays.push(relay);
  return relay;
}

function seedOf(...on: readonly { readonly url: string }[]): SeedView {
  const settings = { pubkey: nour.pubkey, relays: on.map(({ url }) => url) };
  return { uri: `nostr:${nour.npub}`, name: 'nour', settings, backfill: 10_000 };
}

const harvest = (seed: SeedView, since: Cursor | null = null): Promise<HarvestStep[]> =>
  stepsOf(connector.harvest(seed, since, test.io));

function lastOf(steps: readonly HarvestStep[]) {
  const last = steps.at(-1);
  if (last?.kind !== 'bookmark') throw new Error(`the last step is ${last?.kind}`);
  return last;
}
const gapsIn = (steps: readonly HarvestStep[]) => steps.filter((step) => step.kind === 'gap');
const capturesIn = (steps: readonly HarvestStep[]): Captured[] => steps.filter((step) => step.kind === 'captured');

async function readIn(steps: readonly HarvestStep[]): Promise<Item[]> {
  const all = await Promise.all(capturesIn(steps).map((step) => readingsOf(nostr, test, step)));
  return all.flat();
}
async function postsIn(steps: readonly HarvestStep[]): Promise<string[]> {
  const items = await readIn(steps);
  return items.flatMap((item) => (isOfPost(item) && item.outcome === 'present' ? item.post : [])).sort();
}
const urisOf = (events: readonly SignedEvent[]): string[] => events.map(({ id }) => `nostr:${id}`).sort();
const notes = (count: number, from = NOW - 1_000_000, step = 10): SignedEvent[] =>
  Array.from({ length: count }, (_, i) => nour.sign(from + i * step, `note ${i}`));

describe('a first harvest', () => {
  it('takes all that the relay has, as it came, and reads as an export does', async () => {
    const event = nour.sign(NOW - 500, 'Can anyone hear us?', 1, [['t', 'aleppo']]);
    const relay = await relayWith([event, other.sign(NOW - 400, 'not asked for')]);
    const steps = await harvest(seedOf(relay));
    const [captured] = capturesIn(steps);
    expect(test.body(captured!.exchange.digest).toString()).toBe(`["EVENT","q0",${JSON.stringify(event)}]\n`);
    expect(captured!.posts).toEqual([
      { post: `nostr:${event.id}`, ref: event.id, published: new Date((NOW - 500) * 1_000).toISOString() },
    ]);
    expect(await readIn(steps)).toMatchObject([
      {
        post: `nostr:${event.id}`,
        outcome: 'present',
        hand: 'first',
        content: { text: 'Can anyone hear us?', attributedTo: `nostr:${nour.npub}`, visibility: 'public' },
      },
    ]);
    expect(lastOf(steps)).toMatchObject({ reach: 'whole', backTo: { beginning: true } });
    expect(gapsIn(steps)).toEqual([]);
  });

  it('goes back page after page where a relay gives only so many', async () => {
    const events = notes(57);
    const relay = await relayWith(events, { cap: 10 });
    const steps = await harvest(seedOf(relay));
    expect(await postsIn(steps)).toEqual(urisOf(events));
    expect(gapsIn(steps)).toEqual([]);
    expect(lastOf(steps).backTo).toEqual({
      published: new Date(events[0]!.created_at * 1_000).toISOString(),
      beginning: true,
    });
    // Each page has its bookmark, so that a harvest which dies goes on there.
    expect(steps.filter(({ kind }) => kind === 'bookmark').length).toBeGreaterThan(5);
  });

  it('misses nothing where several events state one second', async () => {
    const events = [...notes(6, NOW - 900, 0), ...notes(6, NOW - 800, 0), ...notes(6, NOW - 700, 0)];
    const relay = await relayWith(events, { cap: 10 });
    const steps = await harvest(seedOf(relay));
    expect(await postsIn(steps)).toEqual(urisOf([...new Map(events.map((each) => [each.id, each])).values()]));
    expect(gapsIn(steps)).toEqual([]);
  });

  it('says so where one second holds more than the relay gives', async () => {
    const relay = await relayWith([...notes(15, NOW - 800, 0), ...notes(3, NOW - 2_000)], { cap: 10 });
    const steps = await harvest(seedOf(relay));
    expect(gapsIn(steps)).toMatchObject([{ reason: 'platform', detail: expect.stringContaining('of one second') }]);
    expect(lastOf(steps).backTo?.beginning).toBe(false);
  });

  it('goes back no further than was asked', async () => {
    const relay = await relayWith(notes(57, NOW - 1_000_000, 10_000), { cap: 10 });
    const steps = await harvest({ ...seedOf(relay), backfill: 25 });
    expect((await postsIn(steps)).length).toBeGreaterThanOrEqual(25);
    expect((await postsIn(steps)).length).toBeLessThan(40);
    expect(lastOf(steps)).toMatchObject({ reach: 'whole', backTo: { beginning: false } });
    expect(await postsIn(await harvest(seedOf(relay), lastOf(steps).cursor))).toEqual([]);
  });

  it('of an account that has written nothing is whole', async () => {
    const relay = await relayWith([]);
    const steps = await harvest(seedOf(relay));
    expect(steps).toHaveLength(1);
    expect(lastOf(steps)).toMatchObject({ reach: 'whole', backTo: { beginning: true } });
    // The answer that held nothing is kept as evidence.
    const kept = test.exchanges.flatMap(({ digest }) => (digest ? test.body(digest).toString() : []));
    expect(kept).toContain('["EOSE","q0"]\n');
    relay.events.push(nour.sign(NOW - 50, 'the first'));
    expect(await postsIn(await harvest(seedOf(relay), lastOf(steps).cursor))).toHaveLength(1);
  });

  it('asks in filters that relays take, with a cursor that fits', async () => {
    const relay = await relayWith(notes(30, NOW - 300, 1));
    const seed = seedOf(relay);
    const steps = await harvest(seed);
    for (const [, filter] of relay.questions) expect((filter!['kinds'] as number[]).length).toBeLessThanOrEqual(20);
    const asked = new Set(relay.questions.flatMap(([, filter]) => filter!['kinds'] as number[]));
    expect([0, 1, 5, 6, 30_023, 34_236].every((kind) => asked.has(kind))).toBe(true);
    expect([7, 4, 14, 1059].some((kind) => asked.has(kind))).toBe(false);
    expect(JSON.stringify(lastOf(steps).cursor).length * 4).toBeLessThan(4_096);
  });
});

describe('the next harvest', () => {
  it('takes only what is new, a little late even, and of a quiet account nothing', async () => {
    const relay = await relayWith(notes(12));
    const first = await harvest(seedOf(relay));
    const newest = relay.events.at(-1)!.created_at;
    const quiet = await harvest(seedOf(relay), lastOf(first).cursor);
    expect(quiet).toHaveLength(1);
    expect(lastOf(quiet)).not.toHaveProperty('backTo');
    const fresh = [nour.sign(newest + 5_000, 'new'), nour.sign(newest - 1_800, 'came late')];
    relay.events.push(...fresh);
    const next = await harvest(seedOf(relay), lastOf(quiet).cursor);
    expect(await postsIn(next)).toEqual(expect.arrayContaining(urisOf(fresh)));
    expect(lastOf(next).reach).toBe('whole');
    expect(relay.questions.some(([, filter]) => filter!['since'] === newest - 3_600)).toBe(true);
  });

  it('is not led past what comes by an event from the future', async () => {
    const relay = await relayWith([nour.sign(NOW + 10_000_000, 'tomorrow'), nour.sign(NOW - 10, 'today')]);
    const first = await harvest(seedOf(relay));
    now += 500;
    const event = nour.sign(now - 5, 'later today');
    relay.events.push(event);
    const next = await harvest(seedOf(relay), lastOf(first).cursor);
    expect(await postsIn(next)).toEqual(urisOf([event]));
  });

  it('goes on where a harvest died, and with what came meanwhile', async () => {
    const events = notes(100);
    const relay = await relayWith(events, { cap: 10 });
    const seen: HarvestStep[] = [];
    let bookmarks = 0;
    for await (const step of connector.harvest(seedOf(relay), null, test.io)) {
      seen.push(step);
      if (step.kind === 'bookmark' && ++bookmarks === 3) break;
    }
    expect((await postsIn(seen)).length).toBeLessThan(50);
    const later = notes(5, NOW - 50);
    relay.events.push(...later);
    const rest = await harvest(seedOf(relay), lastOf(seen).cursor);
    const all = new Set([...(await postsIn(seen)), ...(await postsIn(rest))]);
    expect([...all].sort()).toEqual(urisOf([...events, ...later]));
    expect(lastOf(rest).reach).toBe('whole');
  });

  it('asks for so many pages and no more, and the next one for the rest', async () => {
    const events = notes(110, NOW - 1_000_000, 5_000);
    const relay = await relayWith(events, { cap: 2 });
    let cursor: Cursor | null = null;
    const all: string[] = [];
    const reaches: string[] = [];
    for (let i = 0; i < 10 && reaches.at(-1) !== 'whole'; i++) {
      const steps = await harvest(seedOf(relay), cursor);
      all.push(...(await postsIn(steps)));
      cursor = lastOf(steps).cursor;
      reaches.push(lastOf(steps).reach);
    }
    expect(reaches.at(-1)).toBe('whole');
    expect(reaches.length).toBeGreaterThan(2);
    expect([...new Set(all)].sort()).toEqual(urisOf(events));
  });

  it('reads a cursor of any kind', async () => {
    const relay = await relayWith(notes(3));
    for (const cursor of ['x', 7, [], { [relay.url]: 'x' }, { [relay.url]: [{ newest: 'x', walk: [] }, null] }])
      expect(await postsIn(await harvest(seedOf(relay), cursor))).toHaveLength(3);
  });
});

describe('several relays', () => {
  it('tell together; each is a witness of its own', async () => {
    const shared = nour.sign(NOW - 50, 'everywhere');
    const a = await relayWith([shared, nour.sign(NOW - 40, 'here only')]);
    const b = await relayWith([shared, nour.sign(NOW - 30, 'there only')]);
    const steps = await harvest(seedOf(a, b));
    expect(await postsIn(steps)).toEqual(urisOf([shared, ...a.events.slice(1), ...b.events]));
    const hosts = capturesIn(steps).map(({ exchange }) => exchange.url);
    expect(new Set(hosts).size).toBe(2);
  });

  it('suffice where one is away: it is told, and asked from its own place the next time', async () => {
    const a = await relayWith(notes(3));
    const b = await relayWith([]);
    const first = await harvest(seedOf(a, b));
    const late = nour.sign(NOW - 500_000, 'b only');
    await b.close();
    a.events.push(nour.sign(NOW - 20, 'a only'));
    const second = await harvest(seedOf(a, b), lastOf(first).cursor);
    expect(lastOf(second).reach).toBe('whole');
    expect(test.warnings.join()).toContain(b.url.slice(5));
    const again = await startRelay([late], {});
    relays.push(again);
    // The same relay, back under another port.
    const cursor = JSON.parse(JSON.stringify(lastOf(second).cursor).replaceAll(b.url, again.url)) as Cursor;
    expect(await postsIn(await harvest(seedOf(a, again), cursor))).toContain(`nostr:${late.id}`);
  });

  it('fail together', async () => {
    const a = await relayWith([]);
    await a.close();
    await expect(harvest(seedOf(a))).rejects.toMatchObject({ problem: 'unreachable' });
  });
});

describe('a relay that', () => {
  it.each<[string, RelayManners, string]>([
    ['refuses', { closes: 'auth-required: who are you?' }, 'auth-required: who are you?'],
    ['says nothing more', { noEose: true }, 'EOSE'],
    ['answers with a notice alone', { noEose: true, says: '["NOTICE","too many kinds"]' }, 'too many kinds'],
    ['breaks off', { breaksAfter: 2 }, 'connection'],
  ])('%s keeps its place, and what came is kept', async (_what, manners, said) => {
    const relay = await relayWith(notes(5), manners);
    const steps: HarvestStep[] = [];
    const failing = (async () => {
      for await (const step of connector.harvest(seedOf(relay), null, test.io)) steps.push(step);
    })();
    await expect(failing).rejects.toThrow(said);
    expect(steps.filter(({ kind }) => kind !== 'captured')).toEqual([]);
    const good = await relayWith([nour.sign(NOW - 10, 'good')]);
    const both = await harvest(seedOf(relay, good));
    expect(lastOf(both).reach).toBe('whole');
    expect(test.warnings.join()).toContain(said);
    expect((lastOf(both).cursor as Record<string, unknown[]>)[relay.url]![0]).not.toHaveProperty('newest');
  });

  it('gives the same page again is left with a gap', async () => {
    const relay = await relayWith(notes(30), { cap: 10, ignoresUntil: true });
    const steps = await harvest(seedOf(relay));
    expect(gapsIn(steps)).toMatchObject([{ reason: 'platform', detail: expect.stringContaining('same page') }]);
    expect(relay.questions.length).toBeLessThan(6);
    // What was seen before is on that page: nothing is missing.
    relay.events.push(nour.sign(NOW - 999_700, 'new'));
    const next = await harvest(seedOf(relay), lastOf(steps).cursor);
    expect(gapsIn(next)).toEqual([]);
    expect(await postsIn(next)).toHaveLength(1);
  });

  it('knows no `since` hands out nothing twice', async () => {
    const relay = await relayWith(notes(30, NOW - 1_000_000, 10_000), { ignoresSince: true, cap: 10 });
    const first = await harvest(seedOf(relay));
    const next = await harvest(seedOf(relay), lastOf(first).cursor);
    expect(capturesIn(next)).toEqual([]);
    expect(gapsIn(next)).toEqual([]);
  });

  it('sends without end is stopped', async () => {
    const other20 = other.sign(NOW - 20, 'spam');
    const relay = await relayWith([], { floods: () => other20 });
    const steps = await harvest(seedOf(relay));
    expect(capturesIn(steps)).toEqual([]);
    expect(test.warnings.join()).toContain('not asked for');
  });

  it('sends forged words has them rejected, and is led nowhere by them', async () => {
    const real = nour.sign(NOW - 100, 'mine');
    const forged = { ...nour.sign(NOW - 50, 'mine too'), content: 'never said' };
    const stolen = { ...other.sign(NOW - 60, 'x'), pubkey: nour.pubkey };
    const relay = await relayWith([real, forged, stolen, { ...nour.sign(NOW - 10, 'unsigned'), sig: '' }]);
    const steps = await harvest(seedOf(relay));
    expect(
      (await readIn(steps)).map((item) => ('refused' in item ? item.refused : isOfPost(item) && item.post)),
    ).toEqual([expect.stringContaining('nostr:'), 'spoofed-identity', 'spoofed-identity', `nostr:${real.id}`]);
    expect(capturesIn(steps).flatMap(({ posts }) => posts.map(({ post }) => post))).toEqual([`nostr:${real.id}`]);
    const next = nour.sign(NOW - 90, 'real, and older than what was forged');
    relay.events.push(next);
    expect(await postsIn(await harvest(seedOf(relay), lastOf(steps).cursor))).toContain(`nostr:${next.id}`);
  });

  it.each<[string, string]>([
    ['no JSON', 'hello'],
    ['JSON of another kind', '{"a":1}'],
    ['an event that is none', '["EVENT","q0",7]'],
    ['an event without a time', `["EVENT","q0",{"id":"1","pubkey":"${nour.pubkey}","kind":1}]`],
    ['an answer to somebody else', '["CLOSED","z","gone"]'],
  ])('says %s is listened to no less', async (_what, says) => {
    const relay = await relayWith(notes(3), { says });
    expect(await postsIn(await harvest(seedOf(relay)))).toHaveLength(3);
  });
});

describe('deletions', () => {
  const outcomes = async (steps: readonly HarvestStep[]): Promise<Map<string, string[]>> => {
    const told = new Map<string, string[]>();
    for (const item of await readIn(steps))
      if (isOfPost(item)) told.set(item.post, [...(told.get(item.post) ?? []), item.outcome]);
    return told;
  };

  it('by the author of what was seen with its signature are deletions', async () => {
    const post = nour.sign(NOW - 100, 'regretted');
    const deletion = nour.sign(NOW - 50, 'sorry', 5, [['e', post.id]]);
    const relay = await relayWith([post, deletion]);
    const steps = await harvest(seedOf(relay));
    const told = await outcomes(steps);
    expect(told.get(`nostr:${post.id}`)).toEqual(['present', 'deleted']);
    expect(told.get(`nostr:${deletion.id}`)).toEqual(['present']);
    const about = capturesIn(steps).find((step) => step.about === `nostr:${post.id}`)!;
    expect((await readingsOf(nostr, test, about))[0]).toMatchObject({
      outcome: 'deleted',
      claimedFrom: { at: new Date((NOW - 50) * 1_000).toISOString().replace('.000Z', 'Z') },
    });
    // Seen after the words themselves: the end of a timeline is its end.
    expect(Date.parse(about.exchange.at)).toBeGreaterThanOrEqual(Date.parse(capturesIn(steps)[0]!.exchange.at));
  });

  it('are proven by a relay that does not obey', async () => {
    const post = nour.sign(NOW - 500_000, 'old');
    const a = await relayWith([post]);
    const b = await relayWith([]);
    const first = await harvest(seedOf(a, b));
    b.events.push(nour.sign(NOW - 5, '', 5, [['e', post.id]]));
    const told = await outcomes(await harvest(seedOf(a, b), lastOf(first).cursor));
    expect(told.get(`nostr:${post.id}`)).toEqual(['present', 'deleted']);
  });

  it('of what nobody shows any more are requests, and of what others wrote as well', async () => {
    const theirs = other.sign(NOW - 100, 'mine');
    const gone = nour.sign(NOW - 100, 'gone everywhere');
    const deletion = nour.sign(NOW - 50, '', 5, [
      ['e', theirs.id],
      ['e', gone.id],
    ]);
    const relay = await relayWith([theirs, deletion]);
    const told = await outcomes(await harvest(seedOf(relay)));
    expect([...told]).toEqual([[`nostr:${deletion.id}`, ['present']]]);
  });

  it('of an article end it, unless it was published anew since', async () => {
    const address = `30023:${nour.pubkey}:a`;
    const uri = `nostr:${address}`;
    const version = (time: number): SignedEvent => nour.sign(time, `at ${time}`, 30_023, [['d', 'a']]);
    const deletion = nour.sign(NOW - 50, '', 5, [['a', address]]);
    const told = async (...events: SignedEvent[]): Promise<string[] | undefined> =>
      (await outcomes(await harvest(seedOf(await relayWith(events))))).get(uri);
    expect(await told(deletion)).toEqual(['deleted']);
    expect(await told(deletion, version(NOW - 90))).toEqual(['present', 'deleted']);
    expect(await told(deletion, version(NOW - 20))).toEqual(['present']);
    // What was published anew came in an earlier harvest.
    const relay = await relayWith([version(NOW - 20)]);
    const first = await harvest(seedOf(relay));
    relay.events.push(deletion);
    const second = await outcomes(await harvest(seedOf(relay), lastOf(first).cursor));
    expect(second.get(uri)).toEqual(['present']);
  });

  it('of an article by another than its author are none', async () => {
    const uri = `nostr:30023:${other.pubkey}:a`;
    const deletion = nour.sign(NOW - 50, '', 5, [['a', `30023:${other.pubkey}:a`]]);
    const told = await outcomes(await harvest(seedOf(await relayWith([deletion]))));
    expect([...told.keys()]).toEqual([`nostr:${deletion.id}`]);
    const context = { about: uri, survey: undefined } as never;
    const [item] = nostr.normalise(Buffer.from(JSON.stringify(deletion)), context);
    expect(item).toMatchObject({ refused: 'no-identity' });
  });

  it('are told again by a harvest after one that died before it told them', async () => {
    const post = nour.sign(NOW - 90, 'regretted');
    const events = [...notes(30), post, nour.sign(NOW - 50, '', 5, [['e', post.id]])];
    const relay = await relayWith(events, { cap: 10 });
    const seen: HarvestStep[] = [];
    for await (const step of connector.harvest(seedOf(relay), null, test.io)) {
      seen.push(step);
      if (seen.length === 3) break;
    }
    // Nothing is covered yet.
    expect(seen.every(({ kind }) => kind === 'captured')).toBe(true);
    const told = await outcomes(await harvest(seedOf(relay)));
    expect(told.get(`nostr:${post.id}`)?.at(-1)).toBe('deleted');
  });
});

describe('the account', () => {
  it('that has a new name is told once', async () => {
    const relay = await relayWith([nour.sign(NOW - 100, '{"name":"nour"}', 0)]);
    const first = await harvest(seedOf(relay));
    expect(first.some(({ kind }) => kind === 'account')).toBe(false);
    relay.events.push(nour.sign(NOW - 10, '{"name":"Nour of Aleppo"}', 0));
    const next = await harvest(seedOf(relay), lastOf(first).cursor);
    expect(next).toContainEqual(expect.objectContaining({ kind: 'account', state: 'renamed', name: 'Nour of Aleppo' }));
  });

  it('without a relay is a matter of configuration', async () => {
    await expect(harvest({ ...seedOf(), settings: null })).rejects.toMatchObject({ fault: 'configuration' });
  });
});
