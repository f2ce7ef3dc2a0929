/**
 * What becomes of posts and accounts, seen through the whole product: `perdure up` follows by itself, the command and the
 * HTTP API say what it saw. A2 on a real server of the AT Protocol; S4 there and on a Mastodon server that is played.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActorHistory, PostHistory, SearchResult, Shown } from '../../src/read/index.js';
import { eventsOf } from '../support/event-stream.js';
import { startMastodon, type MastodonTape } from '../support/mastodon-tape.js';
import { pdsInstalled, startPds, type Pds, type PdsAccount } from '../support/pds.js';
import { JOURNEY_MS, startUp, statesOf, until, type Up } from '../support/up.js';

const installed = pdsInstalled();

/** A look at each post every two seconds, for longer than these journeys take. */
const SOON = Array.from({ length: 100 }, (_, n) => `${2 * (n + 1)}s`).join(',');

let pds: Pds | undefined;
let server: MastodonTape;
let up: Up;

beforeAll(async () => {
  [pds, server] = await Promise.all([installed ? startPds() : undefined, startMastodon()]);
  const hosts = { [server.host]: server.tape.url, ...(pds && { 'plc.directory': pds.plc }) };
  up = await startUp(hosts, { PERDURE_REVISIT: SOON, PERDURE_REVISIT_CONFIRM: '1s' });
}, JOURNEY_MS);
afterAll(async () => {
  await up?.close();
  await Promise.all([pds?.close(), server.close()]);
}, JOURNEY_MS);

const onPds = installed ? it : it.skip;

/** Nobody asks for it: the schedule of looks finds it. */
const seen = (post: string, state: string, count: number): Promise<PostHistory> =>
  until(`${post} to be seen ${state}`, async () => {
    const found = await up.history(post);
    return found.versions.length >= count && statesOf(found).at(-1) === state ? found : undefined;
  });

/** While a look is under way, it says so instead. */
const says = (pattern: RegExp, ...args: string[]): Promise<true> =>
  until(`perdure ${args.join(' ')} to say ${String(pattern)}`, async () =>
    pattern.test(await up.told(...args)) ? true : undefined,
  );

describe('A2', () => {
  onPds(
    'a post is edited twice, deleted, restored: five states in their order, and as of any time',
    async () => {
      const nour = await pds!.createAccount('nour');
      const uri = await nour.post('نحن محاصرون');
      await up.told('follow', nour.did, '--collection', 'aleppo');
      const events = eventsOf(`${up.url}/api/v1/events?collection=aleppo&after=0`, 5, { ms: JOURNEY_MS });

      await seen(uri, 'نحن محاصرون', 1);
      await nour.edit(uri, 'نحن محاصرون في حلب');
      await seen(uri, 'نحن محاصرون في حلب', 2);
      const between = new Date().toISOString();
      await nour.edit(uri, 'وداعا');
      await up.harvest(await up.seed(nour.did)); // its list shows an edit as well
      await seen(uri, 'وداعا', 3);
      await nour.delete(uri);
      await seen(uri, 'deleted', 4);
      const deletions = await until('a second look to confirm the deletion', async () => {
        const { observations } = await up.history(uri);
        const found = observations.filter(({ outcome }) => outcome === 'deleted');
        return found.length >= 2 ? found : undefined;
      });
      expect(new Set(deletions.map(({ capture }) => capture)).size).toBe(deletions.length);
      const gone = new Date().toISOString();
      await nour.edit(uri, 'وداعا'); // the same record under the same key: it is back
      await up.harvest(await up.seed(nour.did));
      const found = await seen(uri, 'وداعا', 5);

      const told = await up.json<PostHistory>('history', uri);
      expect(statesOf(told)).toEqual(['نحن محاصرون', 'نحن محاصرون في حلب', 'وداعا', 'deleted', 'وداعا']);
      expect(told.post.state).toBe('present');
      const times = told.versions.map(({ from }) => from!);
      expect(times.every((time, n) => n === 0 || times[n - 1]! < time)).toBe(true);
      expect(found.versions.map(({ from, outcome, snapshot }) => ({ from, outcome, snapshot }))).toEqual(
        told.versions.map(({ from, outcome, snapshot }) => ({ from, outcome, snapshot })),
      );

      const textAt = async (time: string): Promise<string | null | undefined> =>
        (await up.json<Shown>('show', uri, '--as-of', time)).version?.text;
      expect(await textAt(between)).toBe('نحن محاصرون في حلب');
      expect(await up.told('show', uri, '--as-of', gone)).toContain('deleted');
      expect((await events).map(({ event }) => event)).toEqual(['new', 'edited', 'edited', 'deleted', 'back']);
      expect((await up.json<SearchResult>('search', 'محاصرون', '--collection', 'aleppo')).total).toBe(1);
    },
    JOURNEY_MS,
  );
});

describe('S4', () => {
  it(
    'a renamed handle is the same actor with one more profile; suspended, none of its posts is called deleted',
    async () => {
      const posts = [server.post('one'), server.post('two')];
      await up.told('follow', '@nour@social.example', '--collection', 'renamed');
      server.rename('nour_aleppo');
      posts.push(server.post('under another name'));
      await up.harvest(await up.seed(server.actor));

      const actor = await up.json<ActorHistory>('history', server.actor);
      expect(actor.versions.map(({ content }) => content?.handle)).toEqual([
        'nour@social.example',
        'nour_aleppo@social.example',
      ]);
      expect((await up.json<ActorHistory>('history', '@nour_aleppo@social.example')).actor.uri).toBe(server.actor);
      const seed = await up.seed(server.actor);
      expect(seed).toMatchObject({ name: '@nour_aleppo@social.example', account: { state: 'renamed' } });
      expect(await up.told('seeds', '@nour_aleppo@social.example')).toContain('was nour@social.example');

      server.suspend();
      await up.harvest(seed);
      await says(/@nour_aleppo@social\.example.* suspended/, 'seeds');
      await eachIs('suspended', posts);
      expect((await up.coverage(seed)).intervals.at(-1)).toMatchObject({ kind: 'since', reason: 'outage' });
    },
    JOURNEY_MS,
  );

  onPds(
    'deactivated, none of its posts is called deleted; back again, they stand',
    async () => {
      const amal: PdsAccount = await pds!.createAccount('amal');
      const posts = [{ uri: await amal.post('first') }, { uri: await amal.post('second') }];
      await up.told('follow', amal.did, '--collection', 'deactivated');
      const seed = await up.seed(amal.did);
      await amal.deactivate();
      await up.harvest(seed);
      await says(/state +deactivated/, 'seeds', seed.id);
      await eachIs('deactivated', posts);
      await amal.activate();
      await up.harvest(seed);
      for (const { uri } of posts)
        expect(statesOf(await seen(uri, statesOf(await up.history(uri))[0]!, 3))).toHaveLength(3);
    },
    JOURNEY_MS,
  );

  async function eachIs(state: string, posts: readonly { readonly uri: string }[]): Promise<void> {
    for (const { uri } of posts) {
      const { observations } = await seen(uri, state, 2);
      expect(observations.map(({ outcome }) => outcome)).not.toContain('deleted');
    }
  }
});
