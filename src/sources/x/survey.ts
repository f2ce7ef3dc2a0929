/** What a package says about itself: whose it is, when it was made, what it should hold, which long text is whose. */
import type { Json } from '../../core/canonical.js';
import type { Profile } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Observed } from '../../core/reading.js';
import { asArray, asBoolean, asObject, asString, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { PackageReader, Survey, SurveyMember } from '../source.js';
import { countOf, sound, type Draft } from './draft.js';
import { decode } from './entities.js';
import type { Facts, MediaKind, Note } from './facts.js';
import { bySecond, candidate, noteOf, overlap } from './notes.js';
import { recordBytes } from '../shared/records.js';
import { select } from './split.js';
import { timeOf } from './time.js';
import { idOf } from './uri.js';

const MEDIA_FOLDERS: readonly (readonly [RegExp, MediaKind])[] = [
  [/(?:^|\/)tweets?_media\/[^/]+$/, 'posts'],
  [/(?:^|\/)deleted_tweets?_media\/[^/]+$/, 'deleted'],
  [/(?:^|\/)community_tweets?_media\/[^/]+$/, 'community'],
  [/(?:^|\/)twitter_circle_tweets?_media\/[^/]+$/, 'circle'],
];

/** The data types of a manifest whose records are posts. */
const POST_TYPES = new Set([
  'tweet',
  'tweets',
  'deletedTweets',
  'deletedTweet',
  'communityTweet',
  'twitterCircleTweet',
  'noteTweet',
  'deletedNoteTweet',
]);

interface Found {
  readonly facts: Draft<Facts>;
  readonly profile: Draft<Profile>;
  readonly declared: Record<string, number>;
  readonly warnings: string[];
  observedAt?: Observed;
  ownerId?: string;
}

export async function survey(pack: PackageReader): Promise<Survey> {
  const found: Found = { facts: {}, profile: {}, declared: {}, warnings: [] };
  const byName = (name: RegExp): SurveyMember[] =>
    pack.members.filter(({ path, role }) => role !== 'records' && role !== 'media' && name.test(path));
  for (const { path } of byName(/(?:^|\/)manifest\.js$/)) await readManifest(pack, path, found);
  for (const { path } of byName(/(?:^|\/)account\.js$/)) await readAccount(pack, path, found);
  for (const { path } of byName(/(?:^|\/)profile\.js$/)) await readProfile(pack, path, found);
  for (const { path } of byName(/(?:^|\/)(?:payload_details|user_details|tweet_index)\.js$/))
    await readGrailbird(pack, path, found);
  for (const { path } of byName(/(?:^|\/)tweet-headers\.js$/)) await readHeaders(pack, path, found);
  addMedia(pack, found);
  await addNotes(pack, found);

  const { facts, profile, declared, warnings, observedAt, ownerId } = found;
  if (ownerId !== undefined || Object.keys(profile).length > 0) {
    facts.owner = {
      ...(ownerId !== undefined && { id: ownerId }),
      ...(Object.keys(profile).length > 0 && { profile }),
    };
  }
  return {
    ...(observedAt && { observedAt }),
    ...(warnings.length > 0 && { warnings }),
    ...(Object.keys(declared).length > 0 && { declared }),
    facts: facts as unknown as Json,
  };
}

/** A small script's value: an object, or the first element of its array. Undefined, with a warning, when it is none. */
async function scriptOf(pack: PackageReader, path: string, found: Found): Promise<JsonObject | undefined> {
  const value = await listOf(pack, path, found);
  return asObject(Array.isArray(value) ? (value as unknown[])[0] : value);
}

async function listOf(pack: PackageReader, path: string, found: Found): Promise<unknown> {
  try {
    // Tolerates the assignment in front and commas behind.
    const peek = peekJson(await pack.read(path));
    if (peek && !peek.cut) return sound(peek.values[0], []);
    found.warnings.push(`${path} is cut or no JSON; what it says of the package is missing`);
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    found.warnings.push(`${path}: ${error.detail}`);
  }
  return undefined;
}

async function readManifest(pack: PackageReader, path: string, found: Found): Promise<void> {
  const manifest = await scriptOf(pack, path, found);
  const user = asObject(manifest?.['userInfo']);
  setOwner(found, user?.['accountId'], user?.['userName'], user?.['displayName']);
  const archive = asObject(manifest?.['archiveInfo']);
  const at = timeOf(archive?.['generationDate']);
  if (at) found.observedAt ??= { at, basis: 'manifest' };
  if (asBoolean(archive?.['isPartialArchive']) === true)
    found.warnings.push(`${path} says that this archive is a part: import the other parts too`);
  const types = asObject(manifest?.['dataTypes']) ?? {};
  const base = path.replace(/(?:data\/)?manifest\.js$/, '');
  for (const [type, value] of Object.entries(types)) {
    for (const entry of asArray(asObject(value)?.['files'])) {
      const file = asObject(entry);
      const name = asString(file?.['fileName']);
      const count = countOf(file?.['count']);
      if (name === undefined || count === undefined) continue;
      if (type === 'protectedHistory' && count > 0) found.facts.wasProtected = true;
      if (POST_TYPES.has(type)) declare(pack, base + name, count, found);
    }
  }
}

function declare(pack: PackageReader, path: string, count: number, found: Found): void {
  // Zipped again by hand, the folder `data/` is sometimes lost.
  const member =
    pack.members.find((other) => other.path === path) ??
    pack.members.find((other) => other.path === path.replace(/(^|\/)data\//, '$1'));
  if (member) found.declared[member.path] = count;
  else if (count > 0)
    found.warnings.push(`the manifest names ${path} with ${count} records; the package has no such file`);
}

async function readAccount(pack: PackageReader, path: string, found: Found): Promise<void> {
  // Beside these three it holds the e-mail address and more: not touched.
  const account = asObject((await scriptOf(pack, path, found))?.['account']);
  setOwner(found, account?.['accountId'], account?.['username'], account?.['accountDisplayName']);
}

async function readProfile(pack: PackageReader, path: string, found: Found): Promise<void> {
  const profile = asObject((await scriptOf(pack, path, found))?.['profile']);
  const description = asObject(profile?.['description']);
  setText(found.profile, 'summary', description?.['bio']);
  setText(found.profile, 'url', description?.['website']);
  setText(found.profile, 'location', description?.['location']);
  setText(found.profile, 'icon', profile?.['avatarMediaUrl']);
  setText(found.profile, 'image', profile?.['headerMediaUrl']);
}

/** Before 2018: `payload_details.js`, `user_details.js`, and `tweet_index.js`, which may count one less than there are. */
async function readGrailbird(pack: PackageReader, path: string, found: Found): Promise<void> {
  const value = await listOf(pack, path, found);
  if (path.endsWith('tweet_index.js')) {
    const base = path.replace(/data\/js\/tweet_index\.js$/, '');
    for (const entry of asArray(value)) {
      const file = asObject(entry);
      const name = asString(file?.['file_name']);
      const count = countOf(file?.['tweet_count']);
      if (name !== undefined && count !== undefined) declare(pack, base + name, count, found);
    }
    return;
  }
  const details = asObject(value);
  if (path.endsWith('payload_details.js')) {
    const at = timeOf(details?.['created_at']);
    if (at) found.observedAt ??= { at, basis: 'manifest' };
  } else {
    setOwner(found, details?.['id'], details?.['screen_name'], details?.['full_name']);
    setText(found.profile, 'summary', details?.['bio']);
    setText(found.profile, 'location', details?.['location']);
  }
}

const HEAD_BYTES = 64 * 1024;

/** The last resort for the owner's id: every header names it, the first is enough. */
async function readHeaders(pack: PackageReader, path: string, found: Found): Promise<void> {
  if (found.ownerId !== undefined) return;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of pack.open(path)) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= HEAD_BYTES) break;
  }
  const first = asObject(asArray(peekJson(Buffer.concat(parts).subarray(0, HEAD_BYTES))?.values[0])[0]);
  const header = asObject(first?.['tweet']) ?? first;
  setOwner(found, header?.['user_id'] ?? header?.['userId'], undefined, undefined);
}

function setOwner(found: Found, id: unknown, handle: unknown, name: unknown): void {
  const known = idOf(id);
  if (known !== undefined && found.ownerId !== undefined && known !== found.ownerId) {
    found.warnings.push(
      `two accounts in one package (${found.ownerId} and ${known}): its posts are held to be the first one's; import them apart`,
    );
    return;
  }
  if (known !== undefined) found.ownerId ??= known;
  setText(found.profile, 'handle', handle);
  setText(found.profile, 'name', name);
}

function setText(
  profile: Draft<Profile>,
  field: 'handle' | 'name' | 'summary' | 'url' | 'location' | 'icon' | 'image',
  value: unknown,
): void {
  if (typeof value === 'string' && value !== '' && profile[field] === undefined) profile[field] = decode(value);
}

function addMedia(pack: PackageReader, { facts }: Found): void {
  const media: { [kind in MediaKind]?: string } = {};
  for (const { path, role } of pack.members) {
    if (role !== 'media') continue;
    const kind = MEDIA_FOLDERS.find(([folder]) => folder.test(path))?.[1];
    if (kind !== undefined) media[kind] ??= path.slice(0, path.lastIndexOf('/'));
  }
  if (Object.keys(media).length > 0) facts.media = media;
}

async function addNotes(pack: PackageReader, found: Found): Promise<void> {
  const notes: Note[] = [];
  for (const { path, role } of pack.members) {
    if (role !== 'records' || !/note-tweet[^/]*\.js$/.test(path)) continue;
    for (const record of asArray(await listOf(pack, path, found))) {
      const note = noteOf(asObject(record) ?? {});
      if (note) notes.push(note);
    }
  }
  if (notes.length === 0) return;
  const best = await joinNotes(pack, notes);
  const joined: Record<string, string> = {};
  const ofPosts: Record<string, Note> = {};
  for (const note of notes) {
    const post = best.get(note.id);
    if (post === undefined || Object.hasOwn(ofPosts, post.id)) continue;
    joined[note.id] = post.id;
    ofPosts[post.id] = note;
  }
  const lost = notes.length - Object.keys(joined).length;
  if (lost > 0)
    found.warnings.push(
      `${lost} of ${notes.length} long texts belong to no post of this package; they stand under names of their own`,
    );
  found.facts.joined = joined;
  found.facts.notes = ofPosts;
}

interface Match {
  readonly id: string;
  readonly length: number;
}

/** One pass over the posts: of the same second, the one that begins most of the note. */
async function joinNotes(pack: PackageReader, notes: readonly Note[]): Promise<Map<string, Match>> {
  const seconds = bySecond(notes);
  const best = new Map<string, Match>();
  for (const { path, role, format } of pack.members) {
    if (role !== 'records' || !format.startsWith('x-archive') || /note-tweet[^/]*\.js$/.test(path)) continue;
    for await (const record of recordBytes(pack.open(path), select)) {
      const post = candidate(record, seconds);
      if (!post) continue;
      for (const note of post.notes) {
        const length = overlap(post.text, note.text);
        const known = best.get(note.id);
        if (length > 0 && (!known || length > known.length || (length === known.length && post.id < known.id)))
          best.set(note.id, { id: post.id, length });
      }
    }
  }
  return best;
}
