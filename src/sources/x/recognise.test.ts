import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Rejection } from '../../core/errors.js';
import { isRefused } from '../../core/reading.js';
import { readAnswer } from './api.js';
import { recognise } from './recognise.js';

function of(text: string, path = 'export.json') {
  const head = Buffer.from(text);
  return recognise({ path, size: head.length, head, paths: [path] });
}

const summary = (text: string, path?: string) => {
  const found = of(text, path);
  return found && [found.format, found.role, found.refusal?.reason ?? found.opensWith];
};

describe('recognise', () => {
  it.each([
    ['window.YTD.tweets.part1 = [ ]', ['x-archive', 'records', undefined]],
    ['\ufeffwindow.YTD.tweet.part0 = [', ['x-archive', 'records', undefined]],
    ['window.YTD.direct_messages.part0 = [', ['x-archive-direct', 'sealed', 'direct']],
    ['window.YTD.like.part0 = [', ['x-archive-like', 'sealed', 'likes']],
    ['window.YTD.ip_audit.part0 = [', ['x-archive', 'sealed', 'account']],
    ['window.YTD.constructor.part0 = [', ['x-archive', 'sealed', 'account']],
    ['var tweet_index = [ {', ['x-grailbird', 'survey', undefined]],
    ['{"errors":[{"code":144,"message":"No status found with that ID."}]}', ['x-v1', 'refused', 'error-body']],
    ['{"data":[{"start":"a","end":"b","tweet_count":1}]}', ['x-v2', 'refused', 'counts']],
    ['{"limit":{"track":1}}\n{"delete":{"status":{"id":9}}}', ['x-v1', 'records', undefined]],
    ['[{"id":"9000000000000000001","text":"a","edit_history_tweet_ids":[]}]', ['x-v2', 'records', undefined]],
  ])('knows %s', (text, expected) => expect(summary(text)).toEqual(expected));

  it.each([
    [
      'Weibo',
      '{"created_at":"Tue Dec 13 19:04:11 +0800 2016","id":9,"idstr":"9","text":"a","user":{"screen_name":"b"}}',
    ],
    [
      'GNU social',
      '{"created_at":"Tue Dec 13 19:04:11 +0000 2016","id":9,"text":"a","statusnet_html":"a","user":{"screen_name":"b"}}',
    ],
    [
      'Mastodon',
      '{"id":"9","created_at":"2016-12-13T19:04:11.000Z","content":"a","text":"a","account":{"username":"b"}}',
    ],
    ['a chat', '{"name":"a","messages":[{"id":1,"text":"b","date":"2016-12-13T19:04:11"}]}'],
    ['another search', '{"results":[{"id":"1","text":"a"}]}'],
    ['words', 'no JSON at all'],
    ['nothing', ''],
  ])('leaves %s alone', (_what, text) => expect(of(text)).toBeNull());

  it('goes by the name only for media', () => {
    expect(summary('\u0000', 'twitter/data/tweets_media/9-a.jpg')).toEqual(['x-archive', 'media', undefined]);
    expect(summary('\u0000', 'data/direct_messages_media/9-a.jpg')).toEqual(['x-archive-direct', 'sealed', undefined]);
    expect(of('{}', 'data/tweets.js')).toBeNull();
  });

  it('never throws', () => {
    const page = readFileSync('src/sources/x/fixtures/v2-pages.jsonl');
    fc.assert(
      fc.property(fc.nat(page.length), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), (cut, damage) => {
        const head = Buffer.from(page.subarray(0, cut));
        if (head.length > 0) for (const [at, byte] of damage) head[at % head.length] = byte;
        recognise({ path: 'a', size: head.length, head, paths: ['a'] });
      }),
      { numRuns: 60 },
    );
    fc.assert(fc.property(fc.json(), (text) => void of(text)));
  });
});

describe('readAnswer', () => {
  it('reads any JSON object, or rejects it', () => {
    const key = fc.constantFrom(
      'id',
      'id_str',
      'text',
      'data',
      'user',
      'created_at',
      'entities',
      'errors',
      'delete',
      'action',
      'reason',
      'includes',
      'statuses',
    );
    const object = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.double(),
        fc.constant(null),
        fc.constant('9000000000000000001'),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(key, tie('value'), { maxKeys: 6 }),
    })).object;
    fc.assert(
      fc.property(object, (record) => {
        try {
          readAnswer(record, {}, 'a.json');
        } catch (error) {
          if (!(error instanceof Rejection)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('takes the latest post out of an account that carries it, and refuses the account', () => {
    const status = { id_str: '9000000000000000001', text: 'hello', created_at: 'Tue Dec 13 19:04:11 +0000 2016' };
    const items = readAnswer(
      { id_str: '9900000000000001', screen_name: 'nour_of_the_bakery', followers_count: 1, status },
      {},
      'a.json',
    );
    expect(items.map((item) => (isRefused(item) ? item.refused : [item.hand, item.content?.attributedTo]))).toEqual([
      ['second', 'https://x.com/i/user/9900000000000001'],
      'users',
    ]);
  });
});
