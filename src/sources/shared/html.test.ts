import { describe, expect, it } from '@jest/globals';
import { htmlToText } from './html.js';

describe('htmlToText', () => {
  it.each([
    ['plain text stays as it is', 'a  b', 'a  b'],
    ['paragraphs', '<p>one</p><p>two</p>', 'one\n\ntwo'],
    ['line breaks, in both spellings', '<p>one<br>two<br />three</p>', 'one\ntwo\nthree'],
    ['an empty line within a paragraph', '<p>one<br><br>two</p>', 'one\n\ntwo'],
    ['layout between tags is nothing', '<p>one<br />\n  two</p>\n\n<p>three</p>\n', 'one\ntwo\n\nthree'],
    ['a line break in the source is a space', 'one\r\n two', 'one two'],
    ['runs of spaces are the author’s', '<p> one  two </p>', ' one  two '],
    ['entities', '<p>&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39; &nbsp;&#x1F54A;</p>', '<b> & "x" \'y\' \u00a0🕊'],
    ['no entity', 'a & b &c; <3', 'a & b &c; <3'],
    ['Arabic stays as it is', '<p>مرحبا<br>بالعالم</p>', 'مرحبا\nبالعالم'],
    ['a mention', '<span class="h-card"><a href="https://a.example/@b">@<span>b</span></a></span> hi', '@b hi'],
    [
      'a shortened link is whole',
      '<a href="https://www.news.example/2016/12/13/long"><span class="invisible">https://www.</span><span class="ellipsis">news.example/2016/12</span><span class="invisible">/13/long</span></a>',
      'https://www.news.example/2016/12/13/long',
    ],
    ['lists', '<ul><li>one</li><li>two</li></ul>end', 'one\ntwo\n\nend'],
    ['preformatted', 'x<pre>a\n  b</pre>y', 'x\n\na\n  b\n\ny'],
    ['an image speaks by its alternative text', 'a <img class="emoji" alt=":dove:" src="x">', 'a :dove:'],
    ['script and style', 'a<script>if (a < b) document.write("<p>")</script><style>p{}</style>b', 'ab'],
    ['comments', 'a<!-- <p> -->b', 'ab'],
    ['a tag that is cut', '<p>one</p><a hre', 'one'],
    ['nothing', '', ''],
  ])('%s', (_name, html, text) => {
    expect(htmlToText(html)).toBe(text);
  });

  it('leaves out what it is told to', () => {
    const skip = (_tag: string, classes: string) => classes === 'quote-inline';
    expect(htmlToText('<p class="quote-inline">RE: <a href="x">x</a></p><p>text</p>', { skip })).toBe('text');
    expect(htmlToText('<p class="quote-inline">RE: x<p>text</p>', { skip })).toBe('text');
    expect(htmlToText('<p>text<span class="quote-inline"><br>QT: <span>x</span></span></p>', { skip })).toBe('text');
  });

  it.each([
    ['nested', '<b>'.repeat(200_000) + '</i>'.repeat(200_000)],
    ['spaces', '\n' + ' '.repeat(1_000_000) + 'x'],
    ['angles', '<'.repeat(1_000_000)],
    ['ampersands', '&'.repeat(500_000) + '&a'.repeat(200_000)],
    ['comments', '<!--'.repeat(300_000)],
    ['attributes', '<a ' + 'class=x '.repeat(200_000)],
    ['breaks', '<br>'.repeat(200_000) + 'x'],
  ])('is linear: %s', (_name, html) => {
    const start = performance.now();
    htmlToText(html);
    // Some hundredths of a second; an hour, were it not linear.
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
