/** What becomes of followed posts, as events: each once, in their order, to whoever listens or comes back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EVENT } from '../../src/api/events/schemas.js';
import { afterReadingRange } from '../../src/app/after-reading.js';
import { parseKey, type Key } from '../../src/core/digest.js';
import type { ReadPost } from '../../src/pipeline/ingest.js';
import { postKey, type PostUri } from '../../src/core/uri.js';
import { eventsOf } from '../support/event-stream.js';
import { startFollowingApi, type FollowingApi } from '../support/following-api.js';

const MINUTE = 60_000;

let rig: FollowingApi;
let id: string;
let key: Key;

beforeAll(async () => {
  rig = await startFollowingApi();
  for (let n = 0; n < 3; n++) rig.server.post(`حلب ${n}`, new Date(Date.now() - (10 - n) * MINUTE));
  const { body } = await rig.send('POST', '/api/v1/seeds', { follow: '@nour@social.example', collection: 'aleppo' });
  [id, key] = [body.id as string, parseKey(body.id as string)!];
  for (let n = 0; n < 3; n++) await rig.harvest(key);
});
afterAll(() => rig.close());

describe('events', () => {
  const stream = () => `${rig.url}/api/v1/seeds/${id}/events`;
  const kinds = async (after: string, count: number): Promise<unknown[]> =>
    (await eventsOf(`${stream()}?after=${after}`, count, { ms: 3_000 })).map(({ event, data }): unknown => [
      event,
      data.uri,
    ]);
  const latest = async (): Promise<string> =>
    (await rig.rows<{ id: string }>('SELECT coalesce(max(event_id), 0) AS id FROM post_event'))[0]!.id;

  it('tells every post once, however often it was harvested', async () => {
    const all = await eventsOf(`${stream()}?after=0`, 4, { ms: 3_000 });
    expect(all).toHaveLength(3);
    for (const { id: sent, event, data } of all) {
      expect(EVENT.strict().parse(data)).toMatchObject({ id: sent, kind: 'new', seed: id, collection: 'aleppo' });
      expect(event).toBe('new');
    }
    expect(new Set(all.map(({ data }): unknown => data.uri)).size).toBe(3);
  });

  it('goes on after the one that was seen last', async () => {
    const all = await eventsOf(`${stream()}?after=0`, 3);
    const rest = await eventsOf(`${stream()}?after=0`, 2, { lastId: all[0]!.id });
    expect(rest).toEqual(all.slice(1));
    const global = await eventsOf(`${rig.url}/api/v1/events?collection=aleppo&after=0`, 3);
    expect(global).toEqual(all);
    const unknown = await rig.send('GET', '/api/v1/events?collection=nowhere');
    expect(unknown.status).toBe(400);
    expect((await rig.send('GET', '/api/v1/events?after=x')).status).toBe(400);
  });

  it('tells what happens while somebody listens', async () => {
    const listening = eventsOf(stream(), 1);
    await sleep(300);
    const { uri } = rig.server.post('live');
    await rig.harvest(key);
    expect((await listening).map(({ event, data }): unknown => [event, data.uri])).toEqual([['new', uri]]);
  });

  it('edited, deleted and back, each once', async () => {
    const minutes = (n: number): Date => new Date(Date.now() - 30 * MINUTE + n * MINUTE);
    const { id: post, uri } = rig.server.post('the first words', minutes(0));
    await rig.harvest(key);
    const after = await latest();
    rig.server.edit(post, 'other words', minutes(1));
    await rig.look(key);
    await rig.look(key);
    expect(await kinds(after, 2)).toEqual([['edited', uri]]);
    rig.server.delete(post);
    await rig.look(key);
    await rig.look(key);
    rig.server.restore(post);
    await rig.look(key);
    await rig.look(key);
    rig.server.edit(post, 'the first words', minutes(2));
    await rig.look(key);
    expect(await kinds(after, 5)).toEqual([
      ['edited', uri],
      ['deleted', uri],
      ['back', uri],
      ['edited', uri],
    ]);
  });

  it('is told by the next harvest where one died between writing and telling', async () => {
    const after = await latest();
    const { uri } = rig.server.post('written, and not told');
    const [before] = await rig.rows<{ cursor: unknown; at: Date }>(
      'SELECT cursor, cursor_at AS at FROM seed WHERE seed_id = $1',
      key,
    );
    await rig.harvest(key);
    // As it would be: the post is here, nobody was told, and the cursor has not moved.
    await rig.rows('DELETE FROM post_event WHERE event_id > $1', after);
    const cursor = JSON.stringify(before!.cursor);
    await rig.rows('UPDATE seed SET cursor = $2, cursor_at = $3 WHERE seed_id = $1', key, cursor, before!.at);
    await rig.harvest(key);
    expect(await kinds(after, 2)).toEqual([['new', uri]]);
  });

  it('says nothing of what was there before it was followed', async () => {
    const { body } = await rig.send('POST', '/api/v1/seeds', { follow: '@nour@social.example', collection: 'homs' });
    const homs = parseKey(body.id)!;
    await rig.harvest(homs);
    const count = async (): Promise<number> =>
      (await rig.rows<{ n: number }>('SELECT count(*)::int AS n FROM post_event WHERE seed_id = $1', homs))[0]!.n;
    expect(await count()).toBeGreaterThan(3);
    // As if an import had brought all of it yesterday, and it was followed only now.
    await rig.rows('DELETE FROM post_event WHERE seed_id = $1', homs);
    await rig.rows(
      `UPDATE observation SET recorded_at = now() - interval '1 day'
       WHERE collection_id = (SELECT collection_id FROM seed WHERE seed_id = $1)`,
      homs,
    );
    await rig.rows('UPDATE seed SET cursor = NULL, cursor_at = NULL WHERE seed_id = $1', homs);
    await rig.harvest(homs);
    await rig.look(homs);
    expect(await count()).toBe(0);
  });

  it('is told of what a worker of the queue read, and of nothing that was handed in', async () => {
    const after = await latest();
    const { uri } = rig.server.post('in a large answer');
    const harvest = await rig.harvest(key);
    await rig.rows('DELETE FROM post_event WHERE event_id > $1', after);
    const read = {
      post: postKey(uri as PostUri),
      uri: uri as PostUri,
      outcome: 'present',
      hand: 'first',
      newPost: true,
      newObservation: true,
    } as const;
    const { pool } = rig.api.archive;
    const told = async (accession: Key, posts: readonly ReadPost[]): Promise<number> => {
      await afterReadingRange(pool, accession, posts);
      return (await rig.rows('SELECT FROM post_event WHERE event_id > $1', after)).length;
    };
    expect(await told(parseKey('5eed0000-0000-4000-8000-000000000002')!, [read])).toBe(0);
    expect(await told(harvest, [{ ...read, hand: 'second' }])).toBe(0);
    expect(await told(harvest, [read])).toBe(1);
    expect(await told(harvest, [read, read])).toBe(1);
  });
});
