/**
 * The real exports, against what an independent reader found in them. They are other people's and lie outside the
 * project; where they are absent, nothing here runs.
 *
 * The independent reader counts a post that is stated and then rejected as an item; here it is a refusal.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { isOfPost, isRefused, type Item, type Reading } from '../../core/reading.js';
import { htmlToText } from '../shared/html.js';
import { mastodon } from './index.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');
const RECORDINGS = join('..', 'shared', 'data', 'recordings', 'gotosocial');

interface Expected {
  readonly kind: string;
  readonly why?: string;
  readonly items: number;
  readonly posts: number;
  readonly unkeyed?: number;
  readonly embedded: number;
  readonly edited: number;
  readonly deletions: number;
  readonly deletionKeys?: readonly string[];
  readonly restorations?: number;
  readonly sourceTextOnly?: number;
  readonly versions?: number;
  readonly keysSha256?: string;
  readonly reject: Readonly<Record<string, number>>;
  readonly visibility: Readonly<Record<string, number>>;
  readonly spots?: readonly (readonly [key: string | null, text: string, time: string | null, ...rest: string[]])[];
}

interface Explanation {
  readonly why: string;
  /** What replaces the other reader's numbers. */
  readonly expect?: Partial<Expected>;
  /** Its texts are those of the whole HTML, the servers' line in a quote included. */
  readonly wholeHtml?: true;
}

const QUOTE_LINE: Explanation = {
  why: 'the other reader keeps the line that servers add to a quote (quote-inline); the author did not write it',
  wholeHtml: true,
};
const TAG_URI: Explanation = {
  why: 'the other reader takes a tag: URI for a placeholder here, and for a URI in OStatus statuses',
  expect: { posts: 1, unkeyed: 0, keysSha256: '' },
};

/** Where the two disagree, and why ours stands. */
const EXPLAINED: Readonly<Record<string, Explanation>> = {
  'activitypub/lemmy/lemmy/activities/deletion/remove_note.json': {
    why: 'a moderator’s removal, signed by another server than the post’s: no word of the post’s own server',
    expect: { deletions: 0, deletionKeys: [] },
  },
  'activitypub/rebased/quote_post/fedibird_quote_mismatched.json': QUOTE_LINE,
  'activitypub/rebased/quote_post/fedibird_quote_post.json': QUOTE_LINE,
  'activitypub/rebased/quote_post/fedibird_quote_uri.json': QUOTE_LINE,
  'mastodon-rest/Mastodon.py/test_status_post_with_quote.02.json': QUOTE_LINE,
  'mastodon-rest/Mastodon.py/test_status_quote_revoke.02.json': QUOTE_LINE,
  'mastodon-rest/Mastodon.py/test_status_quote_revoke.03.json': QUOTE_LINE,
  'mastodon-rest/bigbone/conversations.json': {
    why: 'both conversations carry the same status; the other reader counts it once, here each is a reading',
    expect: { embedded: 2 },
  },
  'cross-format/granary/comment.as2.json': TAG_URI,
  'cross-format/granary/comment_multiple_in_reply_to.as2.json': TAG_URI,
  'cross-format/granary/note.as2.json': TAG_URI,
};

const expected: Record<string, Expected> = existsSync(EXPORTS)
  ? (JSON.parse(readFileSync(join(EXPORTS, 'EXPECTED-other.json'), 'utf8')) as Record<string, Expected>)
  : {};
const cases = Object.keys(expected).filter((path) =>
  /^(?:mastodon-archive|mastodon-rest|activitypub)\/|\.as2[^/]*\.json$/.test(path),
);
const describeHere = cases.length > 0 ? describe : describe.skip;

async function read(path: string): Promise<Item[]> {
  const results = await readPackage(mastodon, load(path));
  return results.flatMap((result) => result.items.flat());
}

function tally(values: readonly (string | undefined)[]): Record<string, number> {
  const out: Record<string, number> = {};
  for (const value of values) if (value !== undefined) out[value] = (out[value] ?? 0) + 1;
  return out;
}

const squeeze = (text: string): string => Array.from(text.replace(/\s+/g, ' ').trim()).slice(0, 60).join('').trim();

describeHere(
  `mastodon: the real exports${cases.length > 0 ? '' : ' (skipped: no ../shared/data/exports here)'}`,
  () => {
    it.each(cases.length > 0 ? cases : ['absent'])('%s', async (path) => {
      const theirs: Expected = { ...expected[path]!, ...EXPLAINED[path]?.expect };
      const wholeHtml = EXPLAINED[path]?.wholeHtml === true;
      const items = await read(join(EXPORTS, path));
      const readings = items.filter((item): item is Reading => !isRefused(item));
      const refusals = items.filter(isRefused);
      const first = readings.filter((reading) => reading.hand === 'first');
      // The answer to DELETE states a post, too.
      const stated = first.filter((reading) => reading.content !== undefined && reading.content.type !== 'Object');
      const unkeyed = refusals.filter((each) => each.refused === 'no-identity').length;
      const spoofed = refusals.filter((each) => each.refused === 'spoofed-identity').length;
      const posts = theirs.kind === 'posts' && theirs.items > 0;

      expect({
        items: posts ? stated.length + unkeyed + spoofed : stated.length,
        posts: new Set(stated.map((reading) => reading.post)).size + (posts ? spoofed : 0),
        unkeyed: posts ? unkeyed : 0,
        embedded: readings.filter((reading) => reading.hand === 'second').length,
        edited: stated.filter((reading) => reading.content!.updated).length,
        deletions: first.filter((reading) => reading.outcome === 'deleted').length,
      }).toEqual({
        items: theirs.items,
        posts: theirs.posts,
        unkeyed: theirs.unkeyed ?? 0,
        embedded: theirs.embedded,
        edited: theirs.edited,
        deletions: theirs.deletions + (theirs.sourceTextOnly ?? 0),
      });
      if (!posts && theirs.deletions === 0 && theirs.restorations === undefined) expect(first).toEqual([]);
      if (theirs.deletionKeys) {
        expect(first.filter((reading) => reading.outcome === 'deleted').map((reading) => reading.post)).toEqual(
          theirs.deletionKeys,
        );
      }
      if (theirs.keysSha256 && spoofed === 0) {
        const keys = [...new Set(stated.map((reading) => reading.post))].sort();
        expect(createHash('sha256').update(keys.join('\n')).digest('hex').slice(0, 16)).toBe(theirs.keysSha256);
      }
      if (posts && unkeyed + spoofed === 0) {
        const found = tally(stated.map((reading) => reading.content!.visibility));
        for (const key of Object.keys(theirs.visibility))
          expect([key, found[key] ?? 0]).toEqual([key, theirs.visibility[key]]);
      }
      for (const [key, text, time] of theirs.spots ?? []) {
        const reading = readings.find((each) => each.post === key);
        if (key === null || (spoofed > 0 && !reading)) continue;
        const { text: ours, html } = reading?.content ?? {};
        const shown = squeeze((wholeHtml && html !== undefined ? htmlToText(html) : ours) ?? '');
        expect({ key, text: shown, time: reading?.content?.published?.at ?? null }).toEqual({
          key,
          text: squeeze(text),
          time,
        });
      }
    });
  },
);

describeHere('mastodon: files of one folder, read together', () => {
  const folder = join(EXPORTS, 'mastodon-rest', 'Mastodon.py');

  it('a history finds its status by account and first publication', async () => {
    const results = await readPackage(mastodon, load(folder));
    const versions = results.find((result) => result.path === 'test_status_edit.05.json')!.items.flat() as Reading[];
    const status = results.find((result) => result.path === 'test_status_edit.04.json')!.items.flat()[0] as Reading;
    expect(versions.map((version) => version.post)).toEqual([status.post, status.post]);
    expect(versions[1]!.claimedFrom).toEqual(status.claimedFrom);
    expect(versions[1]!.content!.text).toBe(status.content!.text);
    expect(versions[0]!.claimedFrom!.at < versions[1]!.claimedFrom!.at).toBe(true);
    expect(versions.map((version) => version.content!.updated !== undefined)).toEqual([false, true]);
  });

  it('renderings of a post agree: the status, the answer to DELETE, the quote with and without its line', async () => {
    const results = await readPackage(mastodon, load(folder));
    const texts = new Map<string, Set<string | undefined>>();
    for (const item of results.flatMap((result) => result.items.flat())) {
      if (!isOfPost(item) || item.content!.type === 'Announce' || item.content!.updated) continue;
      texts.set(item.post, (texts.get(item.post) ?? new Set()).add(item.content!.text));
    }
    expect([...texts.values()].filter((each) => each.size > 1)).toEqual([]);
  });

  it('a context links the replies within it', async () => {
    const items = await read(join(EXPORTS, 'mastodon-rest', 'bigbone', 'context.json'));
    const replies = (items as Reading[]).filter((reading) => reading.content?.inReplyTo);
    expect(replies.length).toBeGreaterThan(0);
    const posts = new Set((items as Reading[]).map((reading) => reading.post));
    for (const reply of replies) expect(posts).toContain(reply.content!.inReplyTo);
  });
});

// Recorded from a server of our own, so it may be quoted.
const describeRecordings = existsSync(RECORDINGS) ? describe : describe.skip;

describeRecordings(
  `mastodon: a recorded GoToSocial server${existsSync(RECORDINGS) ? '' : ' (skipped: no recordings here)'}`,
  () => {
    it('statuses, the history of the edited one, its empty context', async () => {
      const results = await readPackage(mastodon, load(RECORDINGS));
      const of = (part: string) => results.find((result) => result.path.includes(part))!.items.flat();
      const statuses = of('_statuses_limit') as Reading[];
      expect(
        statuses.map((status) => [status.outcome, status.content!.type, status.content!.text, status.content!.summary]),
      ).toEqual([
        ['present', 'Question', 'poll?', ''],
        ['present', 'Note', 'مرحبا بالعالم، هذا منشور للأرشفة', 'تحذير'],
        ['present', 'Note', 'Hello archive EDITED #test', ''],
      ]);
      const edited = statuses[2]!;
      const history = of('_history') as Reading[];
      // This server gives the newest version first.
      expect(history.map((version) => [version.post, version.content!.text, version.content!.updated?.at])).toEqual([
        [edited.post, 'Hello archive EDITED #test', edited.content!.updated!.at],
        [edited.post, 'Hello archive #test https://example.test/a', undefined],
      ]);
      expect(history.map((version) => version.edition)).toEqual([
        edited.edition,
        Math.floor(Date.parse(edited.content!.published!.at) / 1000),
      ]);
      expect(history.map((version) => version.content!.attributedTo)).toEqual([
        edited.content!.attributedTo,
        edited.content!.attributedTo,
      ]);
      expect(of('_context')).toEqual([{ refused: 'empty', detail: 'an answer with empty lists' }]);
      expect(of('_lookup_')).toMatchObject([{ refused: 'users' }]);
      expect(of('instance')).toMatchObject([{ refused: 'not-a-post' }]);
    });
  },
);
