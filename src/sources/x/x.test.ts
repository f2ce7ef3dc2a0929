import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeSource, load, readPackage } from '../../../test/contract/describe-source.js';
import type { Content } from '../../core/content.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { disagreements } from '../../core/rendering.js';
import type { Inclusion } from '../source.js';
import { x } from './index.js';

const folder = 'src/sources/x/fixtures';
const include: readonly Inclusion[] = ['likes', 'direct'];
const ARCHIVE = 'x-archive,x-archive-circle,x-archive-deleted,x-archive-direct,x-archive-like,x-archive-note';

describeSource(x, {
  folder,
  accounts: [{ path: 'accounts/user.json', format: 'x-v2' }],
  fixtures: [
    { path: 'archive', format: ARCHIVE, records: 19, read: 20, rejected: 2, options: { include } },
    { path: 'grailbird', format: 'x-grailbird', records: 3, read: 4, rejected: 0 },
    { path: 'v1.jsonl', format: 'x-v1', records: 10, read: 12, rejected: 3 },
    { path: 'v1-search.json', format: 'x-v1', records: 1, read: 1, rejected: 0 },
    { path: 'v1-users.json', format: 'x-v1', records: 2, read: 2, rejected: 2 },
    { path: 'v2-pages.jsonl', format: 'x-v2', records: 3, read: 13, rejected: 2 },
    { path: 'v2-flat.jsonl', format: 'x-v2', records: 2, read: 3, rejected: 0 },
    { path: 'v2-counts.json', format: 'x-v2', records: 1, read: 1, rejected: 1 },
    { path: 'gnip.jsonl', format: 'x-gnip', records: 6, read: 8, rejected: 1 },
    { path: 'zeeschuimer.ndjson', format: 'x-zeeschuimer', records: 7, read: 9, rejected: 0 },
    { path: 'graphql.json', format: 'x-graphql', records: 1, read: 8, rejected: 1 },
    { path: 'graphql-results.jsonl', format: 'x-graphql', records: 2, read: 2, rejected: 0 },
    { path: 'adaptive.json', format: 'x-graphql', records: 1, read: 3, rejected: 0 },
    { path: 'snscrape.jsonl', format: 'x-snscrape', records: 2, read: 3, rejected: 0 },
    { path: '4cat.csv', format: 'x-4cat-csv', records: 2, read: 2, rejected: 1 },
    { path: 'zeeschuimer.csv', format: 'x-4cat-csv', records: 2, read: 2, rejected: 0 },
    { path: 'compliance.jsonl', format: 'x-compliance', records: 6, read: 6, rejected: 2 },
  ],
});

async function readingsOf(path: string, included: readonly Inclusion[] = []): Promise<Reading[]> {
  const results = await readPackage(x, load(join(folder, path)), { include: included });
  return results.flatMap((result) => result.items.flat()).filter((item): item is Reading => !isRefused(item));
}

async function readingOf(path: string, id: string): Promise<Reading> {
  const found = (await readingsOf(path)).find(({ post }) => post.endsWith(`/${id}`));
  if (!found) throw new Error(`no reading of ${id} in ${path}`);
  return found;
}

const id = (n: number): string => `90000000000000000${String(n).padStart(2, '0')}`;

describe('x: one post in several renderings', () => {
  const renderings = ['archive', 'v1.jsonl', 'v2-pages.jsonl', 'v2-flat.jsonl', 'gnip.jsonl'];

  it('reads the same post compatibly from the pages, Zeeschuimer, snscrape and tables', async () => {
    const web = [
      'zeeschuimer.ndjson',
      'graphql.json',
      'graphql-results.jsonl',
      'adaptive.json',
      'snscrape.jsonl',
      '4cat.csv',
      'zeeschuimer.csv',
    ];
    const byPost = new Map<string, Content[]>();
    for (const path of web) {
      for (const { post, content } of await readingsOf(path)) {
        if (content) byPost.set(post, [...(byPost.get(post) ?? []), content]);
      }
    }
    expect(byPost.get('https://x.com/i/status/9000000000000000501')!.length).toBeGreaterThan(8);
    for (const [post, contents] of byPost) {
      for (const one of contents)
        for (const other of contents) expect([post, disagreements(one, other)]).toEqual([post, []]);
    }
  });

  it('reads the same post compatibly from the archive, v1.1, v2 and Gnip', async () => {
    const byPost = new Map<string, Content[]>();
    for (const path of renderings) {
      for (const { post, content } of await readingsOf(path)) {
        if (content) byPost.set(post, [...(byPost.get(post) ?? []), content]);
      }
    }
    const several = [...byPost].filter(([, contents]) => contents.length > 1);
    expect(several.length).toBeGreaterThan(5);
    for (const [post, contents] of several) {
      for (const one of contents)
        for (const other of contents) expect([post, disagreements(one, other)]).toEqual([post, []]);
    }
  });

  it('decodes the text, keeps the short link, and names the media alike', async () => {
    for (const path of renderings) {
      const { content } = await readingOf(path, id(1));
      expect(content?.text).toBe('🕊️ خبز & ماء في #حلب https://t.co/FixturePic');
      expect(content?.attachment?.map(({ key }) => key)).toEqual(['9100000000000000001', '9100000000000000002']);
      expect(content?.tag).toEqual([{ type: 'Hashtag', name: 'حلب' }]);
      expect(content?.link).toEqual([]);
      expect(content?.published?.at).toBe('2016-12-13T19:04:11Z');
      expect(content?.attributedTo).toBe('https://x.com/i/user/9900000000000001');
    }
  });

  it('marks a text that streams cut as cut, and takes the whole one where it is there', async () => {
    const [whole, cut] = (await readingsOf('v1.jsonl')).filter(({ post }) => post.endsWith(id(30)));
    expect(whole?.content?.text).toMatch(/back door & bring a light/);
    expect(whole?.content?.cut).toBeUndefined();
    expect(cut?.content?.cut).toEqual(['text', 'attachment', 'tag', 'link']);
  });
});

describe('x: the archive', () => {
  it('knows its owner, when it was made and what it should hold', async () => {
    const reading = await readingOf('archive', id(5));
    expect(reading.actors?.[0]?.profile).toMatchObject({
      handle: 'nour_of_the_bakery',
      name: 'Nour',
      summary: 'Bread & names',
    });
    expect(reading.content?.inReplyTo).toBe('https://x.com/i/status/9000000000000000051');
  });

  it('links both versions of an edit to the first, in order', async () => {
    const [first, second] = [await readingOf('archive', id(3)), await readingOf('archive', id(4))];
    expect(first.links).toEqual([{ kind: 'editOf', target: first.post, order: 0 }]);
    expect(second.links).toEqual([{ kind: 'editOf', target: first.post, order: 1 }]);
    expect(first.content?.updated).toBeUndefined();
    expect(second.content?.updated).toEqual(second.content?.published);
  });

  it('joins a long text to its post, and loses none that has no post here', async () => {
    const readings = await readingsOf('archive');
    const [note, own] = readings.filter(({ post }) => post.endsWith(id(6)));
    expect(own?.content?.text).toMatch(/^Every morning .* bakery stood: 300 loaves & 412 names\. .* #bread$/);
    expect(own?.content?.cut).toBeUndefined();
    expect(own?.content?.tag).toContainEqual({ type: 'Hashtag', name: 'bread' });
    expect(note?.content?.extra).toEqual(own?.content?.extra);
    expect(readings.find(({ post }) => post === 'perdure:x/note/9000000000000000602')?.content?.text).toMatch(
      /another part/,
    );
  });

  it('names the local file of each picture and film', async () => {
    expect((await readingOf('archive', id(1))).files).toEqual([
      `data/tweets_media/${id(1)}-Fixture1.jpg`,
      `data/tweets_media/${id(1)}-Fixture2.jpg`,
    ]);
    expect((await readingOf('archive', id(8))).files).toEqual([`data/tweets_media/${id(8)}-high.mp4`]);
  });

  it('says of a deleted post both what it said and since when it is gone', async () => {
    const gone = await readingOf('archive', id(11));
    expect(gone.outcome).toBe('deleted');
    expect(gone.content?.text).toBe('I should not have said where');
    expect(gone.claimedFrom?.at).toBe('2023-03-21T07:30:00Z');
  });

  it('admits what it had to change', async () => {
    const odd = await readingOf('archive', id(9));
    expect(odd.content?.text).toBe('half a sign: \\ud83d');
    expect(odd.losses).toEqual(['tweet.full_text: lone surrogate escaped']);
  });

  it('keeps likes and messages sealed unless asked for', async () => {
    const visibilities = async (include: readonly Inclusion[]) =>
      (await readingsOf('archive', include)).map(({ content }) => content?.visibility);
    expect(await visibilities([])).not.toContain('direct');
    expect(await visibilities(['direct'])).toContain('direct');
    const likes = (await readingsOf('archive', ['likes'])).filter(({ references }) => references);
    expect(likes.map(({ outcome, hand }) => [outcome, hand])).toEqual([
      ['present', 'second'],
      ['forbidden', 'second'],
      ['notCaptured', 'second'],
    ]);
  });
});

describe('x: absence', () => {
  it('maps the reason, not the action', async () => {
    const outcomes = (await readingsOf('compliance.jsonl')).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['deleted', 'forbidden', 'suspended', 'deactivated']);
  });

  it('takes the platform’s sentence in place of a text for an outcome', async () => {
    const reading = await readingOf('v2-pages.jsonl', id(36));
    expect([reading.outcome, reading.content]).toEqual(['forbidden', undefined]);
  });

  it('reads an error about a post as what became of that post', async () => {
    const gone = (await readingsOf('v2-pages.jsonl')).filter(({ outcome }) => outcome !== 'present');
    expect(gone.map(({ post, outcome }) => [post.slice(-2), outcome])).toEqual([
      ['36', 'forbidden'],
      ['05', 'notFound'],
      ['58', 'forbidden'],
    ]);
  });
});
