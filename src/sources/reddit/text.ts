/**
 * Words. Reddit escapes `&`, `<` and `>` in every string that it hands out, unless asked not to (`raw_json=1`, as PRAW
 * and Arctic Shift ask). A record does not say which of the two it is, but shows it: an escaped text never holds one of
 * the three signs bare.
 */
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';

const ENTITY = /&(?:amp|lt|gt);/;
const ENTITIES = /&(?:amp|lt|gt);/g;
const BARE = /[<>]|&(?!(?:amp|lt|gt);)/;
const SIGNS: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

export type Decode = (text: string) => string;

const asItStands: Decode = (text) => text;

/** Decoded once: what an author typed as `&gt;` comes as `&amp;gt;`, and is `&gt;` again. */
export const unescape: Decode = (text) =>
  text.includes('&') ? text.replace(ENTITIES, (entity) => SIGNS[entity]!) : text;

/** How this record's strings are to be read. */
export function decoderOf(thing: JsonObject): Decode {
  const words = [thing['body'], thing['selftext'], thing['title'], thing['url']];
  if (!words.some((text) => typeof text === 'string' && text.includes('&') && ENTITY.test(text))) return asItStands;
  return isEscaped(thing, words) ? unescape : asItStands;
}

function isEscaped(thing: JsonObject, words: readonly unknown[]): boolean {
  const html = asString(thing['body_html']) ?? asString(thing['selftext_html']);
  if (html !== undefined && html !== '') return !html.includes('<');
  if (words.some((text) => typeof text === 'string' && BARE.test(text))) return false;
  const preview = asObject(asArray(asObject(thing['preview'])?.['images'])[0]);
  const address = asString(asObject(preview?.['source'])?.['url']);
  return address === undefined || !BARE.test(address);
}
