/** Corners that the fixtures do not show. */
import { describe, expect, it } from '@jest/globals';
import { readPackage } from '../../../test/contract/describe-source.js';
import { isOfPost, type Item, type Reading } from '../../core/reading.js';
import { feed } from './index.js';

async function read(text: string | Buffer, chunk?: number): Promise<Item[]> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const results = await readPackage(feed, [{ path: 'member', bytes }], {}, chunk);
  return results.flatMap((result) => result.items.flat());
}

async function one(text: string | Buffer): Promise<Reading> {
  const items = await read(text);
  expect(items).toHaveLength(1);
  expect(items[0]).not.toHaveProperty('refused');
  return items[0] as Reading;
}

const rss = (items: string, channel = '', root = ''): string =>
  `<rss version="2.0" ${root}><channel><link>https://east.example/</link>${channel}${items}</channel></rss>`;
const recognised = (text: string) =>
  feed.recognise({ path: 'x', size: text.length, head: Buffer.from(text), paths: ['x'] });

describe('feed: recognition', () => {
  it.each([
    ['OPML', '<opml version="2.0"><head/><body><outline xmlUrl="https://east.example/feed"/></body></opml>'],
    [
      'a sitemap',
      '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://x.example</loc></url></urlset>',
    ],
    ['a page', '<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml"></head></html>'],
    [
      'ActivityPub',
      '{"@context":"https://www.w3.org/ns/activitystreams","type":"OrderedCollection","items":[{"id":"x"}]}',
    ],
    ['JSON with items', '{"version":"1.0","title":"x","items":[{"id":"1","url":"https://x.example"}]}'],
    [
      'a description in RDF',
      '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:foaf="http://xmlns.com/foaf/0.1/"><foaf:Person/></rdf:RDF>',
    ],
    ['another feed element', '<feed xmlns="https://shop.example/"><title>x</title><item/></feed>'],
    ['prose', 'about <rss> and <feed>'],
    ['nothing', ''],
  ])('does not claim %s', (_, text) => expect(recognised(text)).toBeNull());

  it.each([
    '<?xml version="1.0"?><!-- <opml> -->\n<rss><channel/></rss>',
    '<a:feed xmlns:a="http://www.w3.org/2005/Atom"/>',
  ])('claims %s', (text) => expect(recognised(text)).toMatchObject({ role: 'records', confidence: 0.93 }));

  it('refuses entities of a DTD, and does not mind a DTD without', () => {
    const doctype = (inside: string): string => `<!DOCTYPE rss ${inside}><rss><channel/></rss>`;
    for (const inside of [
      '[<!ENTITY x "y">]',
      '[<!ENTITY % p SYSTEM "http://x.example/p.dtd"> %p;]',
      '[<!ENTITY x ">">]',
    ])
      expect(recognised(doctype(inside))).toMatchObject({ role: 'refused', refusal: { reason: 'not-supported' } });
    expect(recognised(doctype('SYSTEM "http://x.example/rss.dtd"'))).toMatchObject({ role: 'records' });
  });
});

describe('feed: encodings', () => {
  const item = '<item><guid>1</guid><title>Привет</title></item>';
  it.each([
    ['koi8-r', Buffer.from([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4])],
    ['windows-1251', Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2])],
    ['iso-8859-5', Buffer.from([0xbf, 0xe0, 0xd8, 0xd2, 0xd5, 0xe2])],
  ])('%s', async (encoding, word) => {
    const [before, after] = rss(item).split('Привет') as [string, string];
    const bytes = Buffer.concat([
      Buffer.from(`<?xml version="1.0" encoding="${encoding}"?>${before}`),
      word,
      Buffer.from(after),
    ]);
    expect((await one(bytes)).content!.name).toBe('Привет');
  });

  it('Shift_JIS, whose second bytes may look like brackets', async () => {
    // 0x83 0x5C is ソ, 0x83 0x5D is ゾ: a backslash and a bracket to whoever does not know.
    const bytes = Buffer.concat([
      Buffer.from('<?xml version="1.0" encoding="Shift_JIS"?><rss><channel><item><guid>1</guid><title>'),
      Buffer.from([0x83, 0x5c, 0x83, 0x5d]),
      Buffer.from('</title></item></channel></rss>'),
    ]);
    expect((await one(bytes)).content!.name).toBe('ソゾ');
  });

  it('a declaration of UTF-16 in a file that is not', async () => {
    expect((await one(`<?xml version="1.0" encoding="utf-16"?>${rss(item)}`)).content!.name).toBe('Привет');
  });

  it('names wrong bytes, and refuses many', async () => {
    const [before, after] = rss(item).split('Привет') as [string, string];
    const few = await one(Buffer.concat([Buffer.from(`${before}a`), Buffer.from([0xff]), Buffer.from(after)]));
    expect(few.content!.name).toBe('a\ufffd');
    expect(few.losses).toEqual(['1 bytes that are not utf-8 are shown as U+FFFD']);
    const many = await read(Buffer.concat([Buffer.from(before), Buffer.alloc(99, 0xff), Buffer.from(after)]));
    expect(many).toMatchObject([{ refused: 'invalid-encoding' }]);
  });
});

describe('feed: names', () => {
  const named = '<item><guid>https://east.example/?p=1</guid><title>x</title></item>';
  const self = (href: string): string =>
    `<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="${href}"/>`;

  it('an address as a name counts within the site, a bare one within the feed', async () => {
    const urls = async (item: string): Promise<string[]> => [
      (await one(rss(item, self('https://east.example/feed')))).post,
      (await one(rss(item, self('http://east.example/tag/x/feed/')))).post,
    ];
    expect(new Set(await urls(named)).size).toBe(1);
    expect(new Set(await urls('<item><guid>1</guid><title>x</title></item>')).size).toBe(2);
  });

  it('the same name in the feed of another site is another post', async () => {
    const here = await one(rss(named));
    const there = await one(rss(named).replace('<link>https://east', '<link>https://north'));
    expect(there.post).not.toBe(here.post);
  });

  it('names that differ only in what looks like a key stay apart, and show no key', async () => {
    const [first, second] = await read(
      rss(
        '<item><guid>https://east.example/a?sid=1</guid></item><item><guid>https://east.example/a?sid=2</guid></item>',
      ),
    );
    expect((first as Reading).post).not.toBe((second as Reading).post);
    expect(JSON.stringify([first, second])).not.toContain('sid=1');
  });

  it('a feed without any address keeps to its package', async () => {
    const post = (await one('<rss><channel><item><guid>1</guid><title>x</title></item></channel></rss>')).post;
    expect(post).toMatch(/^perdure:feed:[0-9a-f]{64}:1$/);
  });

  it('no item takes the address of the whole site for its name', async () => {
    const items = await read(
      rss(
        '<item><link>https://east.example/</link><title>a</title></item><item><link>http://east.example</link><title>b</title></item>',
      ),
    );
    expect(new Set(items.map((item) => (item as Reading).post)).size).toBe(2);
  });
});

describe('feed: who may see it', () => {
  const wordpress = (fields: string): string =>
    rss(`<item><guid>1</guid><title>x</title>${fields}</item>`, '', 'xmlns:wp="http://wordpress.org/export/1.2/"');
  it.each([
    ['<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>', 'public'],
    ['<wp:status><![CDATA[private]]></wp:status>', 'unknown'],
    ['<wp:status>draft</wp:status>', 'unknown'],
    ['<wp:status>publish</wp:status><wp:post_password>notreal</wp:post_password>', 'unknown'],
  ])('WordPress: %s', async (fields, visibility) => {
    const reading = await one(wordpress(fields));
    expect(reading.content!.visibility).toBe(visibility);
    expect(JSON.stringify(reading)).not.toContain('notreal');
  });

  it('a menu is no post', async () => {
    expect(await read(wordpress('<wp:post_type>nav_menu_item</wp:post_type>'))).toMatchObject([
      { refused: 'not-a-post' },
    ]);
  });

  it('a draft of Atom', async () => {
    const entry =
      '<entry xmlns="http://www.w3.org/2005/Atom" xmlns:app="http://www.w3.org/2007/app"><id>tag:x.example,2016:1</id><app:control><app:draft>yes</app:draft></app:control></entry>';
    expect((await one(entry)).content!.visibility).toBe('unknown');
  });
});

describe('feed: broken and hostile', () => {
  it('what only looks like an item is none, whatever the chunks', async () => {
    const text = rss(
      `<item a="&lt;/item>" b='>'><guid>1</guid><!-- </item> --><?x </item> ?><title><![CDATA[</item>]]></title><description>]]&gt;</description></item>`,
    );
    for (const chunk of [1, 2, 3, 5, 64_000]) {
      const items = await read(text, chunk);
      expect(items.map((item) => (item as Reading).content?.name)).toEqual(['</item>']);
    }
  });

  it('an empty item within another is passed over', async () => {
    expect((await one(rss('<item><guid>1</guid><item/><title>x</title></item>'))).content!.name).toBe('x');
  });

  it('every cut of a feed gives the names that the whole gives, or none', async () => {
    const whole = rss(
      '<item><title>a &amp; b</title><link>https://east.example/1</link><guid>https://east.example/?p=123</guid></item>',
    );
    const [reading] = await read(whole);
    for (let end = whole.indexOf('<item>'); end < whole.length; end++) {
      for (const item of await read(whole.slice(0, end))) {
        if (isOfPost(item)) expect(item.post).toBe((reading as Reading).post);
      }
    }
  });

  it('deep nesting, many attributes and long names cost nothing', async () => {
    expect(await read(rss(`<item>${'<b>'.repeat(5_000)}</item>`))).toMatchObject([{ refused: 'too-deep' }]);
    const long = `<item><guid>1</guid><${'n'.repeat(200_000)} ${'a="b" '.repeat(20_000)}/><title>x</title></item>`;
    expect((await one(rss(long))).content!.name).toBe('x');
    const text = `<item><guid>1</guid><title>${'&'.repeat(100_000)}${'<'.repeat(100_000)}</title></item>`;
    expect((await one(rss(text))).losses).toContain('a bare & is read as it stands');
  });

  it.each([
    ['a heart', '<title>I <3 you</title>', 'I <3 you', 'a bare < is read as it stands'],
    ['a tag left open', '<title>x</title><link <comments>y</comments>', 'x', 'the tag <link is left open'],
    ['a tag left open at its name', '<title>x</title><b<i>y</i>', 'x', 'the tag <b is left open'],
    ['before a comment', '<b<!-- <title>no</title> --><title>x</title></b>', undefined, 'the tag <b is left open'],
    ['closed twice', '<title>x</title></title>', 'x', '</title> closes nothing'],
    ['a stray quotation mark', '<title>x</title><a b="c" d"/>', 'x', 'in the tag <a> a quotation mark stands astray'],
    ['an instruction', '<title>a<?php $b->c; ?>x</title>', 'ax', undefined],
    [
      'an open instruction',
      '<title>x</title><?php $b->c;',
      'x',
      'a processing instruction is not closed: nothing after it is read',
    ],
    [
      'an open comment',
      '<title>x</title><!-- <title>y</title>',
      'x',
      'a comment is not closed: nothing after it is read',
    ],
    ['an open CDATA section', '<title>x</title><description><![CDATA[y', 'x', 'a CDATA section is not closed'],
    ['an open attribute', '<title>x</title><link href="y</link>', 'x', 'the last tag is not closed: it is not read'],
  ])('%s is read as far as it goes, and named', async (_, fields, name, loss) => {
    const reading = await one(rss(`<item><guid>1</guid>${fields}</item>`));
    expect(reading.content!.name).toBe(name);
    expect(reading.post).toMatch(/:1$/);
    if (loss === undefined) expect(reading.losses ?? []).toEqual([]);
    else expect(reading.losses).toContain(loss);
  });

  it('whatever is broken a hundred thousand times is read in one pass', async () => {
    for (const piece of [
      '<a<',
      '<a <',
      '<a b<c',
      '<?x >',
      '<?x > ?>',
      '<a<!',
      '</a>',
      '<3',
      '<a b="',
      '<!x>',
      '<![CDATA[',
      '<!--',
    ]) {
      const started = performance.now();
      await read(rss(`<item><guid>1</guid>${piece.repeat(100_000)}</item>`));
      expect([piece, performance.now() - started < 5_000]).toEqual([piece, true]);
    }
  });

  it('control characters are named', async () => {
    const reading = await one(rss('<item><guid>1</guid><title>a\u0008b\u0000</title></item>'));
    expect(reading.content!.name).toBe('a\u0008b\ufffd');
    expect(reading.losses).toEqual(['control characters stand in the item; a NUL is shown as U+FFFD']);
  });

  it('an unknown prefix is taken for what it is everywhere', async () => {
    const reading = await one(rss('<item><guid>1</guid><dc:creator>Nour</dc:creator><title>x</title></item>'));
    expect(reading.actors![0]!.profile.name).toBe('Nour');
  });

  it('a sign in two halves is that sign', async () => {
    expect((await one(rss('<item><guid>1</guid><title>&#55357;&#56832;</title></item>'))).content!.name).toBe('😀');
  });
});
