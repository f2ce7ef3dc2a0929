import { describe, expect, it } from '@jest/globals';
import { describeSource, load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { facebook } from './index.js';

const FOLDER = 'src/sources/facebook/fixtures';
const ALL = ['account', 'direct', 'followers', 'group', 'likes'] as const;

describeSource(facebook, {
  folder: FOLDER,
  fixtures: [
    {
      path: 'export',
      format: 'facebook-posts,facebook-messages,facebook-reactions,facebook-account',
      // With two comments on a picture; rejected: a post without time, a reaction to nobody knows what, a call, the account’s own.
      records: 27,
      read: 29,
      rejected: 5,
      options: { include: ALL },
    },
    {
      path: 'encrypted.json',
      format: 'facebook-messages',
      records: 4,
      read: 4,
      rejected: 1,
      options: { include: ALL },
    },
    { path: 'old.json', format: 'facebook-posts', records: 1, read: 1, rejected: 0 },
    { path: 'page.html', format: 'facebook-pages', records: 1, read: 1, rejected: 1 },
  ],
});
const readingsOf = async (members: ReturnType<typeof load>, include: readonly (typeof ALL)[number][] = []) =>
  (await readPackage(facebook, members, { include }))
    .flatMap((result) => result.items.flat())
    .filter((item): item is Reading => !isRefused(item));

function headOf(text: string, path = 'file.txt') {
  const head = Buffer.from(text).subarray(0, 65_536);
  return { path, size: head.length, head, paths: [path] };
}

describe('names', () => {
  it('are the same in another export of the account: other folders, another language, a newest-first order', async () => {
    const members = load(`${FOLDER}/export`);
    const later = members.map(({ path, bytes }) => {
      const text = bytes.toString('utf8').replaceAll('posts/media/', 'your_facebook_activity/posts/media/');
      if (!path.endsWith('your_posts_1.json'))
        return { path: `your_facebook_activity/${path}`, bytes: Buffer.from(text) };
      const items = JSON.parse(text) as { title?: string }[];
      for (const item of items) if (item.title !== undefined) item.title = 'Nour Halabi hat etwas geteilt.';
      return { path: `your_facebook_activity/${path}`, bytes: Buffer.from(JSON.stringify(items.reverse())) };
    });
    const names = async (package_: typeof members) =>
      (await readingsOf(package_, ALL)).map((reading) => reading.post).sort();
    expect(await names(later)).toEqual(await names(members));
  });

  it('stay when the words beside a picture are edited', async () => {
    const item = (post: string) => ({
      timestamp: 1_481_655_851,
      data: [{ post }],
      attachments: [{ data: [{ media: { uri: 'posts/media/1_2_900000000000001_n_9000000000009.jpg' } }] }],
    });
    const read = async (post: string) => {
      const bytes = Buffer.from(JSON.stringify([item(post)]));
      return readPackage(facebook, [{ path: 'your_posts_1.json', bytes }], { account: 'r1' });
    };
    const [[before], [after]] = [await read('one'), await read('two')];
    const postOf = (result: typeof before) => (result!.items[0]![0] as Reading).post;
    expect(postOf(after)).toBe(postOf(before));
  });

  it('leads from an address to a number', () => {
    const post = 'https://www.facebook.com/900000000000610';
    expect(facebook.locate!('https://m.facebook.com/story.php?story_fbid=900000000000610&id=7')).toBe(post);
    expect(facebook.locate!('https://www.facebook.com/groups/7/permalink/900000000000610/')).toBe(post);
    expect(facebook.locate!('https://www.facebook.com/nour/posts/some-words/900000000000610')).toBe(post);
    expect(facebook.locate!('https://www.facebook.com/nour')).toBeUndefined();
    expect(facebook.locate!('https://www.facebook.com.example/900000000000610')).toBeUndefined();
  });
});

describe('recognition', () => {
  it('keeps conversations and account data sealed', () => {
    const roles = Object.fromEntries(
      load(`${FOLDER}/export`).map(({ path, bytes }) => {
        const found = facebook.recognise({ path, size: bytes.length, head: bytes, paths: [] })!;
        return [path.split('/').pop(), [found.role, found.opensWith]];
      }),
    );
    expect(roles).toMatchObject({
      'message_1.json': ['sealed', 'direct'],
      'profile_information.json': ['sealed', 'account'],
      'friends.json': ['sealed', 'followers'],
      'posts_and_comments.json': ['sealed', 'likes'],
      'your_posts_1.json': ['records', undefined],
    });
  });

  it.each([
    '[{"timestamp":1,"data":[1,2]}]',
    '[{"media":[{"uri":"media/posts/201612/1.jpg","creation_timestamp":1481655851,"title":""}]}]',
    '{"ig_stories":[{"uri":"media/stories/1.jpg","creation_timestamp":1481655851,"title":""}]}',
    '{"text_post_app_text_posts":[{"media":[{"uri":"","creation_timestamp":1481655851,"title":"x"}]}]}',
    '{"messages":[{"id":1,"text":"x"}]}',
    '{"comments":[{"id":1,"body":"x"}],"photos":[]}',
    '<html><body class="post">Facebook</body></html>',
  ])('leaves alone %s', (text) => {
    expect(facebook.recognise(headOf(text))).toBeNull();
  });
});
