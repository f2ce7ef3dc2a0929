/**
 * What stands before the first item: the feed's own name, addresses, language, and how its elements are called. Read
 * from the member's first 64 KiB, once a member.
 */
import { Rejection } from '../../core/errors.js';
import { decodeLoosely, encodingOf, type Encoding } from './encoding.js';
import { feedOf, type Feed, type Root } from './feed.js';
import { Losses } from './losses.js';
import { spaceOf, type Vocabulary } from './names.js';
import { ItemScanner, type ItemNames } from './scanner.js';
import { readXml } from './xml.js';

export interface FeedHead {
  readonly encoding: Encoding;
  readonly root: Root;
  /** As the feed says it: `2.0`; empty where it says nothing. */
  readonly version: string;
  readonly vocabulary: Vocabulary;
  readonly items: ItemNames;
  readonly feed: Feed;
}

const ROOT = /<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)/y;
const NAMESPACE = /\sxmlns(?::([\w.-]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITY = /<!ENTITY\s/i;

/** Undefined where the text is no feed. Throws a Rejection where it is one that is not read. */
export function headOf(head: Uint8Array): FeedHead | undefined {
  const encoding = encodingOf(head);
  const text = decodeLoosely(head, encoding.label);
  const { at, declaration } = prolog(text);
  if (declaration !== undefined) refuseEntities(declaration);
  ROOT.lastIndex = at;
  const match = ROOT.exec(text);
  if (!match) return undefined;
  const [tag, prefix = '', name, rest] = match as unknown as [string, string | undefined, string, string];
  const prefixes = prefixesOf(rest);
  const root = rootOf(name.toLowerCase(), prefix.slice(0, -1), prefixes, text, at);
  if (!root) return undefined;
  const vocabulary: Vocabulary = { own: root === 'rss' || root === 'rdf' ? 'rss' : 'atom', prefixes };
  const items = itemNames(root, prefixes);
  const version = /\sversion\s*=\s*["']\s*([^"']*?)\s*["']/i.exec(rest)?.[1] ?? '';
  const bytes = encoding.bytewise ? head : Buffer.from(text);
  const before = root === 'entry' ? tag : beforeItems(bytes, items, encoding).slice(at);
  const tree = readXml(before, vocabulary, new Losses());
  return { encoding, root, version, vocabulary, items, feed: feedOf(tree, root) };
}

interface Prolog {
  readonly at: number;
  readonly declaration: string | undefined;
}

/** Passes over what may stand before the root: declarations, comments, instructions, and stray white space. */
function prolog(text: string): Prolog {
  let at = 0;
  let declaration: string | undefined;
  for (;;) {
    at = text.indexOf('<', at);
    if (at < 0) return { at: text.length, declaration };
    if (text.startsWith('<?', at)) at = after(text, '?>', at);
    else if (text.startsWith('<!--', at)) at = after(text, '-->', at);
    else if (text.startsWith('<!', at)) {
      const end = endOfDeclaration(text, at);
      declaration = text.slice(at, end);
      at = end;
    } else return { at, declaration };
  }
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at < 0 ? text.length : at + end.length;
}

function endOfDeclaration(text: string, from: number): number {
  const open = text.indexOf('[', from);
  const end = text.indexOf('>', from);
  if (end < 0) return text.length;
  if (open < 0 || open > end) return end + 1;
  const close = text.slice(open).search(/\]\s*>/);
  return close < 0 ? text.length : text.indexOf('>', open + close) + 1;
}

function refuseEntities(declaration: string): void {
  const name = /^<!DOCTYPE\s+([\w:.-]+)/i.exec(declaration)?.[1]?.toLowerCase() ?? '';
  if (!ENTITY.test(declaration) || !/^(?:rss|feed|entry|rdf|channel)$|:(?:rdf|feed|entry)$/.test(name)) return;
  throw new Rejection(
    'not-supported',
    'the file declares entities in a DTD, which are never expanded; write them out (xmllint --noent, on a file that you trust) and import again',
  );
}

function prefixesOf(attributes: string): Map<string, string> {
  const prefixes = new Map<string, string>();
  for (const [, prefix = '', double, single] of attributes.matchAll(NAMESPACE)) {
    prefixes.set(prefix, spaceOf(double ?? single ?? ''));
  }
  return prefixes;
}

function rootOf(
  name: string,
  prefix: string,
  prefixes: ReadonlyMap<string, string>,
  text: string,
  at: number,
): Root | undefined {
  const space = prefixes.get(prefix);
  if (name === 'rss') return 'rss';
  if (name === 'rdf') {
    // RDF says many things; a feed is one that speaks RSS.
    return [...prefixes.values()].includes('rss') || /<(?:channel|item)[\s>]/i.test(text.slice(at)) ? 'rdf' : undefined;
  }
  if (name === 'entry') return space === 'atom' ? 'entry' : undefined;
  if (name !== 'feed') return undefined;
  if (space === 'atom') return 'atom';
  return space === undefined && /<(?:entry|title|tagline|id)[\s>]/.test(text.slice(at)) ? 'atom' : undefined;
}

/** Any prefix may be declared on the item itself; those that the root gives to other vocabularies are not meant. */
function itemNames(root: Root, prefixes: ReadonlyMap<string, string>): ItemNames {
  const atom = root === 'atom' || root === 'entry';
  const others = [...prefixes].filter(([, space]) => space !== (atom ? 'atom' : 'rss') && space !== 'at');
  return {
    names: new Set(atom ? ['entry', 'deleted-entry'] : ['item', 'deleted-entry']),
    others: new Set(others.map(([prefix]) => prefix).filter((prefix) => prefix !== '')),
  };
}

/** What stands before the first item, as text. */
function beforeItems(head: Uint8Array, items: ItemNames, { label, bytewise }: Encoding): string {
  const scanner = new ItemScanner(items);
  scanner.push(Buffer.from(head.buffer, head.byteOffset, head.length));
  const first = scanner.found[0]?.offset ?? scanner.openedAt;
  return decodeLoosely(first < 0 ? head : head.subarray(0, first), bytewise ? label : 'utf-8');
}
