/** Slack's own markup: `&amp; &lt; &gt;` are escapes, `<…>` are links, mentions and commands. */
import type { Link, Tag } from '../../core/content.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import { isUser, personOf } from './uri.js';

const ESCAPES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
const MARK = /<([^<>\s|][^<>|]*)(?:\|([^<>]*))?>/g;

export interface Marked {
  readonly text: string;
  readonly tag: readonly Tag[];
  readonly link: readonly Link[];
}

/**
 * The text as people read it, with what its marks lead to. A bare `<@U…>` stays an id: with a name from the package's
 * list, the same message in a package without that list would look edited.
 */
export function readMarks(raw: string): Marked {
  const tag: Tag[] = [];
  const link: Link[] = [];
  const text = raw.replace(MARK, (whole, target: string, label: string | undefined) => {
    if (target.startsWith('@')) {
      const id = target.slice(1);
      if (!isUser(id)) return whole;
      const name = label ?? id;
      tag.push({ type: 'Mention', name: decode(name), href: personOf(id) });
      return `@${name}`;
    }
    if (target.startsWith('#')) return `#${label ?? target.slice(1)}`;
    if (target.startsWith('!')) return label ?? `@${target.slice(1).split('^')[0]!}`;
    const url = decode(target);
    if (!/^(?:https?|mailto|tel|ftp):/i.test(url)) return whole;
    link.push(label === undefined ? { url } : { url, name: decode(label) });
    return label ?? target;
  });
  return { text: decode(text), tag, link };
}

function decode(text: string): string {
  return text.includes('&') ? text.replace(/&(?:amp|lt|gt);/g, (escape) => ESCAPES[escape]!) : text;
}

const MAX_DEPTH = 12;

/** What a message without text says in its blocks and attachments (those of apps mostly). */
export function textOfBlocks(message: JsonObject): string | undefined {
  const parts: string[] = [];
  collect(message['blocks'], parts, 0);
  for (const value of asArray(message['attachments'])) {
    const attachment = asObject(value) ?? {};
    const said = [attachment['pretext'], attachment['title'], attachment['text']].flatMap(
      (text) => asString(text) ?? [],
    );
    parts.push(...(said.length > 0 ? said : [asString(attachment['fallback']) ?? '']));
    collect(attachment['blocks'], parts, 0);
  }
  const text = parts.filter((part) => part !== '').join('\n');
  return text === '' ? undefined : text;
}

function collect(value: unknown, parts: string[], depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const item of asArray(value)) {
    const block = asObject(item);
    if (!block) continue;
    const text = block['text'];
    if (typeof text === 'string') parts.push(text);
    else if (asObject(text)) parts.push(asString(asObject(text)!['text']) ?? '');
    for (const key of ['elements', 'fields'] as const) collect(block[key], parts, depth + 1);
  }
}
