/** What the reading commands print, given what the read side hands out. */
import { describe, expect, it, test } from '@jest/globals';
import type { ActorUri } from '../core/uri.js';
import type {
  AccessionItem,
  CollectionView,
  PostHistory,
  PostView,
  RejectView,
  SearchItem,
  SearchResult,
  Shown,
  VersionView,
} from '../read/index.js';
import { findingsText } from './commands/doctor.js';
import { accessionsText } from './commands/accessions.js';
import { collectionsText } from './commands/collections.js';
import { historyText } from './commands/history.js';
import { rejectsText } from './commands/rejects.js';
import { queryOf, resultText } from './commands/search.js';
import { shownText } from './commands/show.js';
import type { ApiKeyView } from '../store/api-keys.js';
import { checkInstall, checkKeys, checkNode } from './checks.js';
import { CliExit, type CliIo } from './io.js';
import { paintOf } from './print.js';
import { runCli } from './program.js';
import { listOption, nearest, wholeNumber } from './words.js';

const style = { width: 72, paint: paintOf({ color: false }) };
const FSI = '\u2068';
const PDI = '\u2069';

const AUTHOR = { name: 'معلّمة', handle: 'teacher_of_room_two', uri: 'https://x.com/i/user/9100000000000000002' };

const POST: PostView = {
  uri: 'https://x.com/i/status/9020230610163120000',
  perdureUri: 'perdure:post:00000000-0000-0000-0000-000000000001',
  id: '00000000-0000-0000-0000-000000000001',
  source: 'x',
  author: AUTHOR,
  firstObservedAt: '2023-06-10T17:02:33.418Z',
  lastObservedAt: '2024-06-09T16:20:07.951Z',
  state: 'deleted',
  visibility: 'public',
  aliases: [],
  collections: ['samples'],
  times: {},
};

function version(of: Partial<VersionView>): VersionView {
  return {
    outcome: 'present',
    snapshot: null,
    from: null,
    to: null,
    observations: 1,
    name: null,
    text: null,
    publishedAt: null,
    updatedAt: null,
    snapshots: [],
    witnesses: [],
    conflict: false,
    times: {},
    ...of,
  };
}

const FIRST = version({
  snapshot: 'sha256:aa',
  snapshots: ['sha256:aa', 'sha256:bb'],
  from: '2023-06-10T17:02:33Z',
  to: '2023-06-10T17:02:33Z',
  claimedFrom: '2023-06-10T16:31:20Z',
  claimedTo: '2023-06-10T17:18:48Z',
  observations: 2,
  text: '25 certificates.\nSee you in September!',
  content: {
    type: 'Note',
    attributedTo: AUTHOR.uri as ActorUri,
    text: '25 certificates.\nSee you in September!',
    sensitive: false,
  },
});

const SECOND = version({
  snapshot: 'sha256:cc',
  snapshots: ['sha256:cc'],
  from: '2024-06-09T16:20:07Z',
  to: '2024-06-09T16:20:07Z',
  text: '26 certificates.\nSee you in September!',
  content: {
    type: 'Note',
    text: '26 certificates.\nSee you in September!',
    attachment: [{ type: 'Image', url: 'https://pbs.twimg.com/media/Invented.png', name: 'نافذة' }],
  },
  conflict: true,
  conflicting: ['text'],
});

const HISTORY: PostHistory = {
  post: POST,
  versions: [
    FIRST,
    SECOND,
    version({
      outcome: 'deleted',
      from: '2024-07-01T00:00:00Z',
      to: '2024-07-01T00:00:00Z',
      claimedFrom: '2024-06-30T10:00:00Z',
    }),
  ],
  observations: [],
  references: [{ kind: 'reply', uri: 'https://x.com/i/status/1', perdureUri: 'perdure:post:1', captured: false }],
  referencedBy: { counts: { reply: 2, quote: 1 }, countsAreLowerBounds: false, posts: [] },
  links: [],
  media: [
    { file: 'data/tweets_media/1-a.png', digest: 'sha256:dd', type: 'Image', url: null, missing: false },
    { file: 'data/tweets_media/1-b.png', digest: null, type: 'Image', url: null, missing: true },
  ],
  alternatives: [],
};

describe('history', () => {
  it('tells the versions, what changed, who saw them, and the window of the removal', () => {
    expect(historyText(HISTORY, style)).toBe(`https://x.com/i/status/9020230610163120000
${FSI}معلّمة${PDI} @teacher_of_room_two
x · public · in samples · now deleted
0 observations, seen 2023-06-10 17:02:33.418Z … 2024-06-09 16:20:07.951Z

 1  ● present  seen 2023-06-10 17:02:33Z
    the platform says: from 2023-06-10 16:31:20Z until 2023-06-10 17:18:48Z
    2 witnesses in 2 renderings, the richest sha256:aa
    │ 25 certificates.
    │ See you in September!

 2  ● present, changed  seen 2024-06-09 16:20:07Z
    ! conflict: text; nothing says which is right, both are kept
    1 witness sha256:cc
    │ 26 certificates.
    │ See you in September!
    image https://pbs.twimg.com/media/Invented.png “${FSI}نافذة${PDI}”
    changed: [-25-] {+26+} certificates. ↵ See you in September!

 3  † deleted  seen 2024-07-01 00:00:00Z
    the platform says: from 2024-06-30 10:00:00Z
    last seen standing 2024-06-09 16:20:07Z, first found so 2024-07-01 00:00:00Z
    1 witness

replies to https://x.com/i/status/1 (never captured)
file data/tweets_media/1-a.png sha256:dd
missing file data/tweets_media/1-b.png

pointed at by reply 2, quote 1
`);
  });

  it('says what the platform claims and nobody saw, and that a post came back', () => {
    const versions = [
      version({ outcome: 'notCaptured', observations: 0 }),
      SECOND,
      HISTORY.versions[2]!,
      { ...SECOND, conflict: false },
    ];
    const text = historyText({ ...HISTORY, versions, incomplete: true, alternatives: ['https://a.example/1'] }, style);
    expect(text).toContain(' 1  ○ claimed by the platform, never captured\n');
    expect(text).toContain(' 2  ● present, changed  seen');
    expect(text).toContain(' 4  ● present, again  seen');
    expect(text).toContain('! There are more observations than are read at once');
    expect(text).toContain('The same address may also mean:\n  https://a.example/1\n');
  });

  it('tells a title, and when it alone changed', () => {
    const article = (name: string, text: string | null = 'Day one. Nobody came.') =>
      version({ name, text, content: { type: 'Article', name, ...(text !== null && { text }) } });
    const versions = [article('The last street'), article('The last \u001b[1m street', 'Day one. Nobody came.')];
    const text = historyText({ ...HISTORY, versions }, style);
    expect(text).toContain('    title The last street\n    │ Day one. Nobody came.\n');
    expect(text).toContain('    title changed: The last {+\\x1b[1m+} street\n');
    expect(text).not.toContain('also changed');
    const untold = [article('شارع', null), article('الشارع الأخير', null)];
    expect(historyText({ ...HISTORY, versions: untold }, style)).toContain(
      `    title changed: [-${FSI}شارع${PDI}-] {+${FSI}الشارع الأخير${PDI}+}\n`,
    );
  });

  it('shows escape sequences of a post as text', () => {
    const evil = version({ text: 'a\u001b[31m', from: '2024-01-01T00:00:00Z' });
    const post = { ...POST, author: { ...AUTHOR, name: '\u001b]0;x\u0007' } };
    expect(historyText({ ...HISTORY, post, versions: [evil] }, style)).not.toMatch(/[\u0007\u001b]/); // eslint-disable-line no-control-regex -- what must not be there
  });
});

describe('show', () => {
  const shown: Shown = {
    post: POST,
    seen: true,
    version: FIRST,
    snapshot: { digest: 'sha256:aa', content: { type: 'Note' }, canonical: '' },
  };

  it('prints one version', () => {
    const reply = { ...FIRST, content: { ...FIRST.content!, inReplyTo: 'https://x.com/i/status/1' as never } };
    expect(shownText({ ...shown, version: reply, asOf: '2023-07-01T23:59:59.999Z' }, style))
      .toBe(`https://x.com/i/status/9020230610163120000
${FSI}معلّمة${PDI} @teacher_of_room_two
x · public · in samples
seen 2023-06-10 17:02:33.418Z … 2024-06-09 16:20:07.951Z

as of 2023-07-01 23:59:59.999Z: ● present  seen 2023-06-10 17:02:33Z
│ 25 certificates.
│ See you in September!
replies to https://x.com/i/status/1

2 witnesses, snapshot sha256:aa
`);
  });

  it('says when nothing had been seen yet', () => {
    const text = shownText(
      { ...shown, seen: false, note: 'Not yet seen by 2015-01-01.', version: null, snapshot: null },
      style,
    );
    expect(text).toMatch(/\n\nNot yet seen by 2015-01-01\.\n$/);
  });
});

describe('search', () => {
  const item: SearchItem = {
    uri: 'https://x.com/i/status/9020161212190205000',
    perdureUri: 'perdure:post:2',
    id: '2',
    source: 'x',
    author: AUTHOR,
    publishedAt: '2016-12-12T19:02:05Z',
    name: null,
    text: 'أكتب من الصف، لا من البيت.\n\nline two\nline three\nline four',
    lang: 'ar',
    snapshot: 'sha256:aa',
    state: 'deleted',
    collections: ['samples'],
    visibility: 'public',
    times: {},
  };
  const result: SearchResult = {
    total: 3,
    items: [item],
    next: 'abc',
    withheld: { count: 3, by: { direct: 2, followers: 1 } },
  };

  it('prints hits, how to go on, and what was withheld', () => {
    expect(resultText(result, style)).toBe(`2016-12-12 19:02:05Z  ${FSI}معلّمة${PDI} @teacher_of_room_two  † deleted
  ${FSI}أكتب من الصف، لا من البيت.${PDI}
  line two
  line three …
https://x.com/i/status/9020161212190205000

1 of 3 posts
3 matching, not shown because they are not public: direct 2, followers 1  (--include direct,followers shows them)
more: the same command with --cursor abc
`);
  });

  it('prints a title above the words, and a title alone', () => {
    const name = 'آخر شارع في المدينة التي لم يبق فيها أحد غيرنا نحن الذين نكتب هذا العنوان الطويل جدًا كي لا ينسى أحد';
    const titled = resultText({ ...result, items: [{ ...item, name, text: 'words' }], next: null }, style).split('\n');
    expect(titled.slice(1, 4).map((line) => line.slice(0, 15))).toEqual([
      `  title ${FSI}آخر شا`,
      `        ${FSI}هذا ال`,
      '  words',
    ]);
    const bare = resultText({ ...result, items: [{ ...item, name: 'A title', text: null }] }, style);
    expect(bare).toContain(`† deleted\n  title A title\nhttps://x.com/`);
  });

  it('says that nothing was found', () => {
    expect(resultText({ total: 0, items: [], next: null, withheld: { count: 0, by: {} } }, style)).toBe('0 posts\n');
  });

  it('takes words and filters', () => {
    expect(queryOf('حلب', { include: 'direct, followers', since: '2016-12-01', limit: '5' })).toEqual({
      text: 'حلب',
      include: ['direct', 'followers'],
      since: '2016-12-01',
      limit: 5,
    });
    expect(queryOf('', { author: '@a' })).toEqual({ author: '@a' });
    expect(() => queryOf(' ', { limit: '50' })).toThrow('search: for what?');
    expect(() => queryOf('a', { include: 'driect' })).toThrow('--include "driect": did you mean direct?');
  });
});

describe('lists', () => {
  const accession: AccessionItem = {
    id: 'aa9b4c66-0000-0000-0000-000000000000',
    path: 'twitter-\u001b[1m.zip',
    digest: 'sha256:aa',
    source: 'x',
    format: 'x-archive',
    collection: 'samples',
    status: 'complete',
    records: 59,
    read: 59,
    new: 58,
    duplicate: 0,
    rejected: 1,
    newPosts: 57,
    newSnapshots: 58,
    newActors: 1,
    warnings: [],
    media: { stored: 8, missing: 1 },
    observedFrom: null,
    observedTo: null,
    observedAtBasis: null,
    seconds: 1,
    bytes: 31_000,
    receivedAt: '2026-11-22T23:48:00.123Z',
    finishedAt: null,
    problem: null,
  };

  it('accessions: what does not fit is left out, widest terminals see whole ids', () => {
    const page = { items: [accession], next: 'n' };
    expect(accessionsText(page, { ...style, width: 80 })).toBe(
      'ACCESSION  RECEIVED           FILE                STATUS    NEW  KNOWN  REJECTED\n' +
        'aa9b4c66   2026-11-22 23:48Z  twitter-\\x1b[1m.z…  complete   58      0         1\n' +
        '\nmore: the same command with --cursor n\n',
    );
    expect(accessionsText({ ...page, next: null }, { ...style, width: 140 })).toContain(
      'aa9b4c66-0000-0000-0000-000000000000  2026-11-22 23:48Z',
    );
    expect(accessionsText({ items: [], next: null }, style)).toBe('Nothing was handed in yet: perdure import FILE.\n');
  });

  it('rejects: where, why, and how the bytes begin', () => {
    const reject: RejectView = {
      path: 'data/tweets.js',
      member: 3,
      offset: 1200,
      length: 345,
      item: 0,
      reason: 'malformed',
      detail: 'Unexpected end of JSON input',
      capture: 'sha256:aa',
      preview: '{"tweet":\n\u0007',
    };
    expect(rejectsText({ items: [reject], next: null }, style)).toBe(
      'malformed  data/tweets.js, 345 bytes from byte 1,200\n  Unexpected end of JSON input\n  {"tweet": ↵ \\x07\n',
    );
    expect(rejectsText({ items: [], next: null }, style)).toBe('No record of it was rejected.\n');
  });

  it('collections', () => {
    const item: CollectionView = {
      id: '1',
      name: 'حلب ٢٠١٦',
      createdAt: '2026-01-01T00:00:00Z',
      accessions: 2,
      posts: 1234,
      observations: 5678,
      firstObservedAt: '2023-06-10T17:02:33Z',
      lastObservedAt: null,
    };
    expect(collectionsText([item], style)).toBe(
      'COLLECTION  POSTS  OBSERVATIONS  ACCESSIONS  FIRST SEEN  LAST SEEN\n' +
        `${FSI}حلب ٢٠١٦${PDI}    1,234         5,678           2  2023-06-10  –\n`,
    );
  });
});

describe('doctor', () => {
  it('prints verdicts with what to do', () => {
    const text = findingsText(
      [
        { name: 'Node', verdict: 'ok', found: '22.1.0' },
        { name: 'blobs', verdict: 'warn', found: 'tight', advice: 'make room' },
        { name: 'database', verdict: 'fail', found: 'refused', advice: 'start it' },
      ],
      style,
    );
    expect(text).toBe(`ok    Node      22.1.0
warn  blobs     tight
                → make room
FAIL  database  refused
                → start it

1 thing must be mended, 1 warning.
`);
  });

  test.each([
    ['20.20.0', 'ok'],
    ['20.19.9', 'fail'],
    ['18.0.0', 'fail'],
    ['23.1.0', 'warn'],
    ['24.0.0', 'ok'],
  ])('Node %s: %s', (nodeVersion, verdict) => expect(checkNode(nodeVersion).verdict).toBe(verdict));

  test.each([
    ['127.0.0.1', [], undefined, 'ok', /on this machine only/],
    ['127.0.0.1', ['active', 'revoked'], undefined, 'ok', /^1 key;/],
    ['127.0.0.1', ['expired'], undefined, 'warn', /every request is refused/],
    ['0.0.0.0', ['expired', 'revoked'], undefined, 'fail', /HOST=0\.0\.0\.0/],
    ['0.0.0.0', [], 'x'.repeat(32), 'ok', /^1 key;/],
  ] as [string, ApiKeyView['state'][], string | undefined, string, RegExp][])(
    'HOST %s with keys %j and PERDURE_API_KEY %s: %s',
    (host, states, apiKey, verdict, found) =>
      expect(
        checkKeys(
          { host, apiKey },
          states.map((state) => ({ state }) as ApiKeyView),
        ),
      ).toMatchObject({ verdict, found: expect.stringMatching(found) }),
  );

  it('finds the installed packages', () =>
    expect(checkInstall('bin/perdure.mjs')).toMatchObject({ name: 'packages', verdict: 'ok' }));
});

describe('wrong use', () => {
  async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
    let [out, err] = ['', ''];
    const io: CliIo = {
      out: (text) => void (out += String(text)),
      err: (text) => void (err += text),
      isTty: false,
      color: false,
      width: 80,
      env: {},
    };
    return { code: await runCli(argv, io), out, err };
  }

  test.each([
    [['histroy', 'x'], /Did you mean history\?/],
    [['history'], /missing required argument/],
    [['search', 'a', '--sinse', '2016'], /Did you mean --since\?/],
    [['search', 'a', '--since', 'yesterday'], /--since "yesterday": no such time/],
    [['search'], /search: for what\?/],
    [['search', 'a', '--limit', '0'], /--limit "0": must be a whole number from 1 to 200/],
    [['show', 'https://x.com/i/status/1', '--as-of', '2016', '--claimed-at', '2016'], /ask one/],
    [['show', 'https://x.com/i/status/1', '--raw', '--json'], /ask for one/],
    [['rejects', 'not-an-id!'], /is no accession id; perdure accessions lists them/],
  ])('%j ends with 2 and a clear line', async (argv, message) => {
    const { code, out, err } = await run(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });

  it('helps', async () => {
    const { code, out } = await run('search', '--help');
    expect(code).toBe(0);
    expect(out).toContain('--as-of <iso>');
  });

  it('knows what is meant', () => {
    expect(nearest('complte', ['complete', 'failed'])).toBe('complete');
    expect(nearest('zzz', ['complete'])).toBeUndefined();
    expect(listOption('--x', 'a,b', ['a', 'b', 'c'])).toEqual(['a', 'b']);
    expect(() => wholeNumber('--limit', '1e3', 1, 200)).toThrow('--limit "1e3"');
    expect(new CliExit(3).code).toBe(3);
  });
});
