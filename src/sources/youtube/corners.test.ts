import { describe, expect, it } from '@jest/globals';
import { youtube } from './index.js';
import { wordsOf } from './segments.js';
import { commentOf, communityOf, locate, videoOf } from './uri.js';

const recognise = (text: string, path = 'a.bin') => {
  const head = Buffer.from(text);
  return youtube.recognise({ path, size: head.length, head, paths: [path] });
};

describe('locate', () => {
  it.each([
    ['https://www.youtube.com/watch?v=perdureVid1', videoOf('perdureVid1')],
    ['https://m.youtube.com/watch?app=desktop&v=perdureVid1&t=5s', videoOf('perdureVid1')],
    ['http://youtu.be/perdureVid1?si=x', videoOf('perdureVid1')],
    ['https://www.youtube.com/shorts/perdureVid1', videoOf('perdureVid1')],
    ['https://youtube.com/live/perdureVid1?feature=share', videoOf('perdureVid1')],
    ['https://www.youtube-nocookie.com/embed/perdureVid1', videoOf('perdureVid1')],
    [
      'https://www.youtube.com/watch?v=perdureVid1&lc=UgperdureComment0001AaABAg.x',
      commentOf('UgperdureComment0001AaABAg.x'),
    ],
    ['https://www.youtube.com/post/UgkxPerdureCommunityPost', communityOf('UgkxPerdureCommunityPost')],
    [
      'https://www.youtube.com/channel/UCx/community?lb=UgkxPerdureCommunityPost',
      communityOf('UgkxPerdureCommunityPost'),
    ],
  ])('%s', (url, uri) => {
    expect(locate(url)).toBe(uri);
  });

  it.each([
    'https://www.youtube.com/@nour',
    'https://www.youtube.com/watch',
    'https://youtu.be/',
    'https://a.example/watch?v=perdureVid1',
  ])('%s names nothing', (url) => {
    expect(locate(url)).toBeUndefined();
  });
});

describe('the words of a comment', () => {
  it('are those of all pieces, and plain words where there are no pieces', () => {
    expect(wordsOf('{"text":"a"},{"text":"b "}')).toEqual({ text: 'ab ' });
    expect(wordsOf('just words')).toEqual({ text: 'just words' });
    expect(wordsOf('{braces} are the author’s')).toEqual({ text: '{braces} are the author’s' });
    expect(wordsOf('')).toEqual({ text: '' });
  });

  it('are read through unescaped quotes while there is one piece, else kept as they stand', () => {
    expect(wordsOf('{"takeoutSegments":[{"text":""think" it\\n"}]}')).toEqual({ text: '"think" it\n' });
    expect(wordsOf('{"text":""a""},{"text":"b"}')).toEqual({ text: '{"text":""a""},{"text":"b"}', raw: true });
  });
});

describe('recognise', () => {
  it('claims no other site’s info.json, no other API’s lists, no other tables', () => {
    expect(
      recognise('{"id":"7000000000000000001","title":"x","extractor_key":"TikTok","_type":"video","formats":[]}'),
    ).toBeNull();
    expect(
      recognise('{"id":"abc","title":"x","thumbnails":[{"url":"https://i.vimeocdn.com/a.jpg"}],"formats":[]}'),
    ).toBeNull();
    expect(recognise('{"kind":"storage#objects","items":[]}')).toBeNull();
    expect(recognise('id,text,created_at\n1,hello,2020-01-01T00:00:00Z\n')).toBeNull();
    expect(recognise('<html><body><ul><li>words</li></ul></body></html>')).toBeNull();
  });

  it('sees an info.json whose end, with the extractor’s name, lies beyond the head', () => {
    const formats = '{"url":"https://rr1.googlevideo.com/videoplayback"},'.repeat(2_000);
    const text = `{"id":"perdureVid1","title":"x","formats":[${formats}`.slice(0, 65_536);
    expect(recognise(text)).toMatchObject({ format: 'youtube-ytdlp', role: 'records' });
  });

  it('keeps subscriptions, histories and channel data sealed', () => {
    const table =
      'Kanal-ID,Kanal-URL,Kanaltitel\nUCperdureFixtureTwo00002,http://www.youtube.com/channel/UCperdureFixtureTwo00002,Nour\n';
    expect(recognise(table)).toMatchObject({ role: 'sealed', opensWith: 'account' });
    const page =
      '<html><body><div class="mdl-grid"><div class="content-cell mdl-typography--body-1">Watched <a href="https://www.youtube.com/watch?v=perdureVid1">';
    expect(recognise(page)).toMatchObject({ role: 'sealed', opensWith: 'account' });
  });
});

describe('a channel’s feed', () => {
  const entry = (id: string, end = '</entry>'): string => `<entry><yt:videoId>${id}</yt:videoId>${end}`;

  it.each([
    ['whole', [entry('perdureVid1'), entry('perdureVid2')], [undefined, undefined]],
    ['one whose end is damaged', [entry('perdureVid1', '</entr'), entry('perdureVid2')], ['truncated', undefined]],
    ['two of these', [entry('perdureVid1', ''), entry('perdureVid2', '')], ['truncated', 'truncated']],
  ])('gives each entry its own bytes: %s', async (_, entries, reasons) => {
    const bytes = Buffer.from(entries.join(''));
    async function* member(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(bytes);
    }
    const texts: string[] = [];
    const refused: (string | undefined)[] = [];
    for await (const range of youtube.split(member(), 'youtube-feed', 'videos.xml')) {
      texts.push(bytes.toString('utf8', range.offset, range.offset + range.length));
      refused.push(range.refused?.reason);
    }
    expect(texts).toEqual(entries);
    expect(refused).toEqual(reasons);
  });
});
