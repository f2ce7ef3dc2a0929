/** One record to readings: an item, or a whole file where it cannot be split on its bytes. */
import { Rejection } from '../../core/errors.js';
import { guarded, refused, storableItems, type Item } from '../shared/items.js';
import { asArray, asObject, parseObject } from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { build, type Place } from './build.js';
import { deletedEntry } from './deleted.js';
import { decode } from './encoding.js';
import { headOf, type FeedHead } from './head.js';
import { draftOf } from './item.js';
import { isJsonFeed, jsonDraft, jsonFeedOf } from './json.js';
import { Losses } from './losses.js';
import { refuseOthers } from './others.js';
import { Parts } from './parts.js';
import { ItemScanner } from './scanner.js';
import type { Drafted, Facts } from './survey.js';
import { childrenOf, readXml, type Element } from './xml.js';
import { located, type Feed } from './feed.js';

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  if (context.format === 'jsonfeed') return storableItems(record, [fromJson(record, context)]);
  const head = xmlHead(context);
  if (head.encoding.bytewise) return [fromXml(record, head, context)];
  return split(record, head).map((item) => guarded(() => [fromXml(item, utf8(head), context)])[0]!);
}

/** A file in UTF-16, as UTF-8. */
function split(record: Uint8Array, head: FeedHead): readonly Uint8Array[] {
  const bytes = Buffer.from(decode(record, head.encoding, new Losses()));
  const scanner = new ItemScanner(head.items);
  scanner.push(bytes);
  scanner.end();
  const ranges = scanner.take();
  if (ranges.length === 0) throw new Rejection('empty', 'a feed without items');
  return ranges.map(({ offset, length }) => bytes.subarray(offset, offset + length));
}

function utf8(head: FeedHead): FeedHead {
  return { ...head, encoding: { label: 'utf-8', bytewise: true } };
}

/** A member's records share its head, and come one after another. The same bytes may lie at several addresses. */
type Member = Pick<CaptureContext, 'capture' | 'address'>;
let last: (Member & { readonly head: FeedHead }) | undefined;

function isOf(known: Member | undefined, { capture, address }: Member): boolean {
  return known?.capture === capture && known.address === address;
}

function xmlHead(context: CaptureContext): FeedHead {
  if (last && isOf(last, context)) return last.head;
  const found = headOf(context.head);
  if (!found)
    throw new Rejection('malformed', 'the file does not begin like a feed: no rss, RDF, feed or entry element');
  const head = { ...found, feed: located(found.feed, context.address) };
  last = { ...memberOf(context), head };
  return head;
}

let lastJson: (Member & { readonly feed: Feed }) | undefined;

function jsonHead(context: CaptureContext): Feed {
  if (lastJson && isOf(lastJson, context)) return lastJson.feed;
  const feed = located(jsonFeedOf(context.head), context.address);
  lastJson = { ...memberOf(context), feed };
  return feed;
}

function memberOf({ capture, address }: CaptureContext): Member {
  return { capture, ...(address !== undefined && { address }) };
}

function placeOf(feed: Feed, { accession, path, offset, survey, options }: CaptureContext): Place {
  return { feed, accession, path, offset, facts: survey?.facts as Facts | undefined, options };
}

// ── XML ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function fromXml(record: Uint8Array, head: FeedHead, context: CaptureContext): Item {
  const losses = new Losses();
  const { item, source } = treeOf(record, head, losses);
  const place = placeOf(head.feed, context);
  if (item.key === 'at:deleted-entry') return deletedEntry(item, place, losses);
  const parts = new Parts(item, source, head, losses);
  refuseOthers(parts);
  return build(draftOf(parts), place, losses);
}

// eslint-disable-next-line no-control-regex -- these are the characters that XML does not allow
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

function treeOf(record: Uint8Array, head: FeedHead, losses: Losses): { item: Element; source: string } {
  let source = decode(record, head.encoding, losses);
  if (FORBIDDEN.test(source)) {
    losses.add('control characters stand in the item; a NUL is shown as U+FFFD');
    if (source.includes('\0')) source = source.replaceAll('\0', '\ufffd');
  }
  const item = childrenOf(readXml(source, head.vocabulary, losses))[0];
  if (!item) throw new Rejection('malformed', 'no element begins in this record');
  return { item, source };
}

let surveyed: { readonly bytes: Uint8Array; readonly head: FeedHead | undefined } | undefined;

/** For the survey: what an item says, without making a reading of it. */
export function readDraft(record: Uint8Array, head: Uint8Array, format: string): Drafted | undefined {
  const losses = new Losses();
  if (format === 'jsonfeed') {
    const feed = jsonFeedOf(head);
    return { draft: jsonDraft(parseObject(record), feed, losses), feed };
  }
  const about = surveyed?.bytes === head ? surveyed.head : headOf(head);
  surveyed = { bytes: head, head: about };
  if (!about?.encoding.bytewise) return undefined;
  const { item, source } = treeOf(record, about, losses);
  if (item.key === 'at:deleted-entry') return undefined;
  return { draft: draftOf(new Parts(item, source, about, losses)), feed: about.feed };
}

// ── JSON ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function fromJson(record: Uint8Array, context: CaptureContext): Item {
  const item = parseObject(record);
  if (isJsonFeed(item) && asArray(item['items']).every((each) => !asObject(each))) {
    return refused('empty', 'a feed without items');
  }
  const losses = new Losses();
  const feed = jsonHead(context);
  return build(jsonDraft(item, feed, losses), placeOf(feed, context), losses);
}
