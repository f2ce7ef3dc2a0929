/**
 * When the texts of two renderings are one text, and which of them a join keeps.
 */
import type { Content } from './content.js';
import { isCut, smallest } from './rendering-values.js';

/** X mints a new short link for every rendering. */
const SHORT_LINK = /https?:\/\/t\.co\/\w+/g;
const LINK = '\ufffc';

/**
 * The form in which texts are compared. Decomposed rather than composed: two texts have the same NFD exactly if they
 * have the same NFC, and only NFD still begins with a text that was cut between a letter and its accent.
 */
export function normalText(text: string): string {
  return text.replace(SHORT_LINK, LINK).normalize('NFD').replace(/\r\n?/g, '\n').trimEnd();
}

/** What a cut text surely says: without the ellipsis, a link (whole or begun) and half a character at its end. */
function normalCutText(text: string): string {
  let rest = text;
  for (;;) {
    const before = rest;
    rest = rest.trimEnd().replace(/(?:…|\.\.\.|\\ud[89ab][0-9a-f]{2})$/, '');
    rest = rest.slice(0, rest.length - trailingLink(rest));
    if (rest === before) return normalText(rest);
  }
}

/** `https://t.co/` and ten characters; whatever is longer is no short link. */
const LONGEST_LINK = 40;

/** The length of a short link, or of the beginning of one, at the very end. */
function trailingLink(text: string): number {
  const tail = text.slice(-LONGEST_LINK);
  const found = /(?:https?:\/\/t\.co\/\w*|(?<!\S)h(?:t(?:t(?:ps?(?::\/{0,2}|:\/\/t(?:\.(?:co?)?)?)?)?)?)?)$/.exec(tail);
  return found ? found[0].length : 0;
}

/** The last of them may be cut. */
const LEADING_MENTIONS = /^(?:@[\p{L}\p{N}\p{M}_][\p{L}\p{N}\p{M}_.@-]*(?:\s+|$))*(?:@$)?/u;
const REPOST_PREFIX = /^RT @\w+: ?/;

const normalTexts = new WeakMap<Content, string>();

/** A normal form of the content's text, as far as it is not cut. */
function textOf(content: Content, text: string): string {
  let known = normalTexts.get(content);
  if (known === undefined) {
    known = isCut(content, 'text') ? normalCutText(text) : normalText(text);
    normalTexts.set(content, known);
  }
  return known;
}

/**
 * Texts agree when their normal forms are equal; a cut one agrees with whatever it begins. Three more liberties:
 * - some renderings of a reply leave its leading mentions away (X's note texts do);
 * - some leave the links away that X puts behind the text for a quoted post and for media;
 * - a repost's text is the platform's: both sides count as cut, with or without `RT @name: `.
 */
export function agreeTexts(a: string, b: string, left: Content, right: Content): boolean {
  if (left.type === 'Announce' || right.type === 'Announce') {
    return begins(repostText(a), repostText(b)) || begins(repostText(b), repostText(a));
  }
  const [oneCut, otherCut] = [isCut(left, 'text'), isCut(right, 'text')];
  let [one, other] = [textOf(left, a), textOf(right, b)];
  if (fits(one, other, oneCut, otherCut)) return true;
  [one, other] = [withoutAdded(one, other, left, right), withoutAdded(other, one, right, left)];
  if (fits(one, other, oneCut, otherCut)) return true;
  if (left.inReplyTo === undefined && right.inReplyTo === undefined) return false;
  const [bare, otherBare] = [one.replace(LEADING_MENTIONS, ''), other.replace(LEADING_MENTIONS, '')];
  if ((bare === one) === (otherBare === other)) return false;
  return fits(bare.trimStart(), otherBare.trimStart(), oneCut, otherCut);
}

/** A text without the links at its end that the other one lacks, as many as the platform may have added. */
function withoutAdded(text: string, other: string, content: Content, otherContent: Content): string {
  let surplus = linksAtEnd(text) - linksAtEnd(other);
  if (surplus <= 0) return text;
  const quotes = content.quotes !== undefined || otherContent.quotes !== undefined;
  const media = Boolean(content.attachment?.length || otherContent.attachment?.length);
  if (surplus > Number(quotes) + Number(media)) return text;
  const targets = targetsOf(content).slice(-surplus);
  if (targets.some((target) => target !== undefined && !isPlatforms(target))) return text;
  let rest = text;
  for (; surplus > 0; surplus--) rest = rest.slice(0, -1).trimEnd();
  return rest;
}

function linksAtEnd(text: string): number {
  let links = 0;
  for (let rest = text; rest.endsWith(LINK); rest = rest.slice(0, -1).trimEnd()) links++;
  return links;
}

function fits(a: string, b: string, aCut: boolean, bCut: boolean): boolean {
  return a === b || (aCut && begins(a, b)) || (bCut && begins(b, a));
}

function begins(beginning: string, text: string): boolean {
  return text.startsWith(beginning);
}

function repostText(text: string): string {
  return normalCutText(text).replace(REPOST_PREFIX, '');
}

/** Whole beats cut, then longer beats shorter. */
export function joinTexts(a: string, b: string, left: Content, right: Content): string {
  const [aCut, bCut] = [isCut(left, 'text'), isCut(right, 'text')];
  if (aCut !== bCut) return aCut ? b : a;
  if (a === b) return a;
  const longer = textOf(left, a).length - textOf(right, b).length;
  return longer > 0 ? a : longer < 0 ? b : smallest(a, b);
}

/** Titles and warnings: never cut, otherwise like texts. */
export function agreePlain(a: string, b: string): boolean {
  return a === b || normalText(a) === normalText(b);
}

/** What a text that is known to be whole says; undefined where that is not known. */
export function wholeTextOf(content: Content): string | undefined {
  return content.text === undefined || isCut(content, 'text') ? undefined : textOf(content, content.text);
}

/**
 * Whether the short links of two texts lead to the same places, as far as both say where.
 * Links to the platform's own pages are left out: those are a post's media and quotes, and change with the handle.
 */
export function leadAlike(a: Content, b: Content): boolean {
  const [left, right] = [targetsOf(a), targetsOf(b)];
  if (left.length !== right.length) return true;
  return left.every((target, i) => {
    const other = right[i];
    return (
      target === undefined || other === undefined || target === other || (isPlatforms(target) && isPlatforms(other))
    );
  });
}

/** Where each short link of the text leads, in their order; undefined where the rendering does not say. */
function targetsOf(content: Content): readonly (string | undefined)[] {
  if (content.text === undefined || !content.link?.length) return [];
  const expanded = new Map(content.link.map((link) => [link.url, link.expanded]));
  return (content.text.match(SHORT_LINK) ?? []).map((url) =>
    expanded
      .get(url)
      ?.replace(/^https?:\/\/(?:www\.|m\.|mobile\.)?/, '')
      .replace(/\/$/, ''),
  );
}

function isPlatforms(target: string): boolean {
  return /^(?:twitter|x)\.com\//.test(target);
}
