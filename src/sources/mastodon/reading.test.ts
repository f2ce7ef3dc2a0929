/** Laws that the golden files do not show: what is recognised, and that renderings of one post agree. */
import { describe, expect, it } from '@jest/globals';
import { sha256 } from '../../core/digest.js';
import { isOfPost, isRefused, type Item, type Reading } from '../../core/reading.js';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { mastodon } from './index.js';
import { visibilityOf } from './visibility.js';

const FIXTURES = 'src/sources/mastodon/fixtures';

function recognise(value: unknown, path = 'file.json', beside: readonly string[] = []) {
  const head = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).subarray(0, 65_536);
  return mastodon.recognise({ path, size: head.length, head, paths: [path, ...beside] });
}

async function readText(text: string, format = 'activitypub'): Promise<Item[]> {
  const bytes = Buffer.from(text);
  const capture = sha256(bytes);
  async function* chunks() {
    yield await Promise.resolve(bytes);
  }
  const items: Item[] = [];
  for await (const { offset, length, refused } of mastodon.split(chunks(), format, 'file.json')) {
    if (refused) items.push({ refused: refused.reason, detail: refused.detail });
    else {
      const context = {
        path: 'file.json',
        format,
        capture,
        accession: capture,
        offset,
        length,
        survey: undefined,
        head,
      };
      items.push(
        ...mastodon.normalise(bytes.subarray(offset, offset + length), { ...context, options: { include: [] } }),
      );
    }
  }
  return items;
}

const head = new Uint8Array(0);

const summary = (items: readonly Item[]) =>
  items.map((item) => (isOfPost(item) ? `${item.outcome} ${item.post}` : isRefused(item) && item.refused));

const CONTEXT = { '@context': 'https://www.w3.org/ns/activitystreams' };
const note = (n: number) => ({
  type: 'Note',
  id: `https://a.example/notes/${n}`,
  attributedTo: 'https://a.example/users/1',
  content: `<p>${n}</p>`,
});

describe('recognition', () => {
  const account = { id: '1', username: 'nour', acct: 'nour', url: 'https://social.example/@nour' };
  const status = {
    id: '1',
    created_at: '2016-12-13T19:04:11.000Z',
    account,
    uri: 'https://social.example/1',
    content: '',
  };

  it.each([
    ['a status', status, 'mastodon-rest', 'records'],
    ['statuses', [status], 'mastodon-rest', 'records'],
    ['an account', account, 'mastodon-rest', 'refused'],
    ['an error', { error: 'Not found' }, 'mastodon-rest', 'refused'],
    ['a note', { ...CONTEXT, ...note(1) }, 'activitypub', 'records'],
    ['an actor', { ...CONTEXT, type: 'Person', id: 'https://a.example/1', inbox: 'x' }, 'activitypub', 'refused'],
    ['addresses', { ...CONTEXT, type: 'Collection', items: ['https://a.example/1'] }, 'activitypub', 'refused'],
    [
      'an outbox',
      { ...CONTEXT, id: 'outbox.json', type: 'OrderedCollection', orderedItems: [] },
      'mastodon-archive',
      'records',
    ],
    [
      'likes',
      { ...CONTEXT, id: 'likes.json', type: 'OrderedCollection', orderedItems: [] },
      'mastodon-archive',
      'sealed',
    ],
  ])('%s', (_name, value, format, role) => {
    expect(recognise(value)).toMatchObject({ format, role });
  });

  it.each([
    ['HTML', '<!doctype html><script>{"id":1}</script>'],
    ['nothing', ''],
    ['an empty list', []],
    ['another platform’s post', { id: '1', text: 'x', author_id: '2', created_at: '2016-12-13T19:04:11.000Z' }],
    ['microformats', { type: ['h-entry'], properties: { content: ['x'] } }],
    ['ActivityStreams 1', { objectType: 'note', id: 'tag:a.example:1', content: 'x' }],
    ['a record of Bluesky', { $type: 'app.bsky.feed.post', text: 'x', createdAt: '2016-12-13T19:04:11.000Z' }],
    ['a chat of Telegram', { name: 'x', type: 'personal_chat', id: 1, messages: [] }],
    ['a status of Truth Social', { ...status, uri: 'https://truthsocial.com/@a/1', sponsored: false, votable: false }],
    ['a script', 'window.YTD.like.part0 = ' + JSON.stringify([status])],
  ])('not %s', (_name, value) => {
    expect(recognise(value)).toBeNull();
  });

  it('the members of an archive', () => {
    const beside = ['a/outbox.json', 'a/actor.json', 'a/media_attachments/files/1/x.png'];
    const actor = { ...CONTEXT, type: 'Person', id: 'https://a.example/1', outbox: 'outbox.json' };
    expect(recognise(actor, 'a/actor.json', beside)).toMatchObject({ role: 'survey' });
    expect(recognise(actor, 'actor.json')).toMatchObject({ role: 'refused', refusal: { reason: 'users' } });
    expect(recognise('\u0089PNG', 'a/media_attachments/files/1/x.png', beside)).toMatchObject({ role: 'media' });
    expect(recognise('\u0089PNG', 'media_attachments/files/1/x.png', beside)).toBeNull();
  });
});

describe('records', () => {
  it('an outbox is split into its items, a line is a record whatever it holds', async () => {
    const page = {
      ...CONTEXT,
      type: 'OrderedCollectionPage',
      id: 'https://a.example/p',
      orderedItems: [note(1), note(2)],
    };
    const both = ['present https://a.example/notes/1', 'present https://a.example/notes/2'];
    expect(summary(await readText(JSON.stringify(page)))).toEqual(both);
    // A second value after the first page is no list to descend into: nothing of it may be passed over.
    const lines = [page, note(3), page].map((each) => JSON.stringify(each)).join('\n');
    expect(summary(await readText(lines))).toEqual([...both, 'present https://a.example/notes/3', ...both]);
  });

  it('a first line longer than the head changes nothing', async () => {
    const items = Array.from({ length: 900 }, (_, n) => note(n));
    const page = { ...CONTEXT, type: 'OrderedCollection', id: 'https://a.example/o', orderedItems: items };
    const text = `${JSON.stringify(page)}\n${JSON.stringify(note(9_999))}\n`;
    expect(text.length).toBeGreaterThan(70_000);
    const found = summary(await readText(text));
    expect(found).toHaveLength(901);
    expect(found[900]).toBe('present https://a.example/notes/9999');
  });

  it('what a list nests too deeply, or an activity in activities, is refused', async () => {
    expect(summary(await readText('[[[[[[1]]]]]]'))).toEqual(['too-deep']);
    let activity: object = { type: 'Create', actor: 'https://a.example/1', object: note(1) };
    for (let i = 0; i < 9; i++) activity = { type: 'Announce', actor: 'https://a.example/1', object: activity };
    expect(summary(await readText(JSON.stringify({ ...CONTEXT, ...activity })))).toEqual(['too-deep']);
  });

  it.each([
    '{"type":"Note","id":{},"content":[],"to":7,"tag":[null,[],{}],"attachment":[1,{}],"attributedTo":[[]]}',
    '"x"',
    '7',
    'null',
  ])('nonsense is refused: %s', async (text) => {
    const items = await readText(`[${text}]`);
    expect(items).toHaveLength(1);
    expect(items.every(isRefused)).toBe(true);
  });

  it('wrong types of optional fields are passed over, times that are none are kept as losses', async () => {
    const odd = {
      ...CONTEXT,
      ...note(1),
      published: 'yesterday',
      tag: 7,
      attachment: 'x',
      inReplyTo: 5,
      url: [],
      likes: { totalItems: -1 },
    };
    const [reading] = (await readText(JSON.stringify(odd))) as Reading[];
    expect(reading!.losses).toEqual(['published: no time: "yesterday"']);
    expect(reading!.content).toEqual({
      type: 'Note',
      attributedTo: 'https://a.example/users/1',
      text: '1',
      html: '<p>1</p>',
      tag: [],
      visibility: 'unknown',
    });
  });
});

describe('renderings of one post agree', () => {
  it('the owner’s archive and the API', async () => {
    const archive = await readAll('archive');
    const api = await readAll('timeline.json');
    const shared = [...archive.keys()].filter((post) => api.has(post));
    expect(shared.length).toBeGreaterThan(4);
    for (const post of shared) {
      const a = archive.get(post)!;
      const b = api.get(post)!;
      for (const field of [
        'type',
        'text',
        'summary',
        'attributedTo',
        'inReplyTo',
        'quotes',
        'announces',
        'visibility',
      ] as const) {
        const [left, right] = [a.content![field], b.content![field]];
        if (left !== undefined && right !== undefined) expect([post, field, left]).toEqual([post, field, right]);
      }
      expect(a.content!.poll?.options).toEqual(b.content!.poll?.options);
      expect(a.content!.attachment?.length).toBe(b.content!.attachment?.length);
      expect(b.content!.published!.at.slice(0, 19)).toBe(a.content!.published!.at.slice(0, 19));
      expect(a.edition).toBe(b.edition);
    }
  });

  async function readAll(path: string): Promise<Map<string, Reading>> {
    const results = await readPackage(mastodon, load(`${FIXTURES}/${path}`));
    const readings = results
      .flatMap((result) => result.items.flat())
      .filter((item): item is Reading => !isRefused(item));
    return new Map(readings.filter((each) => each.content).map((each) => [each.post, each]));
  }
});

describe('visibility', () => {
  const everyone = 'https://www.w3.org/ns/activitystreams#Public';
  const followers = 'https://a.example/users/1/followers';
  it.each([
    [{ to: [everyone] }, 'public'],
    [{ to: 'as:Public', cc: [] }, 'public'],
    [{ to: [followers], cc: everyone }, 'unlisted'],
    [{ to: [followers], cc: [] }, 'followers'],
    [{ to: ['https://b.example/2'], cc: [followers] }, 'followers'],
    [{ to: ['https://b.example/2'] }, 'direct'],
    [{ to: [], cc: [] }, 'direct'],
    [{}, 'unknown'],
    [{ to: null }, 'unknown'],
    [{ to: ['https://a.example/f/1'], attributedTo: { followers: 'https://a.example/f/1' } }, 'followers'],
  ])('%j is %s', (object, visibility) => {
    expect(visibilityOf(object)).toBe(visibility);
  });

  it('an object that addresses nobody has its activity’s addresses', () => {
    expect(visibilityOf({}, { to: [everyone] })).toBe('public');
    expect(visibilityOf({ to: ['https://b.example/2'] }, { to: [everyone] })).toBe('direct');
  });
});
