/** Laws that the golden files do not show: what is recognised and by whom, and which addresses lead where. */
import { describe, expect, it } from '@jest/globals';
import { isOfPost, type Reading } from '../../core/reading.js';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { mastodon } from '../mastodon/index.js';
import { truthsocial } from './index.js';

const FIXTURES = 'src/sources/truthsocial/fixtures';

function headOf(text: string) {
  const head = Buffer.from(text).subarray(0, 65_536);
  return { path: 'file.txt', size: head.length, head, paths: ['file.txt'] };
}

describe('recognition', () => {
  it.each(['statuses.jsonl', 'answers.json', 'group.json', 'captured.ndjson'])('%s is not Mastodon’s', (name) => {
    const [member] = load(`${FIXTURES}/${name}`);
    const head = headOf(member!.bytes.toString('utf8'));
    expect(truthsocial.recognise(head)!.confidence).toBeGreaterThan(mastodon.recognise(head)?.confidence ?? 0);
  });

  it('leaves a Mastodon status alone', () => {
    const account = { id: '1', acct: 'nour', username: 'nour', url: 'https://social.example/@nour' };
    const status = { id: '1', created_at: '2016-12-13T19:04:11.000Z', uri: 'https://social.example/1', account };
    expect(truthsocial.recognise(headOf(JSON.stringify(status)))).toBeNull();
    expect(truthsocial.recognise(headOf('{"statuses":[],"accounts":[],"hashtags":[]}'))).toBeNull();
  });
});

describe('locate', () => {
  it.each([
    'https://truthsocial.com/@nour/1001',
    'https://truthsocial.com/@nour/posts/1001?x=1',
    'https://truthsocial.com/users/nour/statuses/1001',
    'https://truthsocial.com/group/cellar/posts/1001',
  ])('%s', (url) => {
    expect(truthsocial.locate!(url)).toBe('https://truthsocial.com/api/v1/statuses/1001');
  });

  it('not a profile, not another host', () => {
    expect(truthsocial.locate!('https://truthsocial.com/@nour')).toBeUndefined();
    expect(truthsocial.locate!('https://truthsocial.com.example/@nour/1001')).toBeUndefined();
  });
});

it('the same status has one name and one content in every rendering', async () => {
  const items = await Promise.all(
    ['statuses.jsonl', 'answers.json', 'captured.ndjson'].map(async (name) => {
      const results = await readPackage(truthsocial, load(`${FIXTURES}/${name}`));
      return results.flatMap((result) => result.items.flat());
    }),
  );
  const of = items.flat().filter((item): item is Reading => isOfPost(item) && item.post.endsWith('/1001'));
  expect(of.length).toBeGreaterThan(4);
  expect(new Set(of.map((reading) => JSON.stringify(reading.content))).size).toBe(1);
});
