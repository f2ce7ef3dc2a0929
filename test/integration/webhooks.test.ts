/** Webhooks over real HTTP: what is told, in which order, and what happens when nobody listens. */
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MADE_WEBHOOK, WEBHOOK, WEBHOOKS } from '../../src/api/webhooks/schemas.js';
import { keyOf, parseKey, type Key } from '../../src/core/digest.js';
import { deliverWebhooks, type WebhookDeps } from '../../src/pipeline/webhooks.js';
import { writeEvents, type NewEvent } from '../../src/store/events.js';
import { PgWebhooks } from '../../src/store/webhooks.js';
import { startFollowingApi, type FollowingApi } from '../support/following-api.js';
import { startTape, type Tape } from '../support/tape-server.js';

let rig: FollowingApi;
let receiver: Tape;
let seed: Key;
let collection: Key;
let deps: WebhookDeps;
let disabled: string[] = [];
let count = 0;

beforeAll(async () => {
  rig = await startFollowingApi();
  receiver = await startTape();
  const { body } = await rig.send('POST', '/api/v1/seeds', { follow: '@nour@social.example', collection: 'aleppo' });
  seed = parseKey(body.id)!;
  const { rows } = await rig.api.archive.pool.query('SELECT collection_id AS id FROM seed');
  collection = parseKey(rows[0].id as string)!;
  deps = {
    store: new PgWebhooks(rig.api.archive.pool),
    secrets: rig.secrets,
    post: async (url, headers, text, signal) => {
      const answer = await fetch(url, { method: 'POST', headers, body: text, signal, redirect: 'manual' });
      return { status: answer.status };
    },
    now: Date.now,
    onDisabled: ({ url }) => void disabled.push(url),
  };
});
afterAll(async () => {
  await rig.close();
  await receiver.close();
});
beforeEach(async () => {
  await rig.api.archive.pool.query('DELETE FROM webhook');
  receiver.requests.length = 0;
  receiver.on('POST /hook', { status: 204 });
  disabled = [];
});

function happen(kind: string, times = 1): Promise<number> {
  const events = Array.from({ length: times }, (): NewEvent => {
    const uri = `https://social.example/p/${count++}`;
    const at = new Date().toISOString();
    return { post: keyOf('post', uri), uri, kind, observation: keyOf('observation', uri), at };
  });
  return writeEvents(rig.api.archive.pool, { seed, collection, harvest: keyOf('harvest', 'h') }, events);
}
async function make(more: object = {}) {
  const answer = await rig.send('POST', '/api/v1/webhooks', { url: `${receiver.url}/hook`, ...more });
  return { ...answer, made: answer.status === 201 ? MADE_WEBHOOK.strict().parse(answer.body) : undefined };
}
const deliver = (): Promise<number> => deliverWebhooks(deps, new AbortController().signal);
const shown = async (id: string) => WEBHOOK.strict().parse(await rig.get(`/api/v1/webhooks/${id}`));
const told = (): { kind: string; id: string }[][] =>
  receiver.requests.map(({ body }) => (JSON.parse(body) as { events: { kind: string; id: string }[] }).events);
/** As if its time had come. */
const due = () => rig.api.archive.pool.query('UPDATE webhook SET next_at = now()');

describe('making one', () => {
  it('shows its secret once, and keeps it sealed', async () => {
    const { made, location } = await make({ collection: 'aleppo', events: ['deleted', 'edited', 'deleted'] });
    expect(made).toMatchObject({ collection: 'aleppo', events: ['deleted', 'edited'], state: 'active', failures: 0 });
    expect(made!.secret).toMatch(/^[\w-]{43}$/);
    const { secret, ...rest } = made!;
    expect(await rig.get(location!)).toEqual(rest);
    expect(WEBHOOKS.strict().parse(await rig.get('/api/v1/webhooks')).items).toEqual([rest]);
    const { rows } = await rig.api.archive.pool.query('SELECT webhook::text AS row, sealed FROM webhook');
    expect(rows[0].row).not.toContain(secret);
    expect((rows[0].sealed as Buffer).includes(secret)).toBe(false);
  });

  it.each([
    ['an address that is none', { url: 'over there' }],
    ['another protocol', { url: 'file:///etc/passwd' }],
    ['an address with a password', { url: 'https://me:secret@example.org/' }],
    ['no events', { events: [] }],
    ['events that are none', { events: ['liked'] }],
    ['a collection that is none', { collection: 'nowhere' }],
  ])('refuses %s', async (_, more) => {
    const { status, body } = await make(more);
    expect([status, body.type]).toEqual([400, 'urn:perdure:problem:invalid']);
  });

  it('is gone when it is deleted, and told nothing more', async () => {
    const { made } = await make();
    await happen('new');
    expect((await rig.send('DELETE', `/api/v1/webhooks/${made!.id}`)).status).toBe(204);
    expect((await rig.send('DELETE', `/api/v1/webhooks/${made!.id}`)).status).toBe(404);
    expect((await rig.send('GET', `/api/v1/webhooks/${made!.id}`)).status).toBe(404);
    await deliver();
    expect(receiver.requests).toHaveLength(0);
  });

  it('needs a key to seal with', async () => {
    const answer = await fetch(`${rig.api.url}/api/v1/webhooks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"url":"https://example.org/"}',
    });
    expect(answer.status).toBe(501);
  });
});

describe('telling', () => {
  it('comes signed, and a receiver can check it', async () => {
    const { made } = await make();
    await happen('new');
    await deliver();
    const [{ headers, body }] = receiver.requests as [Tape['requests'][number]];
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['x-perdure-signature']!)!;
    expect(createHmac('sha256', made!.secret).update(`${t}.${body}`).digest('hex')).toBe(v1);
    expect(Math.abs(Number(t) - Date.now() / 1000)).toBeLessThan(5);
    const sent = JSON.parse(body) as { webhook: string; events: { id: string; uri: string }[] };
    expect(sent.webhook).toBe(made!.id);
    expect(headers['x-perdure-event-id']).toBe(sent.events.at(-1)!.id);
    expect(sent.events[0]).toMatchObject({ kind: 'new', collection: 'aleppo', seed: expect.any(String) });
  });

  it('tells everything in its order, a hundred at a time, once', async () => {
    await make();
    await happen('new', 250);
    expect(await deliver()).toBe(250);
    expect(told().map((batch) => batch.length)).toEqual([100, 100, 50]);
    const ids = told()
      .flat()
      .map(({ id }) => Number(id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(250);
    expect(await deliver()).toBe(0);
    expect(receiver.requests).toHaveLength(3);
  });

  it('tells only what is asked for, from now on or from where it is said', async () => {
    await happen('deleted');
    const later = await make({ events: ['deleted'] });
    await happen('new', 3);
    await happen('deleted');
    await happen('new', 3);
    await deliver();
    expect(told().map((batch) => batch.map(({ kind }) => kind))).toEqual([['deleted']]);
    // What was not asked for is passed over for good.
    const { rows } = await rig.api.archive.pool.query('SELECT max(event_id)::text AS id FROM post_event');
    expect((await shown(later.made!.id)).after).toBe(rows[0].id);
    receiver.requests.length = 0;
    await make({ events: ['deleted'], after: '0' });
    await deliver();
    expect(told().flat().length).toBe(2);
  });

  it('does not tell of another collection', async () => {
    const { body } = await rig.send('POST', '/api/v1/seeds', { follow: '@nour@social.example', collection: 'homs' });
    expect(body.collection).toBe('homs');
    await make({ collection: 'homs' });
    await happen('new');
    await deliver();
    expect(receiver.requests).toHaveLength(0);
  });
});

describe('when nobody listens', () => {
  it('comes again, later each time, in order, and forgets its failures then', async () => {
    const { made } = await make();
    await happen('new', 2);
    receiver.on('POST /hook', [{ status: 503 }, { misbehave: 'close-early' }, { status: 302 }, { status: 200 }]);
    for (const problem of ['it answered 503', 'fetch failed', 'it answered 302']) {
      const before = Date.now();
      expect(await deliver()).toBe(0);
      const now = await shown(made!.id);
      expect(now).toMatchObject({
        state: 'active',
        problem: expect.stringContaining(problem),
        after: made!.after,
      });
      expect(Date.parse(now.nextAt)).toBeGreaterThan(before + 9_000);
      // Its time has not come.
      const asked = receiver.requests.length;
      expect(await deliver()).toBe(0);
      expect(receiver.requests).toHaveLength(asked);
      await happen('edited');
      await due();
    }
    expect((await shown(made!.id)).failures).toBe(3);
    expect(await deliver()).toBe(5);
    const last = told()
      .at(-1)!
      .map(({ kind }) => kind);
    expect(last).toEqual(['new', 'new', 'edited', 'edited', 'edited']);
    expect(await shown(made!.id)).toMatchObject({ failures: 0, failingSince: null, problem: null });
  });

  it('holds up nobody else', async () => {
    receiver.on('POST /dead', { status: 500 });
    await make({ url: `${receiver.url}/dead` });
    await make();
    await happen('new', 3);
    expect(await deliver()).toBe(3);
  });

  it('is disabled after three days, visibly, and left alone', async () => {
    const { made } = await make();
    receiver.on('POST /hook', { status: 500 });
    await happen('new');
    await deliver();
    await rig.api.archive.pool.query(`UPDATE webhook SET failing_since = now() - interval '3 days', next_at = now()`);
    await deliver();
    expect(await shown(made!.id)).toMatchObject({ state: 'disabled', problem: 'it answered 500', failures: 2 });
    expect(disabled).toEqual([made!.url]);
    await due();
    receiver.on('POST /hook', { status: 200 });
    expect(await deliver()).toBe(0);
  });

  it('tells what a key that does not fit cannot sign, and sends nothing', async () => {
    const { made } = await make();
    await rig.api.archive.pool.query(`UPDATE webhook SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)`);
    await happen('new');
    await deliver();
    expect(receiver.requests).toHaveLength(0);
    expect((await shown(made!.id)).problem).toContain('does not open');
  });
});

describe('several workers', () => {
  it('do not tell the same twice, and none before another', async () => {
    await make();
    await happen('new', 300);
    const taken = await Promise.all([deliver(), deliver(), deliver()]);
    expect(taken.reduce((sum, each) => sum + each)).toBe(300);
    const ids = told()
      .flat()
      .map(({ id }) => Number(id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it('a worker that died gives a webhook back', async () => {
    const { made } = await make();
    await happen('new');
    const store = new PgWebhooks(rig.api.archive.pool);
    const held = await store.claim(300, 100);
    expect(held?.shownId).toBe(made!.id);
    expect(await store.claim(300, 100)).toBeUndefined();
    await sleep(350);
    expect(await deliver()).toBe(1);
    // Had it lived on, it would change nothing any more.
    await store.failed(held!, { problem: 'late', nextAt: new Date().toISOString(), disabled: true });
    expect(await shown(made!.id)).toMatchObject({ state: 'active', problem: null });
  });

  it('write events so that none appears before one with a lower id', async () => {
    const { pool } = rig.api.archive;
    const origin = { seed, collection, harvest: keyOf('harvest', 'h') };
    const event = (uri: string): NewEvent => ({
      post: keyOf('post', uri),
      uri,
      kind: 'new',
      observation: keyOf('observation', uri),
      at: new Date().toISOString(),
    });
    // Somebody else holds one of the first writer's events: it has its ids, and cannot commit.
    const other = await pool.connect();
    await other.query('BEGIN');
    await other.query(
      `INSERT INTO post_event (seed_id, collection_id, harvest_id, post_id, uri, kind, observation_id, at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now())`,
      [seed, collection, origin.harvest, event('b').post, 'b', 'new', event('b').observation],
    );
    const first = writeEvents(pool, origin, [event('a'), event('b')]);
    await sleep(200);
    const second = writeEvents(pool, origin, [event('c')]);
    expect(await Promise.race([second, sleep(300, 'waits')])).toBe('waits');
    await other.query('ROLLBACK');
    other.release();
    expect(await Promise.all([first, second])).toEqual([2, 1]);
    const { rows } = await pool.query(`SELECT uri FROM post_event WHERE uri IN ('a', 'b', 'c') ORDER BY event_id`);
    expect(rows).toEqual([{ uri: 'a' }, { uri: 'b' }, { uri: 'c' }]);
  });
});
