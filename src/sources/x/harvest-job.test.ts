/** Looks at many posts at once: a compliance job first. X and its storage are played. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { captured, openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import { startTape, type Reply, type Tape, type TapeRequest } from '../../../test/support/tape-server.js';
import type { Json } from '../../core/canonical.js';
import type { HarvestStep, LookPlace, SeedView } from '../harvest.js';
import { xConnector as connector } from './connector.js';
import { x } from './index.js';
import { postOf } from './uri.js';

const EPOCH_MS = 1_288_834_974_657n;
const FIRST_MS = BigInt(Date.UTC(2024, 0, 1));
/** A post a second: its id holds when it was written, as X's do. */
const id = (n: number): string => String((FIRST_MS + BigInt(n) * 1_000n - EPOCH_MS) << 22n);
const created = (n: number): string => new Date(Number(FIRST_MS) + n * 1_000).toISOString();
const posts = (count: number) => Array.from({ length: count }, (_, n) => ({ post: postOf(id(n)), ref: id(n) }));

const HOUR = 3_600_000;
const JOB = '1372966999991541762';
const SIGNED =
  'X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=acc-open&X-Goog-Expires=900&X-Goog-Signature=sig-open';
const storage = (what: string): string => `https://storage.googleapis.com/twttr-tweet-compliance/1/${what}/2?${SIGNED}`;
const PUT = 'PUT /twttr-tweet-compliance/1/submission/2';
const DOWNLOAD = 'GET /twttr-tweet-compliance/1/delivery/2';
const ASK = `GET /2/compliance/jobs/${JOB}`;
const job = (status: string): object => ({
  data: {
    id: JOB,
    type: 'tweets',
    status,
    upload_url: storage('submission'),
    download_url: storage('delivery'),
    upload_expires_at: '2026-01-01T00:15:00.000Z',
  },
});
const line = (n: number, reason: string, action = 'delete'): string =>
  JSON.stringify({ id: id(n), action, created_at: created(n), redacted_at: '2026-01-01T00:00:00.000Z', reason });

let tape: Tape;
let test: TestIo;
let now: number;
beforeEach(async () => {
  now = Date.UTC(2026, 0, 2);
  tape = await startTape({
    'POST /2/compliance/jobs': { body: job('created') },
    [PUT]: { body: '' },
    [ASK]: [{ body: job('in_progress') }, { body: job('complete') }],
    [DOWNLOAD]: { body: [line(1, 'deleted'), line(2, 'protected')].join('\n') },
    'GET /2/tweets': looked,
  });
  test = openTestIo({
    hosts: { 'api.x.com': tape.url, 'storage.googleapis.com': tape.url },
    credential: { name: 'x', kind: 'bearer', secret: 'sesame-open' },
    now: () => now,
  });
});
afterEach(async () => {
  await test.close();
  await tape.close();
});

function looked({ query }: TapeRequest): Reply {
  const data = query
    .get('ids')!
    .split(',')
    .map((each) => ({ id: each, text: 'still here', author_id: '9' }));
  return { body: { data } };
}

const seed: SeedView = {
  uri: 'https://x.com/i/user/9',
  name: '@nour_test on X',
  settings: { id: '9' },
  backfill: 3_200,
};
const look = (count: number, lookPlace: Json | null = null): Promise<HarvestStep[]> =>
  stepsOf(connector.look!({ ...seed, lookPlace }, posts(count), test.io));
const placeAfter = (steps: readonly HarvestStep[]): Json | null | undefined =>
  steps.findLast((step): step is LookPlace => step.kind === 'looks')?.place;
const asked = (route: string): number =>
  tape.requests.filter(({ method, path }) => `${method} ${path}` === route).length;
const askedIds = (): string[] =>
  tape.requests.filter(({ path }) => path === '/2/tweets').flatMap(({ query }) => query.get('ids')!.split(','));

describe('a look at many posts', () => {
  it('asks for a job first, and looks only at what that does not name', async () => {
    const steps = await look(500);
    expect(tape.requests.find(({ method }) => method === 'POST')!.body).toBe('{"type":"tweets"}');
    expect(tape.requests.find(({ method }) => method === 'PUT')!.body.split('\n')).toEqual(
      posts(500).map(({ ref }) => ref),
    );
    const [answer, ...pages] = captured(steps);
    expect(await readingsOf(x, test, answer!)).toMatchObject([
      { post: postOf(id(1)), outcome: 'deleted', hand: 'first', claimedFrom: { at: '2026-01-01T00:00:00Z' } },
      { post: postOf(id(2)), outcome: 'forbidden' },
    ]);
    expect(pages).toHaveLength(5);
    expect(askedIds()).toEqual(
      posts(500)
        .map(({ ref }) => ref)
        .filter((ref) => ref !== id(1) && ref !== id(2)),
    );
    expect(placeAfter(steps)).toEqual({ notBefore: now + HOUR });
    expect(test.warnings).toEqual([]);
  });

  it('keeps what was sent and what came, but nothing that opens the storage', async () => {
    await look(500);
    const all = JSON.stringify(test.exchanges);
    for (const secret of ['sesame', 'sig-open', 'acc-open']) expect(all).not.toContain(secret);
    const [put] = test.exchanges.filter(({ method }) => method === 'PUT');
    expect(put!.redacted).toEqual(['X-Goog-Credential', 'X-Goog-Signature']);
    expect(test.body(put!.requestDigest!).toString()).toContain(id(499));
    for (const { url, digest } of test.exchanges) expect(digest === undefined).toBe(url.includes('/compliance/jobs'));
    const sent = tape.requests.filter(({ path }) => path.startsWith('/twttr'));
    expect(sent.map(({ headers }) => headers['authorization'])).toEqual([undefined, undefined]);
    expect(sent[0]!.headers['content-type']).toBe('text/plain');
  });

  it('says what each reason is, and takes none that is no word about the post', async () => {
    const reasons = ['deleted', 'deactivated', 'suspended', 'protected', 'bounced'];
    const lines = [...reasons.map((reason, n) => line(n, reason)), line(5, 'scrub_geo', 'scrub_geo')];
    tape.on(DOWNLOAD, { body: lines.join('\n') });
    const [answer] = captured(await look(500));
    const items = await readingsOf(x, test, answer!);
    expect(items.map((item) => ('outcome' in item ? item.outcome : 'refused' in item && item.refused))).toEqual([
      'deleted',
      'deactivated',
      'suspended',
      'forbidden',
      'not-supported',
      'not-supported',
    ]);
    expect(askedIds().slice(0, 2)).toEqual([id(4), id(5)]);
  });

  it('has nothing to hand over where nothing is gone', async () => {
    tape.on(DOWNLOAD, { body: '' });
    const steps = await look(500);
    expect(captured(steps)).toHaveLength(5);
    expect(askedIds()).toHaveLength(500);
  });

  it('of fewer posts, or soon after a job, asks for none', async () => {
    await look(499);
    await look(600, { notBefore: now + 1 });
    expect(asked('POST /2/compliance/jobs')).toBe(0);
    expect(askedIds()).toHaveLength(1_099);
  });
});

describe('a job that is not done in time', () => {
  it('leaves its id at once, is asked about by the next look, and what it names is looked at then', async () => {
    tape.on(ASK, { body: job('in_progress') });
    const first = await look(500);
    const place = placeAfter(first);
    expect(place).toEqual({ job: { id: JOB, asked: now }, notBefore: now + HOUR });
    expect(first[0]).toMatchObject({ kind: 'looks' });
    expect(askedIds()).toHaveLength(500);
    expect(test.warnings).toEqual([expect.stringContaining(`${JOB} is not complete yet`)]);

    now += 2 * HOUR;
    tape.on(ASK, { body: job('complete') });
    const asks = askedIds().length;
    const next = await look(1, place ?? null);
    const [answer, page] = captured(next);
    expect(await readingsOf(x, test, answer!)).toMatchObject([{ outcome: 'deleted' }, { outcome: 'forbidden' }]);
    expect(page!.format).toBe('x-v2');
    expect(askedIds().slice(asks)).toEqual([id(0), id(1), id(2)]);
    expect(placeAfter(next)).toEqual({ notBefore: now - HOUR });
    expect(asked('POST /2/compliance/jobs')).toBe(1);
  });

  it('stays while it works or cannot be asked about, and is given up after a day', async () => {
    const place = { job: { id: JOB, asked: now }, notBefore: now + HOUR };
    now += 2 * HOUR;
    tape.on(ASK, { body: job('in_progress') });
    expect(placeAfter(await look(600, place))).toBeUndefined();
    tape.on(ASK, { headers: { 'content-type': 'text/html' }, body: '<html>busy</html>' });
    expect(placeAfter(await look(600, place))).toBeUndefined();
    expect(test.warnings).toEqual([expect.stringContaining('could not be asked about')]);
    now += 23 * HOUR;
    expect(placeAfter(await look(600, place))).toEqual({ notBefore: place.notBefore });
    expect(test.warnings.at(-1)).toContain('not complete after a day');
    expect(asked('POST /2/compliance/jobs')).toBe(0);
    expect(askedIds()).toHaveLength(1_800);
  });
});

describe('a job that goes wrong', () => {
  const html = { headers: { 'content-type': 'text/html' }, body: '<html>busy</html>' };
  const place = (): Json => ({ job: { id: JOB, asked: now }, notBefore: now + HOUR });
  const none = (): Json => ({ notBefore: now + HOUR });

  it.each<[string, string, Reply, string, () => Json]>([
    [
      'refused by the plan',
      'POST /2/compliance/jobs',
      { status: 403, body: { title: 'Forbidden' } },
      'not asked for a day',
      () => ({ notBefore: now + 24 * HOUR }),
    ],
    [
      'beside another one',
      'POST /2/compliance/jobs',
      { status: 409, body: { title: 'Conflict', detail: 'one at a time' } },
      'one at a time',
      none,
    ],
    ['answered by HTML', 'POST /2/compliance/jobs', html, 'no JSON', none],
    [
      'without an address to send to',
      'POST /2/compliance/jobs',
      { body: { data: { id: JOB } } },
      'no compliance job',
      none,
    ],
    ['answered by trouble', 'POST /2/compliance/jobs', { status: 503 }, 'could not be asked', none],
    [
      'whose storage is a private address',
      'POST /2/compliance/jobs',
      { body: { data: { id: JOB, upload_url: 'http://10.1.2.3/x' } } },
      'could not be asked',
      place,
    ],
    ['whose list is refused', PUT, { status: 400 }, 'status 400', none],
    ['whose list is cut off', PUT, { misbehave: 'close-early' }, 'could not be asked', place],
    ['that fails', ASK, { body: job('failed') }, '"failed"', none],
    ['that expires', ASK, { body: job('expired') }, '"expired"', none],
    ['that nobody knows', ASK, { status: 404, body: { title: 'Not Found Error' } }, 'Not Found Error', none],
    ['whose answer is away', DOWNLOAD, { status: 403, body: '<Error/>' }, 'status 403', none],
    ['whose answer is HTML', DOWNLOAD, html, 'no list of posts', none],
    [
      'whose answer is cut short',
      DOWNLOAD,
      { body: line(1, 'deleted'), misbehave: 'truncate' },
      'could not be asked',
      place,
    ],
    [
      'whose answer ends within a line',
      DOWNLOAD,
      { body: `${line(1, 'deleted')}\n${line(2, 'deleted').slice(0, 40)}` },
      'no list of posts',
      none,
    ],
    ['whose answer is about other posts', DOWNLOAD, { body: line(7_000, 'deleted') }, 'not asked about', none],
  ])('%s says nothing of any post, and they are asked one by one', async (_, route, reply, said, left) => {
    tape.on(ASK, { body: job('complete') });
    tape.on(route, reply);
    const steps = await look(500);
    expect(captured(steps).map(({ format }) => format)).toEqual(Array(5).fill('x-v2'));
    expect(askedIds()).toHaveLength(500);
    expect(test.warnings).toEqual([expect.stringContaining(said)]);
    expect(test.warnings.join()).not.toMatch(/sig-open|acc-open/);
    expect(placeAfter(steps)).toEqual(left());
  });

  it('for which the budget is spent waits alone, not the looks', async () => {
    const reset = now / 1_000 + 900;
    tape.on('POST /2/compliance/jobs', {
      status: 429,
      headers: {
        'x-rate-limit-remaining': '0',
        'x-rate-limit-reset': String(reset),
        date: new Date(now).toUTCString(),
      },
      body: { title: 'Too Many Requests' },
    });
    const steps = await look(500);
    expect(placeAfter(steps)).toEqual({ notBefore: reset * 1_000 });
    expect(askedIds()).toHaveLength(500);
  });
});
