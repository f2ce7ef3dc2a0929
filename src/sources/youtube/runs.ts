/** Words as YouTube’s own pages have them: `{"runs":[{"text":"a"},{"emoji":{…}},{"text":"b","navigationEndpoint":{…}}]}`. */
import type { Link } from '../../core/content.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';

export interface RunsText {
  readonly text: string;
  readonly link?: readonly Link[];
}

/** Undefined where there are no words. */
export function runsOf(value: unknown): RunsText | undefined {
  const object = asObject(value);
  if (!object) return undefined;
  const simple = asString(object['simpleText']);
  if (simple !== undefined) return { text: simple };
  if (!Array.isArray(object['runs'])) return undefined;
  const link: Link[] = [];
  let text = '';
  for (const run of asArray(object['runs']).filter(isObject)) {
    const words = asString(run['text']) ?? emojiOf(asObject(run['emoji']));
    text += words;
    const address = addressOf(run);
    if (address !== undefined) link.push(address === words ? { url: words } : { url: words, expanded: address });
  }
  return { text, ...(link.length > 0 && { link }) };
}

/** A picture of the channel’s own has no character: its `:name:` stands for it. */
function emojiOf(emoji: JsonObject | undefined): string {
  if (!emoji) return '';
  const id = asString(emoji['emojiId']) ?? '';
  if (emoji['isCustomEmoji'] !== true && id !== '' && !/[\w/-]{3,}/.test(id)) return id;
  return asString(asArray(emoji['shortcuts'])[0]) ?? id;
}

/** Links to elsewhere go through `/redirect?…&q=<address>`. */
function addressOf(run: JsonObject): string | undefined {
  const endpoint = asObject(asObject(run['navigationEndpoint'])?.['urlEndpoint']);
  const url = asString(endpoint?.['url']);
  if (url === undefined || !/^https?:\/\//.test(url)) return undefined;
  const target = /^https?:\/\/(?:www\.)?youtube\.com\/redirect\?/.test(url)
    ? new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('q')
    : url;
  return target ?? undefined;
}
