import { describe, expect, it } from '@jest/globals';
import { describeSource, load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { facebook } from '../facebook/index.js';
import { instagram } from './index.js';

const FOLDER = 'src/sources/instagram/fixtures';
const ALL = ['account', 'direct', 'followers', 'group', 'likes'] as const;

describeSource(instagram, {
  folder: FOLDER,
  fixtures: [
    {
      path: 'export',
      format: 'instagram-posts,instagram-comments,instagram-messages,instagram-references,instagram-account',
      records: 20,
      read: 20,
      // A post without time, a like of a comment, three files about the account.
      rejected: 5,
      options: { include: ALL },
    },
    {
      path: 'old',
      format: 'instagram-posts,instagram-comments,instagram-messages,instagram-references,instagram-account',
      records: 7,
      read: 8,
      // A like of nobody knows what, the profile.
      rejected: 2,
      options: { include: ALL, timezone: 'Asia/Damascus' },
    },
    { path: 'page.html', format: 'instagram-pages', records: 1, read: 1, rejected: 1 },
    { path: 'captured.ndjson', format: 'instagram-zeeschuimer', records: 4, read: 4, rejected: 1 },
  ],
});
const readingsOf = async (members: ReturnType<typeof load>) =>
  (await readPackage(instagram, members, { include: ALL }))
    .flatMap((result) => result.items.flat())
    .filter((item): item is Reading => !isRefused(item));

function headOf(text: string, path = 'file.txt') {
  const head = Buffer.from(text).subarray(0, 65_536);
  return { path, size: head.length, head, paths: [path] };
}

describe('names', () => {
  it('are the same in another export of the account: other folders, edited words, a newest-first order', async () => {
    const members = load(`${FOLDER}/export`);
    const later = members.map(({ path, bytes }) => {
      const moved = path.replace('your_instagram_activity/content/', 'your_instagram_activity/media/');
      if (!path.endsWith('posts_1.json')) return { path: moved, bytes };
      const posts = JSON.parse(bytes.toString('utf8')) as { media: { title: string }[] }[];
      posts[0]!.media[0]!.title = 'edited';
      return { path: moved, bytes: Buffer.from(JSON.stringify(posts.reverse())) };
    });
    const names = async (package_: typeof members) => (await readingsOf(package_)).map(({ post }) => post).sort();
    expect(await names(later)).toEqual(await names(members));
  });

  it('of a captured post is its number, however the site wrote it', async () => {
    const [today, earlier] = await readingsOf(load(`${FOLDER}/captured.ndjson`));
    expect(earlier!.post).toBe(today!.post);
    expect(earlier!.content!.text).toBe(today!.content!.text);
    expect(earlier!.content!.attachment!.map(({ key }) => key)).toEqual(
      today!.content!.attachment!.map(({ key }) => key),
    );
  });

  it('leads from an address to the post', () => {
    const post = 'https://www.instagram.com/p/BN8Ao-wpgAB/';
    expect(instagram.locate!('https://www.instagram.com/p/BN8Ao-wpgAB/?igsh=x')).toBe(post);
    expect(instagram.locate!('https://instagram.com/nour.example/reel/BN8Ao-wpgAB')).toBe(post);
    expect(instagram.locate!(`https://www.instagram.com/p/BN8Ao-wpgAB${'x'.repeat(28)}/`)).toBe(post);
    expect(instagram.locate!('https://www.instagram.com/nour.example/')).toBeUndefined();
  });
});

it('no secret of an address is taken over', async () => {
  expect(JSON.stringify(await readingsOf(load(`${FOLDER}/captured.ndjson`)))).not.toContain('secret');
});

describe('recognition', () => {
  it('is surer than Facebook’s of its own conversations and pages', () => {
    const members = load(`${FOLDER}/export`);
    const paths = members.map(({ path }) => path);
    for (const { path, bytes } of [...members, ...load(`${FOLDER}/page.html`)]) {
      const member = { path, size: bytes.length, head: bytes, paths };
      const theirs = facebook.recognise(member)?.confidence ?? 0;
      expect([path, instagram.recognise(member)!.confidence > theirs]).toEqual([path, true]);
    }
  });

  it.each([
    '[{"timestamp":1481655851,"data":[{"post":"x"}],"title":"y"}]',
    '{"comments_v2":[{"timestamp":1,"data":[{"comment":{"comment":"x"}}]}]}',
    '{"text_post_app_text_posts":[{"media":[{"uri":"","creation_timestamp":1481655851,"title":"x"}]}]}',
    '[{"media":[{"url":"https://x.example/1.jpg"}],"title":"x"}]',
    '{"photos":[{"id":1}],"videos":[]}',
    '{"profile":{"name":"x"},"stories":[]}',
    '<html><body>instagram</body></html>',
  ])('leaves alone %s', (text) => {
    expect(instagram.recognise(headOf(text))).toBeNull();
  });
});
