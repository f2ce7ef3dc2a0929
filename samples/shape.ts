/** Posts in the shape of an X archive: `tweets.js` and its siblings as they were handed out in 2023 and 2024. */
import { SIZE } from './drawings.js';
import { OTHERS, TEACHER, type Edition, type Link, type Person, type Post } from './posts.js';

export type JsonValue = string | boolean | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined };

/**
 * An id from a time, for people to read: `90`, the second, three digits. Beyond today's snowflakes, which reach
 * 2,000,000,000,000,000,000, and below 2^63.
 */
export function idAt(at: string, suffix = '000'): string {
  return '90' + at.replace(/\D/g, '').slice(0, 14) + suffix;
}

export function idOf(post: Post): string {
  return idAt(post.at);
}

/** `Wed Mar 22 07:41:49 +0000 2017` */
export function classic(at: string): string {
  const [day, date, month, year, clock] = new Date(at).toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${date} ${clock} +0000 ${year}`;
}

function isoSeconds(at: string, plusMs = 0): string {
  return new Date(Date.parse(at) + plusMs).toISOString();
}

/** All numbers are strings in an archive. */
const count = (n: number): string => String(n);

const EDIT_WINDOW_MS = 3_600_000;
const APPS = {
  Android: '<a href="http://twitter.com/download/android" rel="nofollow">Twitter for Android</a>',
  Web: '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
};

export class Shaper {
  private readonly byKey: ReadonlyMap<string, Post>;
  /** Short links, numbered over all posts of both archives, so that both spell them alike. */
  private readonly shortLinks = new Map<string, string>();

  constructor(
    private readonly edition: Edition,
    everyPost: readonly Post[],
  ) {
    this.byKey = new Map(everyPost.map((post) => [post.key, post]));
    for (const post of everyPost) {
      const links = (post.links?.length ?? 0) + (post.media ? 1 : 0);
      for (let i = 0; i < links; i++) {
        // What stays through an edit keeps its short link.
        const kept = post.edits === undefined ? undefined : this.shortLinks.get(`${post.edits}/${i}`);
        this.shortLinks.set(`${post.key}/${i}`, kept ?? shortLink(new Set(this.shortLinks.values()).size + 1));
      }
    }
  }

  /** A record of tweets.js; of deleted-tweets.js, given when it was deleted. */
  tweet(post: Post, deletedAt?: string): { tweet: { [key: string]: JsonValue | undefined } } {
    const writing = new Writing();
    const { text, end } = this.textOf(post);
    const parts = text.split(/(\{\d\}|[#@][\p{L}\p{N}\p{M}_]+)/u);
    for (const part of parts) this.write(writing, part, post);
    const media = this.mediaOf(post, writing);
    writing.plain(end);
    const mentions = this.mentionsOf(post, writing);
    const parent = this.parentOf(post);
    const links = writing.urls.length + media.length;
    return {
      tweet: {
        edit_info: this.editInfo(post),
        retweeted: false,
        source: APPS[post.app ?? 'Android'],
        entities: {
          user_mentions: mentions,
          urls: writing.urls,
          symbols: [],
          ...(media.length > 0 && { media: media.slice(0, 1) }),
          hashtags: writing.hashtags,
        },
        display_text_range: ['0', count(writing.length)],
        favorite_count: count(post.repostOf ? 0 : (post.likes ?? 0) + this.edition.extraLikes),
        ...(parent?.status && { in_reply_to_status_id_str: parent.status }),
        id_str: idOf(post),
        ...(parent && { in_reply_to_user_id: parent.who.id }),
        truncated: false,
        retweet_count: count(post.repostOf ? 0 : Math.floor((post.likes ?? 0) / 4)),
        id: idOf(post),
        ...(parent?.status && { in_reply_to_status_id: parent.status }),
        ...(links > 0 && { possibly_sensitive: false }),
        created_at: classic(post.at),
        favorited: false,
        full_text: writing.text,
        lang: post.lang,
        ...(parent && { in_reply_to_screen_name: parent.who.handle, in_reply_to_user_id_str: parent.who.id }),
        ...(media.length > 0 && { extended_entities: { media } }),
        ...(deletedAt !== undefined && { deleted_at: classic(deletedAt) }),
      },
    };
  }

  header(post: Post, deletedAt?: string): JsonValue {
    const tweet = { tweet_id: idOf(post), user_id: TEACHER.id, created_at: classic(post.at) };
    return { tweet: { ...tweet, ...(deletedAt !== undefined && { deleted_at: classic(deletedAt) }) } };
  }

  /** No key joins a note to its post: they have the second and the beginning of the text in common. */
  note(post: Post & { readonly note: string }): JsonValue {
    const hashtags = [...post.note.matchAll(/#[\p{L}\p{N}\p{M}_]+/gu)].map((match) => {
      const from = Array.from(post.note.slice(0, match.index)).length;
      return { text: match[0].slice(1), fromIndex: count(from), toIndex: count(from + Array.from(match[0]).length) };
    });
    const at = isoSeconds(post.at);
    return {
      noteTweet: {
        noteTweetId: idAt(post.at, '901'),
        updatedAt: at,
        lifecycle: { value: '1', name: 'Active', originalName: 'Active', annotations: {} },
        createdAt: at,
        core: { styletags: [], urls: [], text: post.note, mentions: [], cashtags: [], hashtags },
      },
    };
  }

  private textOf(post: Post): { text: string; end: string } {
    if (post.note !== undefined) return { text: first(post.note, 276), end: '…' };
    if (post.repostOf === undefined) return { text: post.text, end: '' };
    const whole = `RT @${OTHERS[post.repostOf].handle}: ${post.text}`;
    return Array.from(whole).length <= 140 ? { text: whole, end: '' } : { text: first(whole, 139), end: '…' };
  }

  private write(writing: Writing, part: string, post: Post): void {
    const index = /^\{(\d)\}$/.exec(part)?.[1];
    if (index !== undefined)
      writing.link(this.shortLinks.get(`${post.key}/${index}`)!, this.address(post.links![Number(index)]!));
    else if (/^#./.test(part)) writing.hashtag(part);
    else if (/^@./.test(part)) writing.mention(part);
    else writing.plain(part);
  }

  private address(link: Link): string {
    if ('url' in link) return link.url;
    if ('post' in link) return statusUrl(TEACHER, idOf(this.find(link.post)));
    return statusUrl(OTHERS[link.who], idAt(link.at, '700'));
  }

  private mentionsOf(post: Post, writing: Writing): JsonValue {
    return writing.mentions.map(({ handle, indices }) => {
      const person = [TEACHER, ...Object.values(OTHERS)].find((known) => known.handle === handle);
      if (!person) throw new Error(`${post.key} mentions @${handle}, who is nobody`);
      return { name: person.name, screen_name: handle, indices, id_str: person.id, id: person.id };
    });
  }

  private parentOf({ reply }: Post): { who: Person; status?: string } | undefined {
    if (!reply) return undefined;
    if ('to' in reply) return { who: TEACHER, status: idOf(this.find(reply.to)) };
    return { who: OTHERS[reply.who], ...(reply.at !== undefined && { status: idAt(reply.at, '700') }) };
  }

  private mediaOf(post: Post, writing: Writing): { readonly [key: string]: JsonValue }[] {
    if (!post.media) return [];
    const url = this.shortLinks.get(`${post.key}/${post.links?.length ?? 0}`)!;
    writing.plain(' ');
    const indices = writing.add(url);
    // An edit shows the same file again: its name is the first version's.
    const owner = post.edits === undefined ? post : this.find(post.edits);
    return post.media.map(({ picture }, i) => {
      const id = idAt(owner.at, String(801 + i));
      const media = `pbs.twimg.com/media/${mediaName(picture)}`;
      return {
        expanded_url: `${statusUrl(TEACHER, idOf(post))}/photo/1`,
        indices,
        url,
        media_url: `http://${media}`,
        id_str: id,
        id,
        media_url_https: `https://${media}`,
        sizes: sizes(),
        type: 'photo',
        display_url: `pic.twitter.com/${url.slice(url.lastIndexOf('/') + 1)}`,
      };
    });
  }

  /** The first version has `initial`, a later one `edit`; both list the whole chain as far as it was known by then. */
  private editInfo(post: Post): JsonValue {
    const root = post.edits === undefined ? post : this.find(post.edits);
    const later = this.edition.posts.filter(({ edits }) => edits === root.key);
    const control = {
      editTweetIds: [root, ...later].map(idOf),
      editableUntil: isoSeconds(root.at, EDIT_WINDOW_MS),
      editsRemaining: count(5 - later.length),
      isEditEligible: post.repostOf === undefined && post.reply === undefined,
    };
    return post.edits === undefined
      ? { initial: control }
      : { edit: { initialTweetId: idOf(root), editControlInitial: control } };
  }

  private find(key: string): Post {
    const post = this.byKey.get(key);
    if (!post) throw new Error(`there is no post ${key}`);
    return post;
  }
}

/** `full_text` as it grows: escaped, with indices in code points of the escaped text. */
class Writing {
  text = '';
  length = 0;
  readonly urls: JsonValue[] = [];
  readonly hashtags: JsonValue[] = [];
  readonly mentions: { handle: string; indices: readonly string[] }[] = [];

  add(piece: string): readonly string[] {
    const from = this.length;
    this.text += piece;
    this.length += Array.from(piece).length;
    return [count(from), count(this.length)];
  }

  plain(text: string): void {
    this.add(text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
  }

  link(url: string, expanded: string): void {
    const bare = expanded.replace(/^https?:\/\//, '');
    const display = bare.length > 30 ? `${bare.slice(0, 29)}…` : bare;
    this.urls.push({ url, expanded_url: expanded, display_url: display, indices: this.add(url) });
  }

  hashtag(text: string): void {
    this.hashtags.push({ text: text.slice(1), indices: this.add(text) });
  }

  mention(text: string): void {
    this.mentions.push({ handle: text.slice(1), indices: this.add(text) });
  }
}

function first(text: string, codePoints: number): string {
  return Array.from(text).slice(0, codePoints).join('');
}

function statusUrl({ handle }: Person, id: string): string {
  return `https://twitter.com/${handle}/status/${id}`;
}

/** Ten letters and digits, as X has them. */
function shortLink(number: number): string {
  return `https://t.co/invented${String(number).padStart(2, '0')}`;
}

/** What X would call the file; in the package the post's id stands before it. */
export function mediaName(picture: string): string {
  return `Invented-${picture}.png`;
}

function sizes(): JsonValue {
  const fit = { w: count(SIZE.width), h: count(SIZE.height), resize: 'fit' };
  return { small: fit, thumb: { w: '150', h: '150', resize: 'crop' }, large: fit, medium: fit };
}

// ── bytes ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** `window.YTD.tweets.part0 = [ … ]`, without a newline at the end, as X writes it. */
export function part(globalName: string, records: readonly JsonValue[]): Buffer {
  return Buffer.from(`window.${globalName} = ${pretty(records, '', '\n')}`);
}

/** `inArrays`: what follows `[`. A newline in data files, a space in the manifest. */
export function pretty(value: JsonValue, indent: string, inArrays: '\n' | ' '): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  const deeper = indent + '  ';
  if (isArray(value)) {
    if (value.length === 0) return '[ ]';
    if (inArrays === ' ') return `[ ${value.map((item) => pretty(item, indent, inArrays)).join(', ')} ]`;
    return `[\n${value.map((item) => deeper + pretty(item, deeper, inArrays)).join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  if (entries.length === 0) return '{ }';
  const lines = entries.map(([key, item]) => `${deeper}${JSON.stringify(key)} : ${pretty(item, deeper, inArrays)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function isArray(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}
