/** Files by their address: wanted, fetched from a real server that misbehaves, stored, linked, listed. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import sharp from 'sharp';
import { Media1767225900000 } from '../../migrations/1767225900000-media.js';
import { register } from '../../src/cli/commands/media.js';
import type { Attachment, Profile } from '../../src/core/content.js';
import { sha256, showDigest, type Key } from '../../src/core/digest.js';
import type { Reading } from '../../src/core/reading.js';
import { actorUri, postKey } from '../../src/core/uri.js';
import { openAgents, type Agents } from '../../src/network/agent.js';
import { download } from '../../src/network/download.js';
import { fetchMedia, type MediaDeps, type MediaTally } from '../../src/pipeline/media.js';
import type { MediaPace, WantedMedia } from '../../src/pipeline/media-ports.js';
import { hashDistance } from '../../src/pipeline/media-picture.js';
import { mediaKey, wantedMedia } from '../../src/pipeline/media-wants.js';
import { media } from '../../src/read/index.js';
import { fetchedMedia, mediaCounts, mediaExchanges, missingMedia, picture } from '../../src/read/media.js';
import { RateLimited } from '../../src/sources/harvest.js';
import { FileBlobs } from '../../src/store/blobs.js';
import { askAgain, dueMedia, PgMediaStore, wantMedia, wantMediaWithin } from '../../src/store/media.js';
import { findMedia } from '../../src/store/readers/relations.js';
import { note, noteUri, ReadingsArchive } from '../support/readings.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let archive: ReadingsArchive;
let server: Server;
let agents: Agents;
let folder: string;
let blobs: FileBlobs;
let deps: MediaDeps;
let files: Record<string, Buffer | number | Handler>;
let asked: string[];

const ORIGIN = 'https://files.example';
const NO_SIGNAL = new AbortController().signal;

beforeAll(async () => {
  archive = await ReadingsArchive.open();
  const there = await archive.pool.query<{ there: boolean }>(`SELECT to_regclass('media_fetch') IS NOT NULL AS there`);
  if (!there.rows[0]!.there) {
    const runner = archive.database.createQueryRunner();
    await new Media1767225900000().up(runner);
    await runner.release();
  }
  server = createServer((request, response) => {
    asked.push(request.url!);
    const file = files[request.url!] ?? 404;
    if (typeof file === 'function') return file(request, response);
    if (typeof file === 'number') return void response.writeHead(file).end('no');
    // Every file says that it is a picture.
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': file.length }).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  agents = openAgents();
});

afterAll(async () => {
  await agents.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await archive.close();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perdure-media-'));
  blobs = new FileBlobs(join(folder, 'blobs'));
  const elsewhere = new Map([['files.example', `http://127.0.0.1:${(server.address() as AddressInfo).port}`]]);
  const network = { agents, trusted: [], agent: 'Perdure/test', elsewhere, idleMs: 300 };
  deps = {
    store: new PgMediaStore(archive.pool),
    blobs,
    download: (request) => download(network, request),
    partials: join(folder, 'partials'),
    signal: NO_SIGNAL,
    now: Date.now,
  };
  files = {};
  asked = [];
});

afterEach(async () => {
  await archive.clear();
  await rm(folder, { recursive: true, force: true });
});

// ── what is wanted ──────────────────────────────────────────────────────────────────────────────────────────────────

const image = (url: string): Attachment => ({ type: 'Image', url: url.startsWith('/') ? ORIGIN + url : url });
const want = (name: string, url: string, type: WantedMedia['type'] = 'Image'): WantedMedia => ({
  post: postKey(noteUri(name)),
  url: ORIGIN + url,
  type,
});
const keyOf = (url: string): Key => mediaKey(ORIGIN + url);

async function fetchAll(more: Partial<MediaDeps> = {}): Promise<MediaTally> {
  return fetchMedia({ ...deps, ...more }, await dueMedia(archive.pool, 100));
}

/** As if the pauses had passed. */
async function later(): Promise<void> {
  await archive.pool.query(`UPDATE media_fetch SET next_at = now() WHERE next_at IS NOT NULL`);
}

async function rowOf(url: string): Promise<Record<string, unknown>> {
  const { rows } = await archive.pool.query<Record<string, unknown>>(
    `SELECT *, extract(epoch FROM next_at - now())::float8 AS wait FROM media_fetch WHERE url = $1`,
    [ORIGIN + url],
  );
  return rows[0]!;
}

/** `perdure media …` on this database. */
async function command(...argv: readonly string[]): Promise<string> {
  let out = '';
  const program = new Command().exitOverride();
  const { url } = archive.database.options as unknown as { readonly url: string };
  register(program, {
    out: (text) => (out += String(text)),
    err: () => undefined,
    isTty: false,
    color: false,
    width: 100,
    env: { DATABASE_URL: url, PERDURE_DATA: folder },
  });
  await program.parseAsync(['media', ...argv], { from: 'user' });
  return out;
}

const mediaOf = (name: string) => findMedia(archive.pool, [postKey(noteUri(name))], 10);

// ── pictures, drawn here ────────────────────────────────────────────────────────────────────────────────────────────

/** Grey stripes and a disc; `turn` says which of several pictures. */
function drawing(turn: number, width = 320, height = 200): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const value = 128 + 127 * Math.sin((x / width) * (3 + turn * 4) + (y / height) * (5 - turn * 2));
      pixels.fill(Math.round(value), (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

describe('what is wanted', () => {
  it('is read from attachments that no package brought, and from profiles', () => {
    const profile: Profile = { icon: `${ORIGIN}/avatar.png`, image: '/relative.png' };
    const attachment = [
      image('/1.jpg'),
      image('/2.jpg'),
      image('data:image/png;base64,AA'),
      { type: 'Video' as const },
    ];
    const reading: Reading = note(
      'a',
      { attachment },
      {
        files: [undefined, 'media/2.jpg'],
        actors: [{ actor: actorUri('https://notes.example/u/a'), profile }],
      },
    );
    expect(wantedMedia(reading).map(({ url, type }) => [url, type])).toEqual([
      [`${ORIGIN}/1.jpg`, 'Image'],
      [`${ORIGIN}/avatar.png`, 'Avatar'],
    ]);
    expect(wantedMedia(note('b', {}))).toEqual([]);
    const odd = ['http://a\u0000b/', 'https://', '\ud800', 'ftp://files.example/x', `${ORIGIN}/${'x'.repeat(9_000)}`];
    expect(wantedMedia(note('c', { attachment: odd.map((url) => ({ type: 'Image', url })) }))).toEqual([]);
  });

  it('is written down once, in whatever order and however often it is said', async () => {
    const rows = [want('a', '/1'), want('b', '/1'), want('a', '/2'), want('a', '/1')];
    expect([...(await wantMedia(archive.pool, rows))].sort()).toEqual([keyOf('/1'), keyOf('/2')].sort());
    expect(await wantMedia(archive.pool, [...rows].reverse())).toEqual([]);
    const { rows: links } = await archive.pool.query(`SELECT * FROM post_media`);
    expect(links).toHaveLength(3);
    expect(await dueMedia(archive.pool, 10)).toHaveLength(2);
  });

  it('may have an address longer than an index takes', async () => {
    const long = `/long?${'x'.repeat(5_000)}`;
    files[long] = await drawing(0);
    await wantMedia(archive.pool, [want('a', long)]);
    expect(await fetchAll()).toMatchObject({ stored: 1 });
    const [found] = await mediaOf('a');
    expect(found).toMatchObject({ file: `media:${keyOf(long)}`, url: ORIGIN + long });
    expect(found!.digest).toBe(sha256(files[long]));
  });
});

describe('a file that is there', () => {
  it('is fetched once, stored once, and shown with every post that names it', async () => {
    const bytes = await drawing(0);
    files = { '/1': bytes, '/copy': bytes };
    await archive.write([note('a', {}), note('b', {})]);
    await wantMedia(archive.pool, [want('a', '/1'), want('b', '/1'), want('b', '/copy')]);
    expect(await fetchAll()).toEqual({ stored: 2, waiting: 0, missing: 0, refused: 0 });
    expect(await fetchAll()).toEqual({ stored: 0, waiting: 0, missing: 0, refused: 0 });
    expect(asked.sort()).toEqual(['/1', '/copy']);

    const digest = sha256(bytes);
    expect(await mediaOf('a')).toEqual([{ file: `${ORIGIN}/1`, digest, type: 'Image', url: `${ORIGIN}/1` }]);
    expect((await mediaOf('b')).map((row) => row.digest)).toEqual([digest, digest]);
    expect(await readFile(blobs.pathOf(digest))).toEqual(bytes);
    expect(await readdir(deps.partials)).toEqual([]);
    expect(await media(archive.pool, digest)).toMatchObject({ bytes: bytes.length, sealed: false });
    const shown = (await fetchedMedia(archive.pool, [`${ORIGIN}/1`, `${ORIGIN}/unknown`])).get(`${ORIGIN}/1`);
    expect(shown).toMatchObject({
      state: 'stored',
      status: 200,
      digest: showDigest(digest),
      contentType: 'image/png',
      width: 320,
      height: 200,
    });
    expect(shown!.phash).toMatch(/^[0-9a-f]{16}$/);
    // A post that comes later has it at once.
    await wantMedia(archive.pool, [want('c', '/1')]);
    expect((await mediaOf('c')).map((row) => row.digest)).toEqual([digest]);
    expect(asked).toHaveLength(2);
  });

  it('is fetched by one of two workers', async () => {
    files['/1'] = await drawing(0);
    await wantMedia(archive.pool, [want('a', '/1')]);
    const tallies = await Promise.all([fetchMedia(deps, [keyOf('/1')]), fetchMedia(deps, [keyOf('/1')])]);
    expect(tallies[0].stored + tallies[1].stored).toBe(1);
    expect(asked).toEqual(['/1']);
  });

  it('meets a post that is being linked while the file is being stored', async () => {
    files['/1'] = await drawing(0);
    await wantMedia(archive.pool, [want('first', '/1')]);
    const client = await archive.pool.connect();
    try {
      await client.query('BEGIN');
      await wantMediaWithin(client, [want('second', '/1')]);
      const fetched = fetchAll();
      // Long enough for a fetch that would not wait.
      await new Promise((resolve) => setTimeout(resolve, 300));
      await client.query('COMMIT');
      expect(await fetched).toMatchObject({ stored: 1 });
    } finally {
      client.release();
    }
    for (const name of ['first', 'second'])
      expect((await mediaOf(name)).map(({ digest }) => digest)).toEqual([sha256(files['/1'])]);
  });

  it('fetched again, keeps what it was', async () => {
    const [before, after] = [await drawing(0), await drawing(1)];
    files['/1'] = before;
    await wantMedia(archive.pool, [want('a', '/1')]);
    await fetchAll();
    expect(await askAgain(archive.pool, { states: ['missing'] })).toBe(0);
    expect(await askAgain(archive.pool, { states: ['stored'], urls: [`${ORIGIN}/1`, `${ORIGIN}/2`] })).toBe(1);
    files['/1'] = after;
    await fetchAll();
    expect(new Set((await mediaOf('a')).map(({ digest }) => digest))).toEqual(new Set([sha256(before), sha256(after)]));
    // Gone for a later look: the file stays.
    await askAgain(archive.pool, { states: ['stored'] });
    files['/1'] = 404;
    await fetchAll();
    expect(await rowOf('/1')).toMatchObject({ state: 'stored', status: 404, next_at: null, problem: '404 Not Found' });
    expect(await mediaOf('a')).toHaveLength(2);
  });

  it('of a profile is shown with its actor', async () => {
    files['/avatar'] = await drawing(0);
    const actor = actorUri('https://notes.example/u/a');
    const reading = note('a', {}, { actors: [{ actor, profile: { name: 'A', icon: `${ORIGIN}/avatar` } }] });
    await archive.write([reading]);
    await wantMedia(archive.pool, wantedMedia(reading));
    await fetchAll();
    const digest = sha256(files['/avatar']);
    expect(await picture(archive.pool, digest)).toMatchObject({
      sealed: false,
      actors: [{ uri: actor, url: `${ORIGIN}/avatar` }],
    });
    expect(await mediaOf('a')).toEqual([]);
    expect(await picture(archive.pool, digest, { collections: [] })).toBeUndefined();
  });

  it('is sealed as long as all its posts are private', async () => {
    files['/1'] = await drawing(0);
    await archive.write([note('a', { visibility: 'followers' }), note('b', { visibility: 'direct' }), note('c', {})]);
    await wantMedia(archive.pool, [want('a', '/1'), want('b', '/1')]);
    await fetchAll();
    const sealed = async (): Promise<boolean> => (await media(archive.pool, sha256(files['/1'] as Buffer)))!.sealed;
    expect(await sealed()).toBe(true);
    await wantMedia(archive.pool, [want('c', '/1')]);
    expect(await sealed()).toBe(false);
  });
});

describe('what is no such file', () => {
  const HTML = Buffer.from('<!DOCTYPE html>\n<html><head><title>Log in</title></head></html>'.padEnd(2_000));
  it.each<[string, Buffer, WantedMedia['type'], string]>([
    ['/html', HTML, 'Image', 'an HTML page is there, no picture'],
    ['/html', HTML, 'Avatar', 'an HTML page is there, no picture'],
    ['/html', HTML, 'Video', 'an HTML page is there, no video'],
    [
      '/svg',
      Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'Image',
      'an SVG drawing is there, no picture',
    ],
    ['/json', Buffer.from('{"error":"expired"}'), 'Image', 'a JSON text is there, no picture'],
    ['/pdf', Buffer.from('%PDF-1.7\n…'), 'Image', 'a PDF document is there, no picture'],
    ['/text', Buffer.from('Not here, لا'), 'Audio', 'a plain text is there, no sound'],
    [
      '/elf',
      Buffer.from('7f454c4602010100000000000000', 'hex'),
      'Document',
      'something unknown (it begins with 7f454c4602010100) is there, no document',
    ],
    ['/empty', Buffer.alloc(0), 'Image', 'an empty file is there, no picture'],
  ])('%s', async (url, bytes, type, problem) => {
    files[url] = bytes;
    await wantMedia(archive.pool, [want('a', url, type)]);
    expect(await fetchAll()).toMatchObject({ refused: 1 });
    expect(await rowOf(url)).toMatchObject({ state: 'refused', problem, status: 200, next_at: null, digest: null });
    expect((await mediaOf('a')).map(({ digest }) => digest)).toEqual(type === 'Avatar' ? [] : [null]);
    expect(await readdir(deps.partials)).toEqual([]);
  });

  it('is told by its bytes, not by its header', async () => {
    const mp4 = Buffer.from('00000018667479706d703432000000006d70343269736f6d', 'hex');
    files = { '/gifv': mp4, '/pdf': Buffer.from('%PDF-1.7\n') };
    await wantMedia(archive.pool, [want('a', '/gifv'), want('a', '/pdf', 'Document')]);
    expect(await fetchAll()).toMatchObject({ stored: 2 });
    expect(await rowOf('/gifv')).toMatchObject({ content_type: 'video/mp4', width: null });
    expect(await rowOf('/pdf')).toMatchObject({ content_type: 'application/pdf' });
  });

  it('is too large for a picture, and is not for a video', async () => {
    files['/big'] = await drawing(0);
    const limits = { imageBytes: 100, bytes: 1_000_000 };
    await wantMedia(archive.pool, [want('a', '/big')]);
    expect(await fetchAll({ limits })).toMatchObject({ refused: 1 });
    expect((await rowOf('/big'))['problem']).toMatch(/^too large: .* the limit is 100$/);
    await archive.clear();
    await wantMedia(archive.pool, [want('a', '/big', 'Video')]);
    expect(await fetchAll({ limits })).toMatchObject({ stored: 1 });
  });

  it('stands at an address that may not be asked', async () => {
    const port = (server.address() as AddressInfo).port;
    const urls = [`http://0x7f000001:${port}/x`, `http://[::ffff:127.0.0.1]:${port}/x`, `http://localhost:${port}/x`];
    files['/redirect'] = (_, response) => void response.writeHead(302, { location: urls[0] }).end();
    await wantMedia(archive.pool, [...urls.map((url) => ({ ...want('a', ''), url })), want('a', '/redirect')]);
    expect(await fetchAll()).toMatchObject({ refused: 4 });
    expect(asked).toEqual(['/redirect']);
    const { rows } = await archive.pool.query<{ problem: string }>('SELECT problem FROM media_fetch');
    for (const { problem } of rows) expect(problem).toMatch(/not asked/);
  });
});

describe('a file that does not come', () => {
  it('gone is missing at once, and looked for once more a day later', async () => {
    files['/1'] = 404;
    await wantMedia(archive.pool, [want('a', '/1')]);
    expect(await fetchAll()).toMatchObject({ missing: 1 });
    expect(await rowOf('/1')).toMatchObject({ state: 'missing', status: 404, tries: 1 });
    expect((await rowOf('/1'))['wait']).toBeCloseTo(86_400, -2);
    await later();
    files['/1'] = 410;
    expect(await fetchAll()).toMatchObject({ missing: 1 });
    expect(await rowOf('/1')).toMatchObject({ state: 'missing', status: 410, next_at: null });
  });

  it('gone by mistake is stored the day after', async () => {
    files['/1'] = 404;
    await wantMedia(archive.pool, [want('a', '/1')]);
    await fetchAll();
    await later();
    files['/1'] = await drawing(0);
    expect(await fetchAll()).toMatchObject({ stored: 1 });
    expect(await rowOf('/1')).toMatchObject({ state: 'stored', problem: null });
  });

  it('is tried six times, with pauses of minutes to days', async () => {
    files['/1'] = 500;
    await wantMedia(archive.pool, [want('a', '/1')]);
    const pauses: unknown[] = [];
    for (let i = 0; i < 6; i++) {
      await fetchAll();
      pauses.push(Math.round(Number((await rowOf('/1'))['wait'] ?? 0) / 60));
      await later();
    }
    expect(pauses).toEqual([5, 60, 360, 1440, 4320, 0]);
    expect(await rowOf('/1')).toMatchObject({
      state: 'missing',
      tries: 6,
      next_at: null,
      problem: 'the server answered 500',
    });
    expect(await fetchAll()).toMatchObject({ missing: 0 });
    expect(asked).toHaveLength(6);
  });

  it('is asked for when the server says, for all files of its host', async () => {
    files['/1'] = (_, response) => void response.writeHead(429, { 'retry-after': '7200' }).end();
    await wantMedia(archive.pool, [want('a', '/1'), want('a', '/2')]);
    let until = 0;
    const pace: MediaPace = {
      take: (host) =>
        until > 0 ? Promise.reject(new RateLimited(host, until, `${host} is to be left alone`)) : Promise.resolve(),
      block: (host, waitMs) => Promise.resolve(void (host === 'files.example' && (until = Date.now() + waitMs))),
    };
    expect(await fetchMedia({ ...deps, pace }, [keyOf('/1'), keyOf('/2')])).toMatchObject({ waiting: 2 });
    expect(asked).toEqual(['/1']);
    expect((await rowOf('/1'))['wait']).toBeCloseTo(7_200, -2);
    expect(await rowOf('/2')).toMatchObject({ state: 'waiting', tries: 0 });
    expect((await rowOf('/2'))['wait']).toBeCloseTo(7_200, -2);
  });

  it('is gone on with at the next try', async () => {
    const bytes = await drawing(0, 900, 700);
    const half = Math.floor(bytes.length / 2);
    const ranges: unknown[] = [];
    files['/1'] = ({ headers }, response) => {
      ranges.push(headers.range);
      if (ranges.length > 2) {
        const range = `bytes ${half}-${bytes.length - 1}/${bytes.length}`;
        return void response.writeHead(206, { etag: '"1"', 'content-range': range }).end(bytes.subarray(half));
      }
      if (ranges.length === 2) return void response.destroy();
      response.writeHead(200, { etag: '"1"', 'content-length': bytes.length });
      response.write(bytes.subarray(0, half), () => setTimeout(() => response.destroy(), 30));
    };
    await wantMedia(archive.pool, [want('a', '/1')]);
    expect(await fetchAll()).toMatchObject({ waiting: 1 });
    expect((await readdir(deps.partials)).sort()).toEqual([keyOf('/1'), `${keyOf('/1')}.json`]);
    await later();
    expect(await fetchAll()).toMatchObject({ stored: 1 });
    expect(ranges).toEqual([undefined, `bytes=${half}-`, `bytes=${half}-`]);
    expect(await rowOf('/1')).toMatchObject({ state: 'stored', bytes: String(bytes.length), width: 900 });
    expect((await mediaOf('a')).map(({ digest }) => digest)).toEqual([sha256(bytes)]);
  });

  it('is not blamed for our own trouble', async () => {
    files['/1'] = await drawing(0);
    await wantMedia(archive.pool, [want('a', '/1')]);
    const full = {
      ...blobs,
      put: () => Promise.reject(new Error('no space left')),
      asFile: () => Promise.reject(new Error()),
    };
    await expect(fetchAll({ blobs: full })).rejects.toThrow('no space left');
    expect(await rowOf('/1')).toMatchObject({ state: 'waiting', tries: 0, problem: 'no space left' });
    await later();
    expect(await fetchAll()).toMatchObject({ stored: 1 });
  });

  it('is given up where fetching it ends the process, again and again', async () => {
    files['/1'] = await drawing(0);
    await wantMedia(archive.pool, [want('a', '/1')]);
    await archive.pool.query('UPDATE media_fetch SET tries = 50');
    expect(await fetchAll()).toMatchObject({ missing: 1 });
    expect(asked).toEqual([]);
    expect(await askAgain(archive.pool, { states: ['missing', 'refused'] })).toBe(1);
    expect(await fetchAll()).toMatchObject({ stored: 1 });
  });
});

describe('a picture', () => {
  const facts = async (bytes: Buffer): Promise<Record<string, unknown>> => {
    await archive.clear();
    files['/p'] = bytes;
    await wantMedia(archive.pool, [want('a', '/p')]);
    expect(await fetchAll()).toMatchObject({ stored: 1 });
    const view = (await fetchedMedia(archive.pool, [`${ORIGIN}/p`])).get(`${ORIGIN}/p`)!;
    expect(view.digest).toBe(showDigest(sha256(bytes)));
    return { ...view };
  };

  it('looks like itself in other formats and sizes, and unlike others', async () => {
    const one = await drawing(0);
    const alike = [
      one,
      await sharp(one).resize(160, 100).jpeg({ quality: 60 }).toBuffer(),
      await sharp(one).webp().toBuffer(),
      await sharp(one).gif().toBuffer(),
      await sharp(one).avif({ effort: 1 }).toBuffer(),
    ];
    const hashes: string[] = [];
    for (const bytes of alike) hashes.push((await facts(bytes))['phash'] as string);
    for (const hash of hashes) expect(hashDistance(hashes[0]!, hash)).toBeLessThan(8);
    const other = (await facts(await drawing(1)))['phash'] as string;
    expect(hashDistance(hashes[0]!, other)).toBeGreaterThan(12);
  });

  it('is measured as it is shown; of several frames the first', async () => {
    const turned = await sharp(await drawing(0))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect(await facts(turned)).toMatchObject({ width: 200, height: 320 });
    const frames = await Promise.all([drawing(0, 64, 48), drawing(1, 64, 48), drawing(2, 64, 48)]);
    const animated = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect(await facts(animated)).toMatchObject({ contentType: 'image/gif', width: 64, height: 48 });
  });

  it('that is broken, hostile or of no known decoder is kept all the same', async () => {
    const png = await drawing(0);
    const cut = png.subarray(0, 600);
    expect(await facts(cut)).toMatchObject({ state: 'stored', contentType: 'image/png', width: 320, phash: null });
    const noise = Buffer.concat([png.subarray(0, 8), Buffer.alloc(2_000, 'x')]);
    expect(await facts(noise)).toMatchObject({ state: 'stored', width: null, phash: null });
    // 60,000 × 60,000 pixels by its header.
    const bomb = Buffer.from(png);
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    expect(await facts(bomb)).toMatchObject({ state: 'stored', phash: null });
    const heic = Buffer.concat([Buffer.from('00000018667479706865696300000000', 'hex'), Buffer.alloc(600)]);
    expect(await facts(heic)).toMatchObject({ contentType: 'image/heic', width: null });
    // And the next one is looked at as ever.
    expect((await facts(png))['phash']).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('lists', () => {
  it('say what is missing and why, page by page, of a collection or of all', async () => {
    const actor = actorUri('https://notes.example/u/a');
    const reading = note(
      'a',
      { attachment: [image('/gone'), image('/html'), image('/ok'), image('/late')] },
      {
        actors: [{ actor, profile: { icon: `${ORIGIN}/avatar` } }],
      },
    );
    const packed = note('b', { attachment: [image('/in-a-package')] }, { files: ['media/b.jpg'] });
    await archive.write([reading, packed], { collection: 'one' });
    await archive.write([note('c', { attachment: [image('/c')] })], { collection: 'two' });
    files = { '/html': Buffer.from('<html>'), '/ok': await drawing(0), '/late': 503 };
    await wantMedia(archive.pool, [...wantedMedia(reading), ...wantedMedia(packed), want('c', '/c')]);
    await fetchAll();

    const all = await missingMedia(archive.pool);
    const told = all.items.map(({ post, actor: owner, file, state, problem }) => [post ?? owner, file, state, problem]);
    expect(new Set(told)).toEqual(
      new Set([
        [noteUri('a'), `${ORIGIN}/gone`, 'missing', '404 Not Found'],
        [noteUri('a'), `${ORIGIN}/html`, 'refused', 'an HTML page is there, no picture'],
        [noteUri('a'), `${ORIGIN}/late`, 'waiting', 'the server answered 503'],
        [noteUri('b'), 'media/b.jpg', 'notInPackage', null],
        [noteUri('c'), `${ORIGIN}/c`, 'missing', '404 Not Found'],
        [actor, `${ORIGIN}/avatar`, 'missing', '404 Not Found'],
      ]),
    );
    expect(told).toHaveLength(6);
    expect(told.at(-1)![0]).toBe(actor);

    const paged: unknown[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await missingMedia(archive.pool, { limit: 1, ...(cursor != null && { cursor }) });
      expect(page.items.length).toBe(1);
      paged.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    expect(paged).toEqual(all.items);

    expect((await missingMedia(archive.pool, { collection: 'two' })).items.map(({ file }) => file)).toEqual([
      `${ORIGIN}/c`,
    ]);
    expect((await missingMedia(archive.pool, { collection: 'one' })).items).toHaveLength(5);
    expect(await missingMedia(archive.pool, {}, { collections: [] })).toEqual({ items: [], next: null });
    await expect(missingMedia(archive.pool, { collection: 'three' })).rejects.toThrow('no collection');

    const counted = await mediaCounts(archive.pool, { collection: 'one' });
    expect(counted).toEqual([
      { type: 'Avatar', state: 'missing', count: 1, bytes: 0 },
      { type: 'Image', state: 'missing', count: 1, bytes: 0 },
      { type: 'Image', state: 'refused', count: 1, bytes: 0 },
      { type: 'Image', state: 'stored', count: 1, bytes: (files['/ok'] as Buffer).length },
      { type: 'Image', state: 'waiting', count: 1, bytes: 0 },
    ]);
  });

  it('are what the command prints', async () => {
    files = { '/ok': await drawing(0) };
    await archive.write([note('a', {})]);
    await wantMedia(archive.pool, [want('a', '/ok'), want('a', '/gone')]);
    await fetchAll();
    const told = await command();
    expect(told).toMatch(/Image +stored +1 +[\d.]+ [KM]?B/i);
    expect(told).toMatch(/Image +missing +1/);
    expect(await command('--missing')).toContain('404 Not Found');
    expect(JSON.parse(await command('--missing', '--json'))).toEqual(await missingMedia(archive.pool));
    expect(JSON.parse(await command('--json'))).toEqual({ items: await mediaCounts(archive.pool), next: null });
    expect(await command('--retry')).toBe('1 file will be asked for again by the workers.\n');
    expect(JSON.parse(await command('--json', '--again', `${ORIGIN}/ok`))).toEqual({ asked: 1 });
    expect(await dueMedia(archive.pool, 10)).toHaveLength(2);
    await expect(command('--missing', '--retry')).rejects.toThrow('one at a time');
    await expect(command('--collection', 'none')).rejects.toThrow('no collection');
  });

  it('asks again for what was given up, of one collection', async () => {
    const actor = actorUri('https://notes.example/u/a');
    const reading = note(
      'a',
      { attachment: [image('/a')] },
      { actors: [{ actor, profile: { icon: `${ORIGIN}/avatar` } }] },
    );
    const other = note('b', { attachment: [image('/b')] });
    const { accession } = await archive.write([reading], { collection: 'one' });
    await archive.write([other], { collection: 'two' });
    await wantMedia(archive.pool, [...wantedMedia(reading), ...wantedMedia(other)]);
    await fetchAll();
    const { rows } = await archive.pool.query<{ id: string }>(
      `SELECT replace(collection_id::text, '-', '') AS id FROM accession WHERE accession_id = $1`,
      [accession],
    );
    expect(await askAgain(archive.pool, { states: ['missing'], collection: rows[0]!.id as Key })).toBe(2);
    expect([...(await dueMedia(archive.pool, 10))].sort()).toEqual([keyOf('/a'), keyOf('/avatar')].sort());
  });
});

describe('what was asked, and what came', () => {
  const of = async (file: string) => (await mediaExchanges(archive.pool, file))!.items;

  it('is kept of a file that is there, by its address and by its digest', async () => {
    const bytes = await drawing(0);
    files = { '/1?sig=abc123': bytes, '/copy': bytes };
    await wantMedia(archive.pool, [want('a', '/1?sig=abc123'), want('a', '/copy')]);
    expect(await mediaExchanges(archive.pool, `${ORIGIN}/copy`)).toEqual({ items: [], next: null });
    await fetchAll();
    const digest = showDigest(sha256(bytes));
    const [exchange] = await of(`${ORIGIN}/1?sig=abc123`);
    expect(exchange).toMatchObject({
      file: `${ORIGIN}/1?sig=abc123`,
      url: `${ORIGIN}/1?sig=REDACTED`,
      seq: 0,
      status: 200,
      responseHeaders: { 'content-type': 'image/jpeg' },
      redacted: ['sig'],
      digest,
      bytes: bytes.length,
      remoteAddress: '127.0.0.1',
      problem: null,
    });
    expect((await of(digest)).map(({ file }) => file).sort()).toEqual([`${ORIGIN}/1?sig=abc123`, `${ORIGIN}/copy`]);
    const first = (await mediaExchanges(archive.pool, digest, { limit: 1 }))!;
    const second = (await mediaExchanges(archive.pool, digest, { limit: 1, cursor: first.next! }))!;
    expect([first.items[0]!.file, second.items[0]!.file].sort()).toEqual([`${ORIGIN}/1?sig=abc123`, `${ORIGIN}/copy`]);
    expect(second.next).toBeNull();
  });

  it('is kept of one that is gone, try after try, with what the server said', async () => {
    files = {
      '/1': (_, response) => void response.writeHead(302, { location: '/2' }).end(),
      '/2': (_, response) => void response.writeHead(410, { 'content-type': 'text/plain' }).end('taken down'),
    };
    await wantMedia(archive.pool, [want('a', '/1')]);
    await fetchAll();
    await later();
    await fetchAll();
    const exchanges = await of(`${ORIGIN}/1`);
    expect(exchanges.map(({ seq, status, redirectedFrom }) => [seq, status, redirectedFrom])).toEqual([
      [0, 302, null],
      [1, 410, 0],
      [2, 302, null],
      [3, 410, 2],
    ]);
    const digest = sha256('taken down');
    expect(exchanges[3]!.digest).toBe(showDigest(digest));
    expect(await readFile(blobs.pathOf(digest), 'utf8')).toBe('taken down');
    expect(await command('--exchanges', `${ORIGIN}/1`)).toMatch(/302[\s\S]*GET https:\/\/files\.example\/2/);
  });

  it('gives no digest of the whole to a part of it', async () => {
    const bytes = await drawing(1);
    let place = 0;
    files['/1'] = (request, response) => {
      const from = place++ === 0 ? 0 : 500;
      const length = bytes.length - from;
      response.writeHead(from === 0 ? 200 : 206, {
        etag: '"v1"',
        'content-length': length,
        ...(from > 0 && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
      });
      if (from > 0) return void response.end(bytes.subarray(from));
      response.write(bytes.subarray(0, 500), () => setTimeout(() => response.destroy(), 30));
    };
    await wantMedia(archive.pool, [want('a', '/1')]);
    expect(await fetchAll()).toMatchObject({ stored: 1 });
    expect(await of(`${ORIGIN}/1`)).toMatchObject([
      { status: 200, digest: null, bytes: 500, problem: expect.stringContaining('broke off') },
      { status: 206, digest: null, bytes: bytes.length - 500, problem: null },
    ]);
    expect(await of(showDigest(sha256(bytes)))).toHaveLength(2);
  });

  it('is kept where the disk fails us, and the try is not counted', async () => {
    files['/1'] = await drawing(0);
    await wantMedia(archive.pool, [want('a', '/1')]);
    const broken = { put: () => Promise.reject(new Error('no space left')) };
    await expect(fetchAll({ blobs: broken })).rejects.toThrow('no space left');
    expect(await of(`${ORIGIN}/1`)).toMatchObject([{ status: 200, digest: null }]);
    expect(await rowOf('/1')).toMatchObject({ state: 'waiting', tries: 0 });
  });

  it('is of files that somebody wanted', async () => {
    expect(await mediaExchanges(archive.pool, `${ORIGIN}/unknown`)).toBeUndefined();
    await expect(mediaExchanges(archive.pool, 'picture.jpg')).rejects.toThrow('neither an address');
    await expect(command('--exchanges', `${ORIGIN}/unknown`)).rejects.toThrow();
  });
});

it('is asked for with the credential that it may be asked for with', async () => {
  const bytes = await drawing(0);
  files['/1'] = ({ headers }, response) => {
    if (headers.authorization !== 'Bearer tok_s3cret_a1b2c3') return void response.writeHead(403).end();
    response.end(bytes);
  };
  await wantMedia(archive.pool, [want('a', '/1')]);
  expect(await fetchAll()).toMatchObject({ waiting: 1 });
  await later();
  const credential = { name: 'main', kind: 'bearer' as const, secret: 'tok_s3cret_a1b2c3' };
  const credentialOf: MediaDeps['credentialOf'] = ({ url }) =>
    Promise.resolve(url === `${ORIGIN}/1` ? { origin: ORIGIN, credential } : undefined);
  expect(await fetchAll({ credentialOf })).toMatchObject({ stored: 1 });
  const { rows } = await archive.pool.query<{ line: string }>(`SELECT e::text AS line FROM media_exchange e`);
  expect(rows).toHaveLength(2);
  expect(JSON.stringify(rows)).not.toContain('tok_s3cret_a1b2c3');
});
