import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RecordRange } from '../source.js';
import { splitMessages } from './blocks.js';
import { classifyExported } from './html.js';
import { classifyWidget } from './tme.js';

async function split(text: string, size = 65_536, classify = classifyExported): Promise<RecordRange[]> {
  const bytes = Buffer.from(text);
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < bytes.length; i += size) yield await Promise.resolve(bytes.subarray(i, i + size));
  };
  const ranges: RecordRange[] = [];
  for await (const range of splitMessages(chunks(), classify)) ranges.push(range);
  return ranges;
}

async function texts(text: string, size?: number, classify = classifyExported): Promise<string[]> {
  const bytes = Buffer.from(text);
  return (await split(text, size, classify)).map(
    (range) =>
      (range.refused ? `${range.refused.reason}: ` : '') +
      bytes.subarray(range.offset, range.offset + range.length).toString(),
  );
}

const message = (id: number, inner: string, joined = ''): string =>
  `<div class="message default clearfix${joined}" id="message${id}">${inner}</div>`;

describe('messages of a page', () => {
  it('puts joined messages with the one that they continue, unless something stands between', async () => {
    const one = message(1, 'a');
    const two = message(2, '<div>b</div>', ' joined');
    const three = message(3, 'c', ' joined');
    const separator = '<div class="message service" id="message-1"><div>13 December</div></div>';
    const service = '<div class="message service" id="message4">pinned</div>';
    expect(await texts(`<body>${one} ${two} ${three}</body>`)).toEqual([`${one} ${two} ${three}`]);
    expect(await texts(`${one}${separator}${two}${service}${three}`)).toEqual([one, two, service, three]);
  });

  it('is not led astray by quotes, comments, scripts and words', async () => {
    const one = message(
      1,
      `<a title="</div>" data-x='>'>x &lt;/div></a><!-- </div> --><script>"</div>"</script> 1 < 2 <br/>`,
    );
    expect(await texts(`<script>var x = '${message(9, '')}';</script><!-- ${message(8, '')} -->${one}`)).toEqual([one]);
  });

  it('begins anew where a message lost its end', async () => {
    const open = '<div class="message default clearfix" id="message1"><div class="text">no end';
    const two = message(2, 'b');
    expect(await texts(open + two)).toEqual([open, two]);
  });

  it('says that the last message is cut, and that a page has none', async () => {
    const one = message(1, 'a');
    expect(await texts(`${one}<div class="message default clearfix" id="message2"><div>b`)).toEqual([
      one,
      'truncated: <div class="message default clearfix" id="message2"><div>b',
    ]);
    expect(await texts('<html></html>')).toEqual(['not-a-post: <html></html>']);
    expect(await texts('')).toEqual([]);
  });

  it('takes a tag without end for words, and goes on', async () => {
    const one = message(1, 'a');
    expect(await texts(`<p title='${'x'.repeat(300_000)}${one}`)).toEqual([one]);
  });

  it('finds the same however the bytes arrive', async () => {
    const piece = fc.constantFrom(
      message(1, 'a<br>'),
      message(2, '<div>ب</div>', ' joined'),
      '<div>',
      '</div>',
      '<!-- ',
      ' -->',
      '<',
      '"',
      '<script>',
      '</script>',
      'x',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 20 }), fc.integer({ min: 1, max: 40 }), async (pieces, size) => {
        const text = pieces.join('');
        expect(await split(text, size)).toEqual(await split(text));
      }),
      { numRuns: 150 },
    );
  });

  it('knows a message of t.me by its class, not by one that begins like it', async () => {
    const one =
      '<div class="tgme_widget_message js-widget_message" data-post="a/1"><div class="tgme_widget_message_text">x</div></div>';
    const wrapped = `<div class="tgme_widget_message_wrap">${one}</div>`;
    expect(await texts(wrapped, undefined, classifyWidget)).toEqual([one]);
  });
});
