/** The committed sample exports are what samples/build.ts makes, and what samples/README.md says. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import { sha256 } from '../src/core/digest.js';
import { figures, packages } from '../samples/build.js';
import { EDITIONS } from '../samples/posts.js';

const README = readFileSync('samples/README.md', 'utf8');

describe.each(packages())('samples/$name', ({ name, members }) => {
  it('holds what the script makes', async () => {
    const made = [...members].map(([path, bytes]) => [path, sha256(bytes)]);
    expect(await digestsIn(`samples/${name}`)).toEqual(Object.fromEntries(made));
  });

  it('is complete by its own manifest', () => {
    const manifest = parse(members.get('data/manifest.js')!) as {
      dataTypes: Record<string, { files?: { fileName: string; globalName: string; count: string }[] }>;
    };
    for (const { fileName, globalName, count } of Object.values(manifest.dataTypes).flatMap(
      ({ files }) => files ?? [],
    )) {
      const member = members.get(fileName)!;
      expect(member.toString()).toMatch(new RegExp(`^window\\.${globalName} = \\[`));
      expect(parse(member)).toHaveLength(Number(count));
    }
  });

  it('gives indices in code points of the escaped text', () => {
    const records = parse(members.get('data/tweets.js')!) as { tweet: Tweet }[];
    let checked = 0;
    for (const { tweet } of records) {
      const at = ({ indices }: Entity): string =>
        Array.from(tweet.full_text).slice(Number(indices[0]), Number(indices[1])).join('');
      for (const tag of tweet.entities.hashtags) expect(at(tag)).toBe(`#${tag.text}`);
      for (const mention of tweet.entities.user_mentions) expect(at(mention)).toBe(`@${mention.screen_name}`);
      for (const link of [...tweet.entities.urls, ...(tweet.extended_entities?.media ?? [])])
        expect(at(link)).toBe(link.url);
      checked += tweet.entities.hashtags.length + tweet.entities.user_mentions.length + tweet.entities.urls.length;
    }
    expect(checked).toBeGreaterThan(20);
  });

  it('names nobody who could be real', () => {
    const text = [...members].filter(([path]) => /\.(js|txt)$/.test(path)).map(([, bytes]) => bytes.toString());
    for (const [, handle] of text
      .join('\n')
      .matchAll(/"(?:screen_name|userName|username|in_reply_to_screen_name)" : "([^"]*)"/g)) {
      expect(handle!.length).toBeGreaterThan(15);
    }
    for (const [, id] of text
      .join('\n')
      .matchAll(/"(?:id|id_str|\w*_id|\w*_id_str|accountId|tweetId|noteTweetId|senderId|recipientId)" : "(\d+)"/g)) {
      expect(BigInt(id!)).toBeGreaterThanOrEqual(9_000_000_000_000_000_000n);
      expect(BigInt(id!)).toBeLessThan(2n ** 63n);
    }
  });

  it('has the figures of README.md', () => {
    const edition = EDITIONS.find((candidate) => candidate.name === name)!;
    const found = figures(edition);
    const column = EDITIONS.indexOf(edition);
    expect(cell('generated', column)).toBe(edition.generated);
    expect({
      records: Number(cell('records in', column)),
      posts: Number(cell('posts (', column)),
      edited: Number(cell('edited', column)),
      reposts: Number(cell('reposts', column)),
      replies: Number(cell('replies', column)),
      notes: Number(cell('long posts', column)),
      deleted: Number(cell('deleted', column)),
      mediaStored: Number(cell('media of posts in', column)),
      mediaMissing: Number(cell('media of posts missing', column)),
      directMessages: Number(cell('direct', column)),
    }).toEqual(found);
  });
});

it('the samples are small', () => {
  const bytes = EDITIONS.map(({ name }) => readFileSync(`samples/${name}`).length);
  expect(bytes[0]! + bytes[1]!).toBeLessThan(300_000);
});

interface Entity {
  indices: string[];
}

interface Tweet {
  full_text: string;
  entities: {
    hashtags: (Entity & { text: string })[];
    user_mentions: (Entity & { screen_name: string })[];
    urls: (Entity & { url: string })[];
  };
  extended_entities?: { media: (Entity & { url: string })[] };
}

function cell(row: string, column: number): string {
  const line = README.split('\n').find((candidate) => candidate.startsWith(`| ${row}`));
  return line!.split('|')[column + 2]!.trim();
}

function parse(member: Buffer): unknown {
  const text = member.toString();
  return JSON.parse(text.slice(text.search(/[[{]/)));
}

async function digestsIn(path: string): Promise<Record<string, string>> {
  const zip = await openPromise(path);
  const out: Record<string, string> = {};
  for await (const entry of zip.eachEntry())
    out[entry.fileName] = sha256(await buffer(await zip.openReadStreamPromise(entry)));
  return out;
}
