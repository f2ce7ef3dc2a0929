/**
 * The names of what stands on YouTube. A video's page is its name; a comment's number is unique on the whole platform
 * (a reply's is `parent.child`), so its name does without the video's, which not every rendering gives.
 */
import { actorUri, postUri, segment, type ActorUri, type PostUri } from '../../core/uri.js';

/** Eleven characters as a rule; tools have written shorter ones. */
export function isVideoId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{5,20}$/.test(value);
}

/** `Ug…AaABAg`, formerly `z12…`; behind a dot, the reply's own part. */
export function isCommentId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{10,80}(?:\.[\w-]{1,80})?$/.test(value);
}

export function isCommunityId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{10,80}$/.test(value);
}

export function isChannelId(value: unknown): value is string {
  return typeof value === 'string' && /^UC[\w-]{4,40}$/.test(value);
}

export function videoOf(id: string): PostUri {
  return postUri(`https://www.youtube.com/watch?v=${id}`);
}

export function communityOf(id: string): PostUri {
  return postUri(`https://www.youtube.com/post/${id}`);
}

export function commentOf(id: string): PostUri {
  return postUri(`perdure:youtube:comment/${id}`);
}

export function chatOf(id: string): PostUri {
  return postUri(`perdure:youtube:chat/${segment(id)}`);
}

export function channelOf(id: string): ActorUri {
  return actorUri(`https://www.youtube.com/channel/${id}`);
}

/** What a comment answers: the comment before the dot, else what it stands below. */
export function answeredBy(id: string, below: PostUri | undefined): PostUri | undefined {
  const dot = id.indexOf('.');
  return dot > 0 ? commentOf(id.slice(0, dot)) : below;
}

/** Where a person reads a comment. */
export function pageOf(video: string, comment: string): string {
  return `https://www.youtube.com/watch?v=${video}&lc=${comment}`;
}

const HOST = /^https?:\/\/(?:www\.|m\.|music\.)?(youtube\.com|youtube-nocookie\.com|youtu\.be)\/([^#]*)/i;

/** `watch?v=`, with `&lc=` a comment; `youtu.be/`, `/shorts/`, `/live/`, `/embed/`, `/v/`; `/post/`. */
export function locate(url: string): PostUri | undefined {
  const match = HOST.exec(url);
  if (!match) return undefined;
  const rest = match[2]!;
  const question = rest.indexOf('?');
  const path = question < 0 ? rest : rest.slice(0, question);
  const query = new URLSearchParams(question < 0 ? '' : rest.slice(question + 1));
  const comment = query.get('lc');
  if (isCommentId(comment)) return commentOf(comment);
  const post = /^post\/(Ug[\w-]{10,60})\/?$/.exec(path)?.[1] ?? communityTab(path, query);
  if (post !== undefined) return communityOf(post);
  const video = match[1]!.toLowerCase() === 'youtu.be' ? path.split('/')[0] : videoIn(path, query);
  return video !== undefined && /^[\w-]{11}$/.test(video) ? videoOf(video) : undefined;
}

/** `/channel/UC…/community?lb=Ug…`: how posts were addressed before they had pages of their own. */
function communityTab(path: string, query: URLSearchParams): string | undefined {
  const post = query.get('lb');
  return /\/community\/?$/.test(path) && post !== null && /^Ug[\w-]{10,60}$/.test(post) ? post : undefined;
}

function videoIn(path: string, query: URLSearchParams): string | undefined {
  if (/^watch\/?$/.test(path)) return query.get('v') ?? undefined;
  return /^(?:shorts|live|embed|v|watch)\/([\w-]{11})(?:\/|$)/.exec(path)?.[1];
}
