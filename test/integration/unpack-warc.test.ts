/** WARC and ARC: what becomes a member, with which date and address; what is damaged; what is secret. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UnpackedMember } from '../../src/pipeline/ports.js';
import { packingInside, unpack } from '../../src/pipeline/unpack/index.js';
import { FileBlobs } from '../../src/store/blobs.js';

const JSON_BODY = '{"id_str":"1","full_text":"هل من أحد يسمعنا؟"}';
const URI = 'https://api.example/1.1/statuses/show.json?id=1';

describe('unpack: WARC', () => {
  let folder: string;
  let blobs: FileBlobs;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perdure-warc-'));
    blobs = new FileBlobs(join(folder, 'blobs'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function unpacked(
    bytes: Buffer,
    path = 'harvest.warc',
  ): Promise<{ members: UnpackedMember[]; notes: readonly string[] }> {
    const { digest } = await blobs.put(chunks(bytes));
    const members: UnpackedMember[] = [];
    const packing = await packingInside(blobs, { path, digest, bytes: bytes.length });
    expect(packing).toBe('warc');
    const notes = await unpack(blobs, { path, packing: 'warc', digest, bytes: bytes.length }, (member) =>
      Promise.resolve(void members.push(member)),
    );
    return { members, notes };
  }

  const textOf = async (member: UnpackedMember | undefined): Promise<string> =>
    member?.digest === undefined
      ? `nothing: ${member?.refusal?.detail}`
      : (await buffer(blobs.open(member.digest))).toString();

  it.each([
    ['as it is', http(JSON_BODY)],
    ['in chunks', http(chunked(JSON_BODY), 'Transfer-Encoding: chunked')],
    ['in chunks, gzipped', http(chunked(gzipSync(JSON_BODY)), 'Transfer-Encoding: chunked\r\nContent-Encoding: gzip')],
    ['named chunked, but without chunks', http(JSON_BODY, 'Transfer-Encoding: chunked')],
    ['named gzip, but unpacked', http(JSON_BODY, 'Content-Encoding: gzip')],
    ['named br, but unpacked', http(JSON_BODY, 'Content-Encoding: br')],
    ['deflate', http(deflateSync(JSON_BODY), 'Content-Encoding: deflate')],
    ['deflate without its header', http(deflateRawSync(JSON_BODY), 'Content-Encoding: deflate')],
    ['br', http(brotliCompressSync(JSON_BODY), 'Content-Encoding: br')],
    ['twice gzipped', http(gzipSync(gzipSync(JSON_BODY)), 'Content-Encoding: gzip, gzip')],
  ])('keeps the body of an answer as it was meant: %s', async (_, message) => {
    for (const bytes of [warc(response(message)), gzipSync(warc(response(message)))]) {
      const { members, notes } = await unpacked(bytes);
      expect(members).toHaveLength(1);
      expect(await textOf(members[0])).toBe(JSON_BODY);
      expect(members[0]).toMatchObject({
        path: 'harvest.warc/0/api.example/1.1/statuses/show.json',
        exchange: { at: '2016-12-13T08:00:00Z', uri: URI, status: 200, record: 'urn:uuid:1', offset: 0 },
      });
      expect(notes).toEqual(['harvest.warc: 1 records, of which 1 are answers that may hold posts']);
    }
  });

  it('reads records packed one by one, as the tools write them', async () => {
    const bytes = Buffer.concat([response(http('{"a":1}')), response(http('{"b":2}'))].map((each) => gzipSync(each)));
    const { members } = await unpacked(bytes, 'harvest.warc.gz');
    expect(await Promise.all(members.map(textOf))).toEqual(['{"a":1}', '{"b":2}']);
  });

  it('leaves pictures, scripts, redirects and failures in the WARC; errors in JSON are looked at', async () => {
    const { members, notes } = await unpacked(
      warc(
        record('warcinfo', Buffer.from('software: x'), 'Content-Type: application/warc-fields'),
        response(http('png', '', 'image/png')),
        response(http('function () {}', '', 'text/javascript')),
        response(http('[1]', '', 'text/javascript')),
        response(http('<html>', '', 'text/html', '302 Found')),
        response(http('gone', '', 'text/html', '404 Not Found')),
        response(http('{"errors":[]}', '', 'application/json', '404 Not Found')),
        response(http('', '', 'application/json', '204 No Content')),
      ),
    );
    expect(await Promise.all(members.map(textOf))).toEqual(['[1]', '{"errors":[]}']);
    expect(members[1]!.exchange!.status).toBe(404);
    expect(notes).toContain('harvest.warc: 5 other answers (pictures, scripts, redirects, errors) stay in it');
  });

  it('takes resources as they are, and an answer that came again as seen again', async () => {
    const payload = 'WARC-Payload-Digest: sha1:AAAA';
    const { members, notes } = await unpacked(
      warc(
        record('resource', Buffer.from('{"r":1}'), 'Content-Type: application/json'),
        response(http(JSON_BODY), payload),
        record('revisit', Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), payload, '2016-12-14T08:00:00Z'),
        record('revisit', Buffer.alloc(0), 'WARC-Payload-Digest: sha1:BBBB'),
      ),
    );
    expect(members.map((member) => member.exchange!.at)).toEqual([
      '2016-12-13T08:00:00Z',
      '2016-12-13T08:00:00Z',
      '2016-12-14T08:00:00Z',
    ]);
    expect(members[2]!.digest).toBe(members[1]!.digest);
    expect(notes.join()).toContain('1 records say "as before" of answers that are not in this file');
  });

  it('shows no secret, and says where they are', async () => {
    const request = record(
      'request',
      Buffer.from('GET /me HTTP/1.1\r\nAuthorization: OAuth oauth_token="t0psecret"\r\nCookie: a=t0psecret\r\n\r\n'),
      'Content-Type: application/http;msgtype=request',
    );
    const { members, notes } = await unpacked(
      warc(request, response(http('{}'), '', 'https://graph.example/me?access_token=t0psecret&limit=5')),
    );
    expect(JSON.stringify([members, notes])).not.toContain('t0psecret');
    expect(members[0]!.exchange).toMatchObject({
      uri: 'https://graph.example/me?access_token=REDACTED&limit=5',
      removed: ['access_token'],
    });
    expect(notes.join()).toMatch(/authorization \(1\), cookie \(1\)/);
    expect(notes.join()).toMatch(/access_token \(1\)/);
  });

  it('compares digests and says which do not match', async () => {
    const message = http('{}');
    const right = `WARC-Block-Digest: sha1:${createHash('sha1').update(message).digest('hex')}`;
    const wrong = `WARC-Block-Digest: sha1:${'A'.repeat(32)}`;
    const { members, notes } = await unpacked(warc(response(message, right), response(message, wrong)));
    expect(members).toHaveLength(2);
    const at = response(message, right).length;
    expect(notes).toContain(
      `harvest.warc: 1 records do not match their own digest (at bytes ${at}): read all the same`,
    );
  });

  it('goes on behind what is damaged, and says what it passed over', async () => {
    const good = response(http('{"a":1}'));
    const junk = Buffer.from('WARC/1.0\r\nWARC-Type: response\r\n\r\nno length\r\n');
    const wrongLength = Buffer.from(
      good.toString('latin1').replace(/Content-Length: \d+/, 'Content-Length: 7'),
      'latin1',
    );
    const { members } = await unpacked(warc(good, junk, good, wrongLength, good));
    expect(members.map(({ refusal }) => refusal?.reason ?? 'read')).toEqual([
      'read',
      'malformed',
      'read',
      'malformed',
      'read',
    ]);
    expect(members[1]).toMatchObject({ path: `harvest.warc/from byte ${good.length}`, bytes: junk.length });
  });

  it('keeps what was whole before the end of a cut file, for every place of the cut', async () => {
    const whole = warc(response(http('{"a":1}')), response(http('{"b":2}')));
    const first = response(http('{"a":1}')).length;
    for (let end = first + 1; end < whole.length - 4; end += 7) {
      for (const bytes of [whole.subarray(0, end), gzipSync(whole).subarray(0, -12)]) {
        const { members } = await unpacked(bytes);
        expect(await textOf(members[0])).toBe('{"a":1}');
        expect(members.at(-1)!.refusal?.reason ?? 'none').toMatch(/truncated|malformed/);
      }
    }
  });

  it.each([
    ['a coding that nobody knows', http('x', 'Content-Encoding: secret'), 'not-supported'],
    [
      'a damaged coding',
      http(Buffer.concat([gzipSync(JSON_BODY).subarray(0, 20), Buffer.alloc(40, 7)]), 'Content-Encoding: gzip'),
      'malformed',
    ],
    ['a chunk without size', http(Buffer.from('3\r\n{"a\r\nzz\r\n'), 'Transfer-Encoding: chunked'), 'malformed'],
    ['a chunk cut short', http(Buffer.from('ff\r\n{"a'), 'Transfer-Encoding: chunked'), 'truncated'],
  ])('rejects one answer, and reads the next: %s', async (_, message, reason) => {
    const { members } = await unpacked(warc(response(message), response(http('{"a":1}'))));
    expect(members.map(({ refusal }) => refusal?.reason ?? 'read')).toEqual([reason, 'read']);
  });

  it('reads ARC', async () => {
    const body = http('{"a":1}');
    const version = '1 0 Tool\nURL IP-address Archive-date Content-type Archive-length\n';
    const bytes = Buffer.concat([
      Buffer.from(`filedesc://old.arc 127.0.0.1 20100101000000 text/plain ${version.length}\n${version}\n`),
      Buffer.from(`http://example.com/a b 93.184.216.119 20110102030405 application/json ${body.length}\n`),
      body,
      Buffer.from('\n'),
    ]);
    const { members } = await unpacked(bytes, 'old.arc');
    expect(members).toHaveLength(1);
    expect(members[0]!.exchange).toMatchObject({ at: '2011-01-02T03:04:05Z', uri: 'http://example.com/a b' });
    expect(await textOf(members[0])).toBe('{"a":1}');
  });
});

function http(body: string | Buffer, fields = '', type = 'application/json', status = '200 OK'): Buffer {
  const head = [`HTTP/1.1 ${status}`, `Content-Type: ${type}; charset=utf-8`, ...(fields === '' ? [] : [fields])];
  return Buffer.concat([Buffer.from(head.join('\r\n') + '\r\n\r\n'), Buffer.from(body as string)]);
}

function chunked(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body as string);
  const size = (part: Buffer): Buffer => Buffer.from(part.length.toString(16) + '\r\n');
  const end = Buffer.from('\r\n');
  const [one, two] = [bytes.subarray(0, 5), bytes.subarray(5)];
  return Buffer.concat([size(one), one, end, size(two), two, end, Buffer.from('0\r\n\r\n')]);
}

function response(message: Buffer, fields = '', uri = URI): Buffer {
  const all = ['Content-Type: application/http; msgtype=response', ...(fields === '' ? [] : [fields])].join('\r\n');
  return record('response', message, all, undefined, uri);
}

function record(type: string, block: Buffer, fields = '', date = '2016-12-13T08:00:00Z', uri = URI): Buffer {
  const head = [
    'WARC/1.0',
    `WARC-Type: ${type}`,
    'WARC-Record-ID: <urn:uuid:1>',
    `WARC-Date: ${date}`,
    `WARC-Target-URI: ${uri}`,
    ...(fields === '' ? [] : [fields]),
    `Content-Length: ${block.length}`,
  ];
  return Buffer.concat([Buffer.from(head.join('\r\n') + '\r\n\r\n'), block, Buffer.from('\r\n\r\n')]);
}

function warc(...records: readonly Buffer[]): Buffer {
  return Buffer.concat(records);
}

async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += 1_000) yield await Promise.resolve(bytes.subarray(i, i + 1_000));
}
