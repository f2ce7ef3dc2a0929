import { describe, expect, it } from '@jest/globals';
import { isRefused, type Reading } from '../../core/reading.js';
import type { CaptureContext } from '../source.js';
import { tumblr } from './index.js';
import { locate, postOf } from './uri.js';
import { addedTo, wordsOf } from './words.js';

const recognise = (text: string, path = 'a.bin', paths = [path]) => {
  const head = Buffer.from(text);
  return tumblr.recognise({ path, size: head.length, head, paths });
};

const read = (value: object): readonly Reading[] => {
  const context = { path: 'a.json', format: 'tumblr-api', options: { include: [] } } as unknown as CaptureContext;
  const items = tumblr.normalise(Buffer.from(JSON.stringify(value)), context);
  return items.filter((item): item is Reading => !isRefused(item));
};

const POST = {
  type: 'text',
  blog_name: 'perdure-fixture',
  id_string: '900000000000000101',
  post_url: 'https://perdure-fixture.tumblr.com/post/900000000000000101',
  timestamp: 1481655851,
  state: 'published',
  reblog_key: 'x',
  tags: [],
  note_count: 0,
};

describe('locate', () => {
  it.each([
    'https://perdure-fixture.tumblr.com/post/900000000000000101/a-slug',
    'http://perdure-fixture.tumblr.com/post/900000000000000101',
    'https://www.tumblr.com/perdure-fixture/900000000000000101/a-slug?source=share',
    'https://www.tumblr.com/blog/view/perdure-fixture/900000000000000101',
  ])('%s', (url) => {
    expect(locate(url)).toBe(postOf('900000000000000101'));
  });

  it.each([
    'https://www.tumblr.com/perdure-fixture',
    'https://perdure-fixture.tumblr.com/',
    'https://a.example/post/123456',
  ])('%s names nothing', (url) => {
    expect(locate(url)).toBeUndefined();
  });
});

describe('words', () => {
  it('are plain where there is no tag, with their line breaks', () => {
    expect(wordsOf('a\n\nb & c')).toEqual({ text: 'a\n\nb & c' });
    expect(wordsOf('Tom &amp; Nour\n2 < 3')).toEqual({ text: 'Tom & Nour\n2 < 3' });
    expect(wordsOf('<p>a</p><img src="x" alt="image">').text).toBe('a');
  });

  it('of a reblog are those behind the last quotation', () => {
    const chain = '<p><a class="tumblr_blog" href="x">a</a>:</p><blockquote><p>one</p></blockquote>';
    expect(addedTo(`${chain}<p>two</p>`)).toBe('<p>two</p>');
    expect(addedTo('<blockquote>one</blockquote><p>two</p>')).toBe('<blockquote>one</blockquote><p>two</p>');
  });
});

describe('a post', () => {
  it('says nothing of attachments while pictures stand among its words', () => {
    expect(read({ ...POST, body: '<p>a</p><figure><img src="x"></figure>' })[0]!.content).not.toHaveProperty(
      'attachment',
    );
    expect(read({ ...POST, body: '<p>a</p>' })[0]!.content!.attachment).toEqual([]);
  });

  it('asked for as plain text has its words from the HTML that stands beside them', () => {
    const post = { ...POST, body: 'one\nline', reblog: { comment: '<p>one\nline</p>', tree_html: '' } };
    expect(read(post)[0]!.content!.text).toBe('one line');
  });

  it.each([
    ['published', 'public'],
    ['private', 'direct'],
    ['draft', 'direct'],
    ['queued', 'direct'],
    ['submission', 'direct'],
    ['something new', 'unknown'],
    [undefined, 'unknown'],
  ])('in the state %s is %s', (state, visibility) => {
    const { state: _, ...rest } = POST;
    const post = read({ ...rest, body: 'x', ...(state !== undefined && { state }) })[0]!;
    expect(post.content!.visibility).toBe(visibility);
  });
});

describe('recognise', () => {
  it('claims no other platform’s files', () => {
    expect(recognise('{"id":"1","type":"text","date":"2016-12-13","text":"x"}')).toBeNull();
    expect(recognise('{"posts":[{"id":1,"type":"post","title":"x"}]}')).toBeNull();
    expect(recognise('{"response":{"count":1,"items":[{"id":1,"owner_id":-7}]}}')).toBeNull();
    expect(recognise('<?xml version="1.0"?><rss version="2.0"><channel/></rss>')).toBeNull();
    expect(recognise('<html><body><div id="footer">x</div></body></html>', '12345678.html')).toBeNull();
    expect(recognise('window.YTD.tweets.part0 = [{"tweet":{"id":"1"}}]')).toBeNull();
  });

  it('takes the files beside the pages for media', () => {
    const paths = ['media/12345678_0.jpg', 'posts/html/12345678.html'];
    expect(recognise('\0', paths[0], paths)).toMatchObject({ role: 'media' });
    expect(recognise('\0', paths[0])).toBeNull();
  });

  it('reads a script whatever its callback is called', () => {
    const page = '{"tumblelog":{"name":"x"},"posts-start":0,"posts-total":1,"posts":[]}';
    expect(recognise(`mine(${page});`)).toMatchObject({ format: 'tumblr-api-v1' });
  });
});
