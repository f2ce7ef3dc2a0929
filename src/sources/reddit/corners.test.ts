import { describe, expect, it } from '@jest/globals';
import { load } from '../../../test/contract/describe-source.js';
import { isOfPost } from '../../core/reading.js';
import { placeholderOf } from './gone.js';
import { reddit } from './index.js';

const FIXTURES = 'src/sources/reddit/fixtures';

const recognise = (text: string, path = 'file.bin', paths = [path]) => {
  const head = Buffer.from(text).subarray(0, 65_536);
  return reddit.recognise({ path, size: head.length, head, paths });
};

const CONTEXT = { format: 'reddit-api', options: { include: [] } } as never;
const read = (value: unknown) => reddit.normalise(Buffer.from(JSON.stringify(value)), CONTEXT);
const one = (value: unknown) => {
  const [item] = read(value);
  if (!item || !isOfPost(item)) throw new Error(JSON.stringify(item));
  return item;
};

const COMMENT = {
  id: '0x',
  link_id: 't3_0y',
  parent_id: 't3_0y',
  subreddit: 'perdure_test',
  created_utc: 1_700_000_000,
};

describe('reddit: what is told from what', () => {
  it.each([
    ['a hit of Hacker News', '{"hits":[{"objectID":"1","title":"x","created_at_i":1,"points":3}]}'],
    ['a post of Lemmy', '{"post":{"id":1,"name":"x","ap_id":"https://a.example/post/1"},"creator":{}}'],
    ['anybody’s list', '{"data":[{"id":1,"title":"x","body":"y"}]}'],
    ['a blog', '[{"id":"1","title":"x","url":"https://a.example","score":1}]'],
    ['a table of anybody’s', 'id,title,body,created\n1,a,b,2020-01-01\n'],
    ['nothing', '{}'],
  ])('leaves %s alone', (_, text) => {
    expect(recognise(text)).toBeNull();
  });

  it.each([
    ['inbox.json', 'sealed', 'direct'],
    ['request/messages.csv', 'sealed', 'direct'],
    ['request/chat_history.csv', 'sealed', 'direct'],
    ['request/post_votes.csv', 'sealed', 'likes'],
    ['request/saved_comments.csv', 'sealed', 'likes'],
    ['request/hidden_posts.csv', 'refused', undefined],
    ['request/statistics.csv', 'survey', undefined],
    ['submitted.json', 'refused', undefined],
    ['request/posts.csv', 'records', undefined],
  ])('%s is %s', (path, role, opensWith) => {
    const [member] = load(`${FIXTURES}/${path}`);
    const found = recognise(member!.bytes.toString('utf8'), path);
    expect(found).toMatchObject({ role, ...(opensWith && { opensWith }) });
    expect(found!.confidence).toBeGreaterThanOrEqual(0.9);
  });

  it('refuses subreddits, accounts and empty listings by name', () => {
    const listing = (...children: unknown[]) => JSON.stringify({ kind: 'Listing', data: { children } });
    expect(recognise(listing({ kind: 't5', data: {} }))).toMatchObject({ refusal: { reason: 'lists' } });
    expect(recognise(listing({ kind: 't2', data: {} }))).toMatchObject({ refusal: { reason: 'users' } });
    const subreddit =
      '{"display_name":"perdure_test","name":"t5_0perd","title":"x","subscribers":2,"subreddit_type":"public"}\n';
    expect(recognise(subreddit + subreddit)).toMatchObject({ refusal: { reason: 'lists' } });
    expect(recognise('{"name":"nour","link_karma":1,"comment_karma":2}')).toMatchObject({ role: 'refused' });
    expect(recognise(listing())).toMatchObject({ refusal: { reason: 'empty' } });
    expect(recognise('{"message":"Forbidden","error":403,"reason":"private"}')).toMatchObject({ confidence: 0.6 });
  });
});

describe('reddit: words', () => {
  it('decodes what is escaped, once, and nothing that is not', () => {
    const body = 'a &amp;gt; b &lt;3';
    expect(one({ ...COMMENT, body }).content!.text).toBe('a &gt; b <3');
    expect(one({ ...COMMENT, body, body_html: '<p>x</p>' }).content!.text).toBe(body);
    expect(one({ ...COMMENT, body: `${body} & more` }).content!.text).toBe(`${body} & more`);
  });

  it.each([
    ['[deleted]', 'deleted by its author'],
    ['[deleted by user]', 'deleted by its author'],
    ['[removed]', 'removed by the moderators'],
    ['[ Removed by moderator ]', 'removed by the moderators'],
    ['[ Removed by Reddit ]', 'removed by Reddit'],
    ['[removed by reddit]', 'removed by Reddit'],
    ['[ Removed by Reddit in response to a copyright notice. ]', 'removed by Reddit'],
    ['[unavailable]', 'its author blocks whoever asked'],
  ])('%s stands for a post', (text, why) => {
    expect(placeholderOf(text)?.why).toBe(why);
  });

  it.each(['[deleted] scene', 'removed', '[redacted]', 'They wrote [deleted]'])('%s does not', (text) => {
    expect(placeholderOf(text)).toBeUndefined();
  });
});

describe('reddit: private matter', () => {
  it('copies no address of a computer, no signature and no message', () => {
    const members = [...load(`${FIXTURES}/request`), ...load(`${FIXTURES}/listing.json`)];
    for (const { path, bytes } of members) {
      const isTable = path.endsWith('.csv');
      const context = { path, format: isTable ? 'reddit-export' : 'reddit-api', head: bytes, options: { include: [] } };
      const records = isTable ? bytes.toString('utf8').split('\n').slice(1) : [bytes.toString('utf8')];
      const items = records.flatMap((record) => {
        try {
          return reddit.normalise(Buffer.from(record), context as never);
        } catch {
          return [];
        }
      });
      expect(JSON.stringify(items)).not.toMatch(/203\.0\.113|SECRET/);
    }
  });
});

describe('reddit: locate', () => {
  it.each([
    ['https://www.reddit.com/r/syria/comments/0abc/a_title/', 't3_0abc'],
    ['https://old.reddit.com/comments/0abc', 't3_0abc'],
    ['https://www.reddit.com/r/syria/comments/0abc/a_title/0def/?context=3', 't1_0def'],
    ['https://www.reddit.com/r/syria/comments/0abc/comment/0def/', 't1_0def'],
    ['https://www.reddit.com/user/nour/comments/0abc/x/', 't3_0abc'],
    ['https://www.reddit.com/gallery/0abc', 't3_0abc'],
    ['https://redd.it/0abc', 't3_0abc'],
  ])('%s', (url, fullname) => {
    expect(reddit.locate!(url)).toBe(`perdure:reddit:${fullname}`);
  });

  it.each(['https://www.reddit.com/r/syria/', 'https://reddit.example/comments/0abc', 'https://i.redd.it/0abc.jpg'])(
    'not %s',
    (url) => {
      expect(reddit.locate!(url)).toBeUndefined();
    },
  );
});
