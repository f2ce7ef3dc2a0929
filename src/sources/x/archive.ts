/** The owner's archive since 2018: `tweets.js` and its siblings, one `{"tweet": {…}}` a record. */
import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import { msOf, timeFromMs } from '../../core/time.js';
import type { CaptureContext } from '../source.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import {
  absent,
  addExtra,
  begin,
  chainOf,
  CUT_TEXT,
  metricsOf,
  present,
  type Draft,
  type Env,
  type Item,
} from './draft.js';
import { factsOf, ownerOf, type Facts, type MediaKind, type Note } from './facts.js';
import type { MediaList } from './media.js';
import { noteOf as noteUri, requireId } from './uri.js';
import { placeholderOutcome } from './placeholders.js';
import { STATUS_METRICS, statusOf } from './status.js';
import { timeOf } from './time.js';
import { fullTextFrom, noteOf } from './notes.js';
import { linkKey, tagKey, unite } from './v2.js';

/** Reposts came in November 2009; whoever wrote `RT @name:` before that wrote it by hand. */
const FIRST_REPOST_MS = Date.UTC(2009, 10, 5);
const REPOST = /^RT @\w{1,20}: /;

export function readArchived(record: JsonObject, context: CaptureContext, env: Env): Item[] {
  const tweet = asObject(record['tweet']) ?? record;
  const raw = asString(tweet['full_text']) ?? asString(tweet['text']);
  if (raw === undefined) {
    const keys = Object.keys(tweet).slice(0, 6).join(', ').slice(0, 120);
    throw new Rejection('not-a-post', `a record with the fields ${keys}: account data or a header, no post`);
  }
  const id = requireId(tweet);
  const owner = ownerOf(context);
  const deletedAt = timeOf(tweet['deleted_at'] ?? tweet['deletedAt']);
  const isDeleted = context.format === 'x-archive-deleted' || deletedAt !== undefined;
  if (placeholderOutcome(raw, asObject(tweet['entities']))) return [absent(id, 'forbidden', 'first', env)];

  const facts = factsOf(context.survey);
  const { content, media } = statusOf(tweet, id, owner, isRepost(raw, tweet));
  content.visibility = context.format === 'x-archive-circle' ? 'group' : facts.wasProtected ? 'unknown' : 'public';
  const note = facts.notes === undefined || !Object.hasOwn(facts.notes, id) ? undefined : facts.notes[id];
  if (note) addNote(content, note);

  const reading = present(id, content, 'first', owner, editsOf(tweet), env);
  const metrics = metricsOf(tweet, STATUS_METRICS);
  if (metrics) reading.metrics = metrics;
  if (media && media.basenames.length > 0) {
    const files = filesOf(id, media, facts, mediaKind(context, isDeleted, content));
    if (files) reading.files = files;
  }
  if (isDeleted) {
    reading.outcome = 'deleted';
    if (deletedAt) reading.claimedFrom = deletedAt;
    else delete reading.claimedFrom;
  }
  return [reading];
}

/** The archive never says so: `retweeted` is always false. Its reposts are stubs that begin like this. */
function isRepost(raw: string, tweet: JsonObject): boolean {
  if (raw.charCodeAt(0) !== 0x52 || !REPOST.test(raw)) return false;
  const created = timeOf(tweet['created_at']);
  return created === undefined || msOf(created) >= FIRST_REPOST_MS;
}

/** The first version has `initial`, later ones `edit`; both know the whole chain. */
function editsOf(tweet: JsonObject): readonly string[] | undefined {
  const info = asObject(tweet['edit_info']);
  if (info === undefined) return undefined;
  const control = asObject(info['initial']) ?? asObject(asObject(info['edit'])?.['editControlInitial']);
  return chainOf(control?.['editTweetIds']);
}

/** The long text in place of its beginning. A post that is whole keeps its own: notes leave the links to media away. */
function addNote(content: Draft<Content>, note: Note): void {
  addExtra(content, 'noteTweetId', note.id);
  const text = fullTextFrom(content.text ?? '', note.text);
  if (text === undefined) return;
  content.text = text;
  content.tag = unite(content.tag ?? [], note.tag, tagKey);
  content.link = unite(note.link, content.link ?? [], linkKey);
  delete content.cut;
}

function mediaKind({ format }: CaptureContext, isDeleted: boolean, content: Content): MediaKind {
  if (isDeleted) return 'deleted';
  if (format === 'x-archive-circle') return 'circle';
  return content.extra?.['communityId'] === undefined ? 'posts' : 'community';
}

function filesOf(id: string, media: MediaList, facts: Facts, kind: MediaKind): (string | undefined)[] | undefined {
  const folder = facts.media?.[kind] ?? (kind === 'community' ? facts.media?.posts : undefined);
  if (folder === undefined) return undefined;
  return media.basenames.map((name) => (name === undefined ? undefined : `${folder}/${id}-${name}`));
}

/**
 * A record of note-tweet.js: the same post as the record in tweets.js that it was joined to, with the whole text. A
 * note that belongs to no post of this package stands under its own name, so that its text is not lost.
 */
export function readNote(record: JsonObject, context: CaptureContext, env: Env): Item[] {
  const note = noteOf(record);
  if (note === undefined) throw new Rejection('not-a-post', 'a record of long texts without noteTweetId or text');
  const facts = factsOf(context.survey);
  const owner = ownerOf(context);
  const postId = facts.joined !== undefined && Object.hasOwn(facts.joined, note.id) ? facts.joined[note.id] : undefined;
  const content = begin('Note', owner);
  content.visibility = facts.wasProtected ? 'unknown' : 'public';
  const published = timeOf(note.createdAt);
  if (published) content.published = timeFromMs(msOf(published), 's');
  content.text = note.text;
  content.tag = note.tag;
  content.link = note.link;
  // Whole, but for the links to media and quoted posts at its end, which only the post's own record has.
  content.cut = CUT_TEXT;
  addExtra(content, 'noteTweetId', note.id);
  const reading = present(postId ?? note.id, content, 'first', owner, undefined, env);
  if (postId === undefined) reading.post = noteUri(note.id);
  if (context.format === 'x-archive-deleted') {
    reading.outcome = 'deleted';
    delete reading.claimedFrom;
  }
  return [reading];
}
