import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { postUri } from '../../src/core/uri.js';
import { search, type SearchQuery, type SearchResult } from '../../src/read/index.js';
import { note, noteUri, ReadingsArchive, seenAt, time } from '../support/readings.js';

let archive: ReadingsArchive;

beforeAll(async () => {
  archive = await ReadingsArchive.open();
});

afterEach(() => archive.clear());
afterAll(() => archive.close());

const find = (query: SearchQuery): Promise<SearchResult> => search(archive.pool, query);
const namesOf = (result: SearchResult): string[] => result.items.map((item) => item.uri.split('/').at(-1)!);
const at = (text: string) => ({ published: time(text) });

describe('words', () => {
  test('Arabic spellings meet, and the original is shown as it was (A3)', async () => {
    const texts = { plain: 'حلب تحترق', marked: 'سلام من حَلَب', stretched: 'حـلب', hamza: 'أطفال', bare: 'اطفال' };
    await archive.write(Object.entries(texts).map(([name, text]) => note(name, { text })));
    for (const query of ['حلب', 'حَلَب', 'حـلب']) {
      const found = await find({ text: query });
      expect(namesOf(found).sort()).toEqual(['marked', 'plain', 'stretched']);
      for (const item of found.items) expect(Object.values(texts)).toContain(item.text);
    }
    for (const query of ['أطفال', 'اطفال'])
      expect(namesOf(await find({ text: query })).sort()).toEqual(['bare', 'hamza']);
  });

  test('a title is found by its words, in any spelling, and handed out beside the text', async () => {
    const name = 'آخِر شارع';
    await archive.write([
      note('titled', { type: 'Article', name, text: 'Nobody is left.' }),
      note('bare', { type: 'Page', name: 'A street elsewhere' }),
      note('plain', { text: 'no title' }),
    ]);
    const found = await find({ text: 'اخر شارع' });
    expect(found.items).toMatchObject([{ uri: noteUri('titled'), name, text: 'Nobody is left.' }]);
    expect((await find({ text: 'elsewhere' })).items).toMatchObject([{ name: 'A street elsewhere', text: null }]);
    expect((await find({ text: 'title' })).items).toMatchObject([{ name: null, text: 'no title' }]);
  });

  test('Japanese is found by any run of its characters, in their order', async () => {
    await archive.write([
      note('tokyo', { text: '東京都に行きました' }),
      note('kyoto', { text: '京都東山' }),
      note('rain', { text: '雨' }),
    ]);
    expect(namesOf(await find({ text: '東京' }))).toEqual(['tokyo']);
    expect(namesOf(await find({ text: '京都' })).sort()).toEqual(['kyoto', 'tokyo']);
    expect(namesOf(await find({ text: '京都に行き' }))).toEqual(['tokyo']);
    expect(namesOf(await find({ text: '都京' }))).toEqual([]);
    expect(namesOf(await find({ text: '雨' }))).toEqual(['rain']);
  });

  test('phrases, exclusion, alternatives, beginnings', async () => {
    await archive.write([
      note('a', { text: 'the white helmets arrived' }),
      note('b', { text: 'helmets, white ones' }),
      note('c', { text: 'hospital without electricity' }),
    ]);
    expect(namesOf(await find({ text: '"white helmets"' }))).toEqual(['a']);
    expect(namesOf(await find({ text: '“white helmets”' }))).toEqual(['a']);
    expect(namesOf(await find({ text: 'white helmets' })).sort()).toEqual(['a', 'b']);
    expect(namesOf(await find({ text: 'helmets -arrived' }))).toEqual(['b']);
    expect(namesOf(await find({ text: 'helmets -"white helmets"' }))).toEqual(['b']);
    expect(namesOf(await find({ text: 'arrived OR electricity' })).sort()).toEqual(['a', 'c']);
    expect(namesOf(await find({ text: 'electr*' }))).toEqual(['c']);
    expect(namesOf(await find({ text: '-helmets' }))).toEqual(['c']);
  });

  test("what people type never reaches the server's own syntax", async () => {
    await archive.write([note('a', { text: "it's a | test & <-> 'quoted' \\ :*" })]);
    for (const text of [
      "it's",
      "'quoted'",
      'test | nothing:*',
      "a'); DROP TABLE post; --",
      '\\',
      '"',
      '!!! test',
      'test <-> &',
      ':*',
    ]) {
      const result = await find({ text }).catch((error: Error) => error.name);
      if (typeof result === 'string') expect(result).toBe('UsageError');
    }
    expect(namesOf(await find({ text: "it's" }))).toEqual(['a']);
    await expect(find({ text: '🕊' })).rejects.toThrow(/nothing in/);
  });
});

describe('who may see what', () => {
  test('what was not for everybody is withheld, counted and named', async () => {
    await archive.write([
      note('public', { text: 'hello' }),
      note('unlisted', { text: 'hello', visibility: 'unlisted' }),
      note('friends', { text: 'hello', visibility: 'followers' }),
      note('dm', { text: 'hello', visibility: 'direct' }),
      note('dm2', { text: 'hello', visibility: 'direct' }),
      note('somehow', { text: 'hello', visibility: 'unknown' }),
    ]);
    const found = await find({ text: 'hello' });
    expect(namesOf(found).sort()).toEqual(['public', 'unlisted']);
    expect(found).toMatchObject({ total: 2, withheld: { count: 4, by: { followers: 1, direct: 2, unknown: 1 } } });
    const more = await find({ text: 'hello', include: ['direct'] });
    expect(namesOf(more).sort()).toEqual(['dm', 'dm2', 'public', 'unlisted']);
    expect(more.withheld).toEqual({ count: 2, by: { followers: 1, unknown: 1 } });
  });

  test('one narrow snapshot withholds the post, in that collection', async () => {
    await archive.write([note('a', { text: 'hello' })], { collection: 'open' });
    await archive.write([note('a', { text: 'hello', visibility: 'followers' })], { collection: 'closed' });
    expect(await find({ text: 'hello' })).toMatchObject({ total: 0, withheld: { count: 1, by: { followers: 1 } } });
    expect(await find({ text: 'hello', collection: 'open' })).toMatchObject({ total: 1, withheld: { count: 0 } });
  });

  test('a collection shows what was seen in it, and nothing else', async () => {
    await archive.write([note('a', { text: 'hello there' })], { collection: 'one' });
    await archive.write([note('b', { text: 'hello there' })], { collection: 'two' });
    const found = await find({ text: 'hello', collection: 'two' });
    expect(namesOf(found)).toEqual(['b']);
    expect(found.items[0]!.collections).toEqual(['two']);
    await expect(find({ collection: 'three' })).rejects.toThrow(/no collection "three"/);
    const nothing = await search(archive.pool, { text: 'hello' }, { collections: [] });
    expect(nothing).toMatchObject({ total: 0, items: [] });
  });
});

describe('hits', () => {
  const chain = (order: number) => ({ links: [{ kind: 'editOf' as const, target: noteUri('1'), order }] });

  test('an edit chain counts once, under its first post, with the version that matched', async () => {
    await archive.write([
      note('1', { text: 'They are evacuating Alepo', ...at('2016-12-13T10:00:00Z') }, chain(0)),
      note('2', { text: 'They are evacuating Aleppo', ...at('2016-12-13T10:05:00Z') }, chain(1)),
      note('3', { text: 'They are evacuating Aleppo!', ...at('2016-12-13T10:09:00Z') }, chain(2)),
    ]);
    const all = await find({ text: 'evacuating' });
    expect(all).toMatchObject({ total: 1, items: [{ uri: noteUri('1'), text: 'They are evacuating Aleppo!' }] });
    const first = await find({ text: 'alepo' });
    expect(first.items).toMatchObject([{ uri: noteUri('1'), text: 'They are evacuating Alepo' }]);
    expect(await find({})).toMatchObject({ total: 1 });
    expect(await find({ order: 'oldest' })).toMatchObject({ items: [{ text: 'They are evacuating Alepo' }] });
  });

  test('other names of one object are one hit', async () => {
    const other = postUri('tag:notes.example,2016:1');
    await archive.write([
      note('1', { text: 'hello' }),
      { ...note('1', { text: 'hello' }), post: other, links: [{ kind: 'sameAs', target: noteUri('1') }] },
    ]);
    expect(await find({ text: 'hello' })).toMatchObject({ total: 1, items: [{ uri: noteUri('1') }] });
  });

  test('older versions are found, the state is told, and as-of sees what had been seen', async () => {
    await archive.write([
      note('a', { text: 'first words' }, seenAt('2016-12-13T10:00:00Z')),
      note('a', { text: 'second words' }, seenAt('2016-12-14T10:00:00Z')),
      { post: noteUri('a'), outcome: 'deleted', hand: 'first', ...seenAt('2016-12-15T10:00:00Z') },
    ]);
    expect(await find({ text: 'first' })).toMatchObject({
      total: 1,
      items: [{ text: 'first words', state: 'deleted' }],
    });
    expect(await find({ text: 'words', asOf: '2016-12-14' })).toMatchObject({
      total: 1,
      items: [{ state: 'present' }],
    });
    expect(await find({ text: 'second', asOf: '2016-12-13' })).toMatchObject({ total: 0 });
  });

  test('a reading that a newer reader has replaced is no hit', async () => {
    await archive.write([note('a', { text: 'misread' })], { capture: 'same', reader: 1 });
    await archive.write([note('a', { text: 'read well' })], { capture: 'same', reader: 2 });
    expect(await find({ text: 'misread' })).toMatchObject({ total: 0 });
    expect(await find({ text: 'well' })).toMatchObject({ total: 1 });
  });

  test('author, language, time and source narrow it', async () => {
    const nour = postUri('https://notes.example/people/7') as never;
    const actors = [{ actor: nour, profile: { name: 'نور الحلبي', handle: 'Nour_Aleppo' } }];
    await archive.write([
      note('a', { text: 'x', attributedTo: nour, language: 'ar-SY', ...at('2016-12-13T10:00:00Z') }, { actors }),
      note('b', { text: 'x', language: 'ar', ...at('2016-12-14T00:00:00Z') }),
      note('c', { text: 'x', language: 'arz', ...at('2016-12-15') }),
    ]);
    for (const author of ['nour_aleppo', '@Nour_Aleppo', nour as string, 'نور الحلبي', 'Nour_Alepo']) {
      expect(namesOf(await find({ author }))).toEqual(['a']);
    }
    expect(await find({ author: 'nobody at all' })).toMatchObject({ total: 0 });
    expect((await find({ author: 'nour_aleppo' })).items[0]!.author).toMatchObject({
      name: 'نور الحلبي',
      handle: 'Nour_Aleppo',
      uri: nour,
    });
    expect(namesOf(await find({ lang: 'AR' }))).toEqual(['b', 'a']);
    expect(namesOf(await find({ since: '2016-12-14' }))).toEqual(['c', 'b']);
    expect(namesOf(await find({ until: '2016-12-14' }))).toEqual(['b', 'a']);
    expect(namesOf(await find({ until: '2016-12-13T23:59:59Z' }))).toEqual(['a']);
    expect(namesOf(await find({ source: 'x' }))).toEqual([]);
    await expect(find({ since: 'yesterday' })).rejects.toThrow(/since "yesterday"/);
  });
});

describe('pages', () => {
  test('are stable while posts are being added', async () => {
    const day = (n: number) => at(`2016-12-${String(n).padStart(2, '0')}T00:00:00Z`);
    const twenty = Array.from({ length: 20 }, (_, i) =>
      note(`n${i}`, { text: 'page', ...(i < 16 ? day(1 + (i % 8)) : {}) }),
    );
    await archive.write(twenty);
    for (const order of ['newest', 'oldest'] as const) {
      const whole = namesOf(await find({ text: 'page', order, limit: 200 }));
      const seen: string[] = [];
      let cursor: string | undefined;
      for (let i = 0; i < 30; i++) {
        const page = await find({ text: 'page', order, limit: 3, ...(cursor !== undefined && { cursor }) });
        expect(page.total).toBe(whole.length);
        seen.push(...namesOf(page));
        await archive.write([note(`late-${order}-${i}`, { text: 'page', ...day(1 + (i % 20)) })]);
        if (page.next === null) break;
        cursor = page.next;
      }
      expect(seen).toEqual(whole);
      expect(new Set(seen).size).toBe(seen.length);
    }
  });

  test('refuse a cursor that is not theirs', async () => {
    await archive.write(['a', 'b', 'c'].map((name) => note(name, { text: 'page' })));
    const { next } = await find({ text: 'page', limit: 1 });
    await expect(find({ text: 'other', limit: 1, cursor: next! })).rejects.toThrow(/another query/);
    await expect(find({ text: 'page', cursor: 'AAAA' })).rejects.toThrow(/cursor/);
    const bent = Buffer.from(next!, 'base64url')
      .toString()
      .replace(/"post":"\w+"/, '"post":"1; DROP"');
    await expect(find({ text: 'page', cursor: Buffer.from(bent).toString('base64url') })).rejects.toThrow(/damaged/);
    await expect(find({ limit: 0 })).rejects.toThrow(/limit/);
  });
});
