/**
 * Names. LinkedIn knows a post by a URN: `urn:li:share:7…`, `urn:li:ugcPost:7…`, `urn:li:activity:7…`. They are different
 * namespaces: the activity that shows a share has another number. Comments of the account's own export have none.
 */
import { actorUri, postUri, segment, type ActorUri, type PostUri } from '../../core/uri.js';

const URN = /urn:li:((?:share|ugcPost|activity|article|linkedInArticle):\d{5,20}|groupPost:\d{1,20}-\d{5,20})(?!\d)/;

/** The first post that a text names: a URN, an address (percent-encoded or not), `urn:li:fsd_update:(urn:li:activity:7…,…)`. */
export function urnIn(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const plain = text.includes('%') ? text.replace(/%3A/gi, ':').replace(/%28/g, '(') : text;
  const found = URN.exec(plain)?.[1];
  return found === undefined ? undefined : `urn:li:${found}`;
}

export function postOf(urn: string): PostUri {
  return postUri(`https://www.linkedin.com/feed/update/${urn}`);
}

export function articleOf(slug: string): PostUri {
  return postUri(`https://www.linkedin.com/pulse/${segment(slug)}`);
}

/** `https://www.linkedin.com/pulse/<slug>`; the slug ends in the author's name and a few random letters. */
export function slugIn(url: string): string | undefined {
  const found = /^https?:\/\/(?:[a-z]{2,3}\.)?linkedin\.com\/pulse\/(?:edit\/)?([^/?#\s]{3,300})/.exec(url)?.[1];
  if (found === undefined) return undefined;
  try {
    return decodeURIComponent(found);
  } catch {
    return found;
  }
}

/** What the export gives no number, within the account's export (or the conversation) that it comes from. */
export function ownOf(kind: string, scope: string, key: string, ordinal: number): PostUri {
  return postUri(`perdure:linkedin:${kind}/${segment(scope)}/${segment(key)}${ordinal > 0 ? `/${ordinal + 1}` : ''}`);
}

/** Whose export it is. */
export function ownerOf(scope: string): ActorUri {
  return actorUri(`perdure:linkedin:owner/${segment(scope)}`);
}

/** Who wrote in a conversation: a profile's address where the file has it, else a name. */
export function senderOf(conversation: string, name: string): ActorUri {
  return actorUri(`perdure:linkedin:sender/${segment(conversation)}/${segment(name)}`);
}

/** `/feed/update/urn:li:share:7…`, `/posts/name_words-activity-7…-abcd`, `/embed/feed/update/urn:li:ugcPost:7…`, `/pulse/…`. */
export function locate(url: string): PostUri | undefined {
  if (!/^https?:\/\/(?:[a-z]{2,3}\.)?linkedin\.com\//.test(url)) return undefined;
  const path = url.replace(/[?#].*$/s, '');
  if (/\/feed\/update\//.test(path)) {
    const urn = urnIn(path);
    return urn === undefined ? undefined : postOf(urn);
  }
  const words = /\/posts\/[^/]*-(activity|share|ugcPost)-(\d{15,20})(?:-|\/|$)/.exec(path);
  if (words) return postOf(`urn:li:${words[1]}:${words[2]}`);
  const slug = slugIn(url);
  return slug === undefined ? undefined : articleOf(slug);
}
