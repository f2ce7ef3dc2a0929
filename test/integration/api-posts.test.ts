/** Reading over HTTP: every version, its bytes, lists that hold still. */
import { createHash } from 'node:crypto';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ACTOR_HISTORY } from '../../src/api/actors/schemas.js';
import { COLLECTIONS } from '../../src/api/collections/schemas.js';
import { POST_HISTORY, POSTS, SHOWN } from '../../src/api/posts/schemas.js';
import { note, startApi, type TestApi } from '../support/api.js';

const FIRST = 'We are in the school. 40 people.';
const SECOND = 'We are in the school. 41 people.';
const URI = 'https://notes.example/n/1';
const HOSTILE = `<script>alert(1)</script> "quoted" & 'so'`;

/** The bytes of the line that says it, as they were handed in. */
const lineOf = (one: object): Buffer => Buffer.from(JSON.stringify(one));
const FIRST_NOTE = note(1, FIRST);
const SECOND_NOTE = note(1, SECOND, { edited: '2016-12-13T20:00:00Z', seen: '2017-02-01T00:00:00Z' });
const GONE_NOTE = { note: '1', by: { id: '7', name: 'Nour' }, gone: true, seen: '2017-03-01T00:00:00Z' };

describe('reading over HTTP', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
    const friends = { to: 'friends' };
    await api.import(
      [FIRST_NOTE, SECOND_NOTE, GONE_NOTE, note(2, 'أطفال حَلَب'), note(3, HOSTILE), note(4, 'whispered', friends)],
      '&collection=aleppo&include=followers',
    );
  });
  afterAll(() => api.close());

  const encoded = encodeURIComponent(URI);

  it('finds posts by their words, in any spelling, and says how many it withholds', async () => {
    const found = POSTS.strict().parse(await api.json(`/api/v1/posts?q=${encodeURIComponent('اطفال حلب')}`));
    expect(found).toMatchObject({ total: 1, next: null, items: [{ text: 'أطفال حَلَب', collections: ['aleppo'] }] });
    const whispered = POSTS.strict().parse(await api.json('/api/v1/posts?q=whispered'));
    expect(whispered).toMatchObject({ total: 0, withheld: { count: 1, by: { followers: 1 } } });
    const included = POSTS.strict().parse(await api.json('/api/v1/posts?q=whispered&include=followers'));
    expect(included).toMatchObject({ total: 1, items: [{ visibility: 'followers' }] });
  });

  it('finds a post by any of its URLs, and takes no other filter then', async () => {
    const found = POSTS.strict().parse(await api.json(`/api/v1/posts?url=${encoded}`));
    expect(found.items).toMatchObject([{ uri: URI, source: 'example', state: 'deleted' }]);
    const none = POSTS.strict().parse(
      await api.json(`/api/v1/posts?url=${encodeURIComponent('https://notes.example/n/99')}`),
    );
    expect(none).toMatchObject({ total: 0, items: [] });
    expect((await api.get(`/api/v1/posts?url=${encoded}&lang=ar`)).status).toBe(400);
  });

  it('shows the version of a time, by id and by URI', async () => {
    const then = SHOWN.strict().parse(await api.json(`/api/v1/posts/${encoded}?asOf=2017-01-15T00:00:00Z`));
    expect(then).toMatchObject({ seen: true, version: { text: FIRST } });
    const later = SHOWN.strict().parse(await api.json(`/api/v1/posts/${then.post.id}?asOf=2017-02-15T00:00:00Z`));
    expect(later).toMatchObject({ seen: true, version: { text: SECOND } });
    const before = SHOWN.strict().parse(await api.json(`/api/v1/posts/${encoded}?asOf=2016-12-24T00:00:00Z`));
    expect(before.seen).toBe(false);
  });

  it('shows the history: written, edited, gone', async () => {
    const found = POST_HISTORY.strict().parse(await api.json(`/api/v1/posts/${encoded}/history`));
    expect(found.versions.map(({ outcome, text }) => [outcome, text])).toEqual([
      ['present', FIRST],
      ['present', SECOND],
      ['deleted', null],
    ]);
    expect(found.observations).toHaveLength(3);
  });

  it('serves a snapshot as the bytes that its digest is over, for ever', async () => {
    const { snapshot } = await api.json<{ snapshot: { digest: string } }>(
      `/api/v1/posts/${encoded}?asOf=2017-02-15T00:00:00Z`,
    );
    const path = `/api/v1/posts/${encoded}/snapshots/${snapshot.digest}`;
    const answer = await api.get(path);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const hash = createHash('sha256').update(bytes);
    expect(`sha256:${hash.copy().digest('hex')}`).toBe(snapshot.digest);
    expect(JSON.parse(bytes.toString())).toMatchObject({ text: SECOND });
    expect(answer.headers.get('cache-control')).toMatch(/immutable/);
    expect(answer.headers.get('etag')).toBe(`"${snapshot.digest}"`);
    expect(answer.headers.get('repr-digest')).toBe(`sha-256=:${hash.digest('base64')}:`);
    expect((await api.get(path, { 'if-none-match': `"${snapshot.digest}"` })).status).toBe(304);
    expect((await api.get(`/api/v1/posts/${encoded}/snapshots/sha256:${'0'.repeat(64)}`)).status).toBe(404);
    expect((await api.get(`/api/v1/posts/${encoded}/snapshots/nonsense`)).status).toBe(400);
  });

  it('hands out the original bytes, harmlessly', async () => {
    const answer = await api.get(`/api/v1/posts/${encoded}/raw?asOf=2017-01-15T00:00:00Z`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes).toEqual(lineOf(FIRST_NOTE));
    const { headers } = answer;
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toMatch(/^attachment/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toMatch(/sandbox/);
    expect(headers.get('repr-digest')).toBe(`sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`);
    expect(headers.get('capture-digest')).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect([headers.get('capture-offset'), headers.get('capture-length')]).toEqual(['0', String(bytes.length)]);
  });

  it('refuses sealed bytes', async () => {
    const { pool } = api.archive;
    await pool.query('UPDATE capture SET sealed = true');
    try {
      const answer = await api.get(`/api/v1/posts/${encoded}/raw`);
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ type: 'urn:perdure:problem:sealed', status: 403 });
    } finally {
      await pool.query('UPDATE capture SET sealed = false');
    }
  });

  it('shows an actor by id and by URI', async () => {
    const found = ACTOR_HISTORY.strict().parse(
      await api.json(`/api/v1/actors/${encodeURIComponent('https://notes.example/people/7')}`),
    );
    expect(found).toMatchObject({ actor: { name: 'Nour' }, versions: [{ name: 'Nour' }] });
    expect(await api.json(`/api/v1/actors/${found.actor.id}`)).toMatchObject({ actor: { uri: found.actor.uri } });
    expect((await api.get('/api/v1/actors/nobody')).status).toBe(404);
  });

  it('keeps the pages of a list steady while more comes in', async () => {
    const many = Array.from({ length: 30 }, (_, place) => note(100 + place, 'steady'));
    await api.import(many, '&collection=paging');
    const seen: string[] = [];
    let next: string | null = null;
    let round = 0;
    do {
      const cursor: string = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
      const page = POSTS.strict().parse(await api.json(`/api/v1/posts?q=steady&limit=7${cursor}`));
      expect(page.items.length).toBeLessThanOrEqual(7);
      seen.push(...page.items.map((item) => item.uri));
      ({ next } = page);
      // Newer and older ones than those on the page.
      await api.import([note(500 + round, 'steady'), note(5 + round++, 'steady')], '&collection=paging');
    } while (next !== null);
    const wanted = many.map((one) => `https://notes.example/n/${(one as { note: string }).note}`);
    expect(seen).toEqual(expect.arrayContaining(wanted));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('pages of 500, and no more', async () => {
    const many = Array.from({ length: 450 }, (_, place) => note(10_000 + place, 'plenty'));
    await api.import(many, '&collection=plenty');
    const page = POSTS.strict().parse(await api.json('/api/v1/posts?q=plenty&limit=420'));
    expect(page).toMatchObject({ total: 450 });
    expect(new Set(page.items.map((item) => item.uri)).size).toBe(420);
    const rest = POSTS.strict().parse(
      await api.json(`/api/v1/posts?q=plenty&limit=420&cursor=${encodeURIComponent(page.next!)}`),
    );
    expect(rest).toMatchObject({ next: null });
    expect(rest.items).toHaveLength(30);
    expect((await api.get('/api/v1/posts?limit=501')).status).toBe(400);
  });

  it('makes collections, and lists them by name, page by page', async () => {
    const make = (name: string): Promise<Response> =>
      fetch(`${api.url}/api/v1/collections`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name }),
      });
    const made = await make('حمص');
    expect(made.status).toBe(201);
    expect(await api.json(made.headers.get('location')!)).toMatchObject({ name: 'حمص', posts: 0 });
    expect((await make('حمص')).status).toBe(200);
    expect((await make('a/b')).status).toBe(400);
    expect(await api.json(`/api/v1/collections/${encodeURIComponent('حمص')}`)).toMatchObject({ name: 'حمص' });
    const names: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: { items: { name: string }[]; next: string | null } = COLLECTIONS.strict().parse(
        await api.json(`/api/v1/collections?limit=1${next === '' ? '' : `&cursor=${next}`}`),
      );
      names.push(...page.items.map((item) => item.name));
      ({ next } = page);
    }
    expect(names).toEqual(['aleppo', 'paging', 'plenty', 'حمص']);
  });

  it.each([
    '/api/v1/posts?cursor=nonsense',
    '/api/v1/accessions?cursor=nonsense',
    '/api/v1/collections?cursor=nonsense',
    '/api/v1/posts?since=yesterday',
    `/api/v1/posts/${encoded}?asOf=then`,
    '/api/v1/posts?auther=x',
  ])('%s is a bad request', async (path) => {
    const answer = await api.get(path);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ type: 'urn:perdure:problem:invalid', detail: expect.any(String) });
  });

  it.each([
    `/api/v1/posts/${encodeURIComponent('https://notes.example/n/404')}`,
    '/api/v1/posts/00000000-0000-0000-0000-000000000000/history',
    '/api/v1/posts/00000000-0000-0000-0000-000000000000/raw',
    '/api/v1/collections/none',
    `/api/v1/media/sha256:${'0'.repeat(64)}`,
    '/p/00000000-0000-0000-0000-000000000000',
  ])('%s is not found', async (path) => {
    const answer = await api.get(path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ type: 'urn:perdure:problem:not-found' });
  });

  describe('files', () => {
    let folder: string;
    const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(1_000, 'picture')]);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'perdure-files-'));
      const { post } = await api.json<{ post: { id: string } }>(`/api/v1/posts/${encoded}`);
      for (const [name, bytes] of Object.entries({ 'a.png': png, 'b.svg': svg })) {
        await writeFile(join(folder, name), bytes);
        async function* once(): AsyncGenerator<Uint8Array> {
          yield bytes;
        }
        const { digest } = await api.archive.blobs.put(once());
        await api.archive.pool.query(
          `INSERT INTO post_media (post_id, file, digest, type) VALUES ($1, $2, decode($3, 'hex'), 'Image')`,
          [post.id, name, digest],
        );
      }
    });
    afterAll(() => rm(folder, { recursive: true }));

    it('are served by what their bytes are, for ever', async () => {
      const answer = await api.get(`/api/v1/media/${digestOf(png)}`);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(png);
      expect(answer.headers.get('content-type')).toBe('image/png');
      expect(answer.headers.get('content-disposition')).toBe('inline');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('cache-control')).toMatch(/immutable/);
      expect(answer.headers.get('content-length')).toBe(String(png.length));
      const again = await api.get(`/api/v1/media/${digestOf(png)}`, { 'if-none-match': `"${digestOf(png)}"` });
      expect(again.status).toBe(304);
    });

    it('that could carry script are for saving', async () => {
      const answer = await api.get(`/api/v1/media/${digestOf(svg)}`);
      expect(answer.headers.get('content-type')).toBe('application/octet-stream');
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
      expect(answer.headers.get('content-security-policy')).toMatch(/sandbox/);
    });

    it.each([
      ['bytes=0-7', 0, 8],
      ['bytes=1000-', 1000, png.length],
      ['bytes=-4', png.length - 4, png.length],
      ['bytes=5-99999', 5, png.length],
    ])('%s is a part of it', async (range, from, to) => {
      const answer = await api.get(`/api/v1/media/${digestOf(png)}`, { range });
      expect(answer.status).toBe(206);
      expect(answer.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${png.length}`);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(png.subarray(from, to));
    });

    it('have no bytes after their end', async () => {
      const answer = await api.get(`/api/v1/media/${digestOf(png)}`, { range: 'bytes=5000-' });
      expect(answer.status).toBe(416);
      expect(answer.headers.get('content-range')).toBe(`bytes */${png.length}`);
      expect(await answer.json()).toMatchObject({ status: 416 });
    });

    it('that are sealed are refused', async () => {
      const digest = digestOf(png);
      const { pool } = api.archive;
      await pool.query(`INSERT INTO capture VALUES (decode($1, 'hex'), $2, true)`, [digest.slice(7), png.length]);
      const answer = await api.get(`/api/v1/media/${digest}`);
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ type: 'urn:perdure:problem:sealed' });
    });
  });

  describe('the start page', () => {
    const page = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
      const answer = await api.get(path, headers);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
      return answer.text();
    };

    it('counts, searches, and takes the platform’s text for text', async () => {
      expect(await page('/')).toMatch(/<bdi>aleppo<\/bdi>/);
      const found = await page(`/?q=${encodeURIComponent('alert')}`);
      // To the character: the text is shown with its own spaces.
      expect(found).toContain('>&lt;script&gt;alert(1)&lt;/script&gt; &quot;quoted&quot; &amp; &#39;so&#39;</p>');
      expect(found).not.toContain('<script');
      expect(await page('/?q=%22unclosed')).not.toContain('<script');
    });

    it('shows a post’s versions, what changed, and where the bytes are', async () => {
      const { post } = await api.json<{ post: { id: string } }>(`/api/v1/posts/${encoded}`);
      const shown = await page(`/p/${post.id}`);
      expect(shown).toContain('<del>40</del><ins>41</ins>');
      expect(shown).toContain(`/api/v1/posts/${post.id}/raw?snapshot=sha256%3A`);
      for (const [, path] of shown.matchAll(/href="(\/[^"]*)"/g)) {
        const answer = await api.get(path!.replaceAll('&amp;', '&'));
        expect([path, answer.status]).toEqual([path, 200]);
        await answer.arrayBuffer();
      }
    });

    it('shows titles, each in its own direction, and what changed in them alone', async () => {
      const submission = (id: string, title: string, more: object) => ({
        ...{ name: `t3_${id}`, id, subreddit: 'perdure_test', author: 'nour_of_perdure', created_utc: 1_481_655_851 },
        ...{ title, selftext: '', retrieved_on: 1_481_700_000, score: 1, num_comments: 0, permalink: `/r/p/${id}/` },
        ...more,
      });
      await api.import([
        submission('0ttl', 'آخر <شارع>', { selftext: 'Nobody is left on the street.' }),
        submission('0ttl', 'آخر بيت', { selftext: 'Nobody is left on the street.', retrieved_on: 1_481_800_000 }),
        submission('0link', 'A street, elsewhere', {}),
      ]);
      const { items } = POSTS.strict().parse(await api.json('/api/v1/posts?q=street&order=oldest&source=reddit'));
      const names = items.map(({ name }) => name);
      expect(names).toHaveLength(2);
      expect(names).toEqual(expect.arrayContaining(['A street, elsewhere', expect.stringMatching(/^آخر /)]));
      const { id } = items.find(({ name }) => name!.startsWith('آخر'))!;

      const results = await page(`/?q=${encodeURIComponent('شارع')}`);
      expect(results).toContain(
        `<h3 class="title more" dir="auto"><a href="/p/${id}">آخر &lt;شارع&gt;</a></h3>\n<p class="text more" dir="auto">Nobody is left`,
      );
      // What has a title is not called untitled for want of words.
      expect(await page('/?q=elsewhere')).toMatch(/elsewhere<\/a><\/h3>\n\n<p class="meta">/);

      const shown = await page(`/p/${id}`);
      expect(shown).toContain('<title>آخر بيت – Perdure</title>');
      expect(shown).toContain('<h3 class="title" dir="auto">آخر &lt;شارع&gt;</h3><p class="text" dir="auto">Nobody is');
      expect(shown).toMatch(/<p class="title" dir="auto">آخر (?:<(del|ins)>[^]*?<\/\1>)+<\/p><\/details>/);
      const { versions } = POST_HISTORY.strict().parse(await api.json(`/api/v1/posts/${id}/history`));
      expect(versions.map(({ name }) => name)).toEqual(['آخر <شارع>', 'آخر بيت']);
    });

    it('carries the one style that its policy allows', async () => {
      const answer = await api.get('/');
      const style = /<style>([^]*)<\/style>/.exec(await answer.text())?.[1] ?? '';
      const hash = createHash('sha256').update(style).digest('base64');
      expect(answer.headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}'`);
    });

    it('speaks Arabic to who asks, or prefers it', async () => {
      expect(await page('/?lang=ar')).toMatch(/<html lang="ar" dir="rtl">/);
      expect(await page('/', { 'accept-language': 'fr;q=0.9, ar-SY;q=0.8, en;q=0.1' })).toMatch(/lang="ar" dir="rtl"/);
      expect(await page('/', { 'accept-language': 'fr' })).toMatch(/<html lang="en" dir="ltr">/);
    });
  });
});
