/** Handing in over HTTP: whole or not at all, in little memory, and to be watched. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ACCESSION,
  ACCESSION_PROGRESS,
  ACCESSION_SUMMARY,
  ACCESSIONS,
  REJECTS,
} from '../../src/api/accessions/schemas.js';
import { note, startApi, upload, type TestApi } from '../support/api.js';

const MIB = 1024 * 1024;
const BINARY = { 'content-type': 'application/octet-stream' };

/** Of one line, which the example source reads. */
const LINE = JSON.stringify(note(1, 'ما زلنا هنا')) + '\n';
const LINE_DIGEST = createHash('sha256').update(LINE);
const LINE_BASE64 = LINE_DIGEST.copy().digest('base64');
const LINE_HEX = LINE_DIGEST.copy().digest('hex');

describe('handing in over HTTP', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  const post = (query: string, body: string | FormData, headers: Record<string, string> = BINARY): Promise<Response> =>
    fetch(`${api.url}/api/v1/accessions${query}`, { method: 'POST', body, headers });
  const total = async (): Promise<number> =>
    Number((await api.archive.pool.query('SELECT count(*) FROM accession')).rows[0].count);

  it('answers 202 with the summary and its place, and keeps the bytes', async () => {
    const answer = await post('?name=notes.jsonl&collection=aleppo&receivedFrom=Nour&include=direct,likes', LINE);
    expect(answer.status).toBe(202);
    const summary = ACCESSION_SUMMARY.strict().parse(await answer.json());
    expect(summary).toMatchObject({
      path: 'notes.jsonl',
      collection: 'aleppo',
      status: 'received',
      digest: `sha256:${LINE_HEX}`,
      bytes: Buffer.byteLength(LINE),
    });
    expect(answer.headers.get('location')).toBe(`/api/v1/accessions/${summary.id}`);
    const detail = ACCESSION.strict().parse(await api.json(answer.headers.get('location')!));
    expect(detail.options).toMatchObject({ include: ['direct', 'likes'] });
    expect(detail.custody).toMatchObject({ receivedFrom: 'Nour', receivedBy: 'over HTTP from 127.0.0.1' });
    expect(await api.files()).toContain(LINE_HEX);
    const list = ACCESSIONS.strict().parse(await api.json('/api/v1/accessions?collection=aleppo'));
    expect(list.items.map((item) => item.id)).toEqual([summary.id]);
  });

  it('takes a form, whose fields say what the query can say', async () => {
    const form = new FormData();
    form.append('collection', 'حلب');
    form.append('note', 'from her phone');
    form.append('timezone', '');
    form.append('file', new Blob([LINE]), 'رسائل.jsonl');
    const answer = await post('?collection=elsewhere', form, {});
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ path: 'رسائل.jsonl', collection: 'حلب', digest: `sha256:${LINE_HEX}` });
  });

  it.each([
    ['the query', '?name=a%2Fb%5Cc.jsonl', BINARY, 'c.jsonl'],
    [
      'Content-Disposition',
      '',
      { ...BINARY, 'content-disposition': 'attachment; filename="a \\"b\\".jsonl"' },
      'a "b".jsonl',
    ],
    ['its extended form', '', { 'content-disposition': "x; filename=a; filename*=UTF-8''%D8%AD.jsonl" }, 'ح.jsonl'],
    ['nobody', '', {}, 'upload'],
    ['somebody up to something', '?name=..', {}, 'upload'],
  ])('takes the name of the file from %s', async (_, query, headers, path) => {
    const answer = await post(query, LINE, headers);
    expect(await answer.json()).toMatchObject({ path });
  });

  it.each(['application/json', 'application/zip', 'application/x-www-form-urlencoded', 'text/plain'])(
    'keeps the bytes as they are when they are said to be %s',
    async (type) => {
      const answer = await post('?name=x', LINE, { 'content-type': type });
      expect(await answer.json()).toMatchObject({ digest: `sha256:${LINE_HEX}` });
    },
  );

  it('streams 256 MiB in little memory, as a body and as a form', async () => {
    const bytes = 256 * MIB;
    const hash = createHash('sha256');
    for (let n = 0; n < bytes / (256 * 1024); n++) hash.update(Buffer.alloc(256 * 1024, 'perdure '));
    const digest = `sha256:${hash.digest('hex')}`;
    const boundary = 'perdure-boundary';
    const frame = {
      before: `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`,
      after: `\r\n--${boundary}--\r\n`,
    };
    for (const [headers, parts] of [
      [BINARY, undefined],
      [{ 'content-type': `multipart/form-data; boundary=${boundary}` }, frame],
    ] as const) {
      const held = (): number => process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
      const before = held();
      let most = 0;
      const watch = setInterval(() => (most = Math.max(most, held() - before)), 5);
      const answer = await upload(`${api.url}/api/v1/accessions?name=big.bin&collection=big`, bytes, headers, parts);
      clearInterval(watch);
      expect(answer.status).toBe(202);
      expect(JSON.parse(answer.body)).toMatchObject({ bytes, digest });
      // Garbage of both sides of the connection counts too: it is one process here. How much of it may wait is each Node
      // version's own idea (90 MiB with 24), but no idea of the upload's length.
      expect(most).toBeLessThan(160 * MIB);
    }
  });

  it('leaves nothing of an upload that is broken off', async () => {
    const before = { accessions: await total(), files: (await api.files()).length };
    for (const headers of [BINARY, { 'content-type': 'multipart/form-data; boundary=b' }]) {
      const sent = request(`${api.url}/api/v1/accessions?name=cut.zip`, {
        method: 'POST',
        headers: { ...headers, 'content-length': 64 * MIB },
      });
      sent.on('error', () => undefined);
      sent.write('--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n');
      sent.write(Buffer.alloc(4 * MIB));
      // It is on its way to the disk.
      for (let tries = 0; (await api.files()).length === before.files && tries < 500; tries++) await sleep(10);
      expect((await api.files()).length).toBe(before.files + 1);
      sent.destroy(new Error('gone'));
      for (let tries = 0; (await api.files()).length > before.files && tries < 500; tries++) await sleep(10);
    }
    expect({ accessions: await total(), files: (await api.files()).length }).toEqual(before);
    // Nothing of this is our fault.
    expect(api.log.filter((line) => line.includes('a request failed'))).toEqual([]);
  });

  it('refuses what cannot be whole, and keeps none of it', async () => {
    const before = { accessions: await total(), files: (await api.files()).length };
    const form = (text: string): Promise<Response> =>
      post('', text.replaceAll('\n', '\r\n'), { 'content-type': 'multipart/form-data; boundary=b' });
    const part = '--b\nContent-Disposition: form-data; name="file"; filename="f"\n\nunique content\n';
    const late = '--b\nContent-Disposition: form-data; name="collection"\n\nx\n--b--\n';
    const wrong = { ...BINARY, 'content-digest': `sha-256=:${LINE_BASE64}:` };
    const answers = await Promise.all([
      form(part), // never closed
      form(part + late),
      form(part + part + '--b--\n'),
      form(late),
      post('', 'something else', wrong),
      post('', ''),
      post('', LINE, { 'content-type': 'multipart/form-data' }),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    }
    const details = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as { detail: string }).detail),
    );
    expect(details[0]).toMatch(/damaged or cut short/);
    expect(details[1]).toMatch(/comes after the file/);
    expect(details[2]).toMatch(/more than one file/);
    expect(details[3]).toMatch(/no file in the form/);
    expect(details[4]).toMatch(/announced was/);
    expect({ accessions: await total(), files: (await api.files()).length }).toEqual(before);
  });

  it('accepts what fits its digest', async () => {
    const answer = await post('?name=x', LINE, { ...BINARY, 'content-digest': `sha-256=:${LINE_BASE64}:` });
    expect(answer.status).toBe(202);
  });

  it('says everything that is wrong at once, before it takes a byte', async () => {
    const answer = await post('?timezone=Mars/Olympus&observedAt=yesterday&include=all&colection=x', LINE);
    expect(answer.status).toBe(400);
    const problem = (await answer.json()) as { type: string; errors: { parameter: string }[] };
    expect(problem.type).toBe('urn:perdure:problem:invalid');
    expect(problem.errors.map((error) => error.parameter).sort()).toEqual([
      'colection',
      'include',
      'observedAt',
      'timezone',
    ]);
    const unknown = await post('?source=myspace', LINE);
    expect(await unknown.json()).toMatchObject({ status: 400, errors: [{ parameter: 'source' }] });
  });

  it('shows progress live, ends with what came of it, and stays silent for those who know', async () => {
    const lines = Array.from({ length: 3_000 }, (_, place) =>
      JSON.stringify(note(place + 100_000, `number ${place}`)),
    ).join('\n');
    const { id } = (await (await post('?name=many.jsonl&collection=live', lines)).json()) as { id: string };
    const answer = await api.get(`/api/v1/accessions/${id}/events`, { 'last-event-id': '7' });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = eventsOf(answer);
    const first = await events.next();
    // It waits, for nobody reads it yet: this one came while the connection stays open.
    expect(first.value).toMatchObject({ event: 'progress', data: { status: 'received' } });
    ACCESSION_PROGRESS.strict().parse(first.value?.data);
    await api.process();
    const rest = [];
    for await (const event of events) rest.push(event);
    const last = rest.pop();
    expect(last).toMatchObject({ id: 'end', event: 'complete' });
    expect(ACCESSION_SUMMARY.strict().parse(last?.data)).toMatchObject({ read: 3_000, new: 3_000, newPosts: 3_000 });
    expect(rest.every((event) => event.event === 'progress')).toBe(true);

    const again = await api.get(`/api/v1/accessions/${id}/events`, { 'last-event-id': 'end' });
    expect(again.status).toBe(204);
    expect((await api.get('/api/v1/accessions/00000000000000000000000000000000/events')).status).toBe(404);
  });

  it('stops looking when nobody listens any more', async () => {
    const { pool } = api.archive;
    const id = '11111111111111111111111111111111';
    await pool.query(
      `INSERT INTO accession (accession_id, collection_id, path, packing, digest, status)
       SELECT $1, collection_id, 'waits', 'file', '\\x00', 'splitting' FROM collection LIMIT 1`,
      [id],
    );
    const leaving = new AbortController();
    const answer = await fetch(`${api.url}/api/v1/accessions/${id}/events`, { signal: leaving.signal });
    await answer.body!.getReader().read();
    leaving.abort();
    await sleep(700);
    const asked: string[] = [];
    const query = pool.query.bind(pool) as (...all: unknown[]) => unknown;
    const connect = pool.connect.bind(pool) as (...all: unknown[]) => unknown;
    Object.assign(pool, {
      query: (...all: unknown[]) => (asked.push('query'), query(...all)),
      connect: (...all: unknown[]) => (asked.push('connect'), connect(...all)),
    });
    await sleep(1_200);
    Object.assign(pool, { query, connect });
    await pool.query(`UPDATE accession SET status = 'failed' WHERE accession_id = $1`, [id]);
    expect(asked).toEqual([]);
  });

  it('lists what could not be read, with its place', async () => {
    const summary = await api.import([note(1, 'fine'), { body: 'no id' }, note(2, 'fine')], '&collection=damaged');
    expect(summary).toMatchObject({ status: 'complete', read: 3, new: 2, rejected: 1 });
    const page = REJECTS.strict().parse(await api.json(`/api/v1/accessions/${summary.id}/rejects`));
    expect(page.items).toMatchObject([{ reason: 'no-identity', path: 'notes.jsonl', preview: '{"body":"no id"}' }]);
    expect((await api.get('/api/v1/accessions/00000000000000000000000000000000/rejects')).status).toBe(404);
  });
});

interface Event {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: unknown;
}

async function* eventsOf(answer: Response): AsyncGenerator<Event, undefined> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = Object.fromEntries(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      );
      text = text.slice(end + 2);
      if (fields['event'] !== undefined) {
        yield { id: fields['id'], event: fields['event'], data: JSON.parse(fields['data'] ?? 'null') as unknown };
      }
    }
  }
  return undefined;
}
