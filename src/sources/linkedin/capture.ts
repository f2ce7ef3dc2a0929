/** What LinkedIn's own pages load of a post (their "update"), as Zeeschuimer saves it with all that it refers to. */
import { storable } from '../../core/canonical.js';
import type { Content, Link, Tag, Visibility } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Observed, Reading } from '../../core/reading.js';
import { timeFromMs, type Time } from '../../core/time.js';
import { actorUri } from '../../core/uri.js';
import { countOf, guarded, present, presentOrNothing, webAddress, type Item } from '../shared/items.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { mediaOf } from './media.js';
import { postOf, urnIn } from './uri.js';

/** The update, and the one that it shares. */
export function readUpdate(update: JsonObject, seen: Observed | undefined): readonly Item[] {
  const inner = inside(update, 'resharedUpdate');
  return [
    ...guarded(() => [updateReading(update, seen, inner && urnOf(inner))]),
    ...(inner ? guarded(() => [{ ...updateReading(inner, seen, undefined), hand: 'second' as const }]) : []),
  ];
}

/** Older answers hold a thing under its name, newer ones a reference under `*name`, which the collector resolves. */
function inside(value: JsonObject | undefined, name: string): JsonObject | undefined {
  return asObject(value?.[name]) ?? asObject(value?.[`*${name}`]);
}

function metadataOf(update: JsonObject): JsonObject {
  return asObject(update['metadata']) ?? asObject(update['updateMetadata']) ?? {};
}

/** `urn:li:aggregate:(urn:li:activity:7…,urn:li:activity:7…)` names one post twice: the first is taken. */
function urnOf(update: JsonObject): string | undefined {
  const metadata = metadataOf(update);
  const named = [
    metadata['backendUrn'],
    metadata['urn'],
    update['entityUrn'],
    update['preDashEntityUrn'],
    update['id'],
  ];
  for (const each of named) {
    const urn = urnIn(each);
    if (urn !== undefined) return urn;
  }
  return undefined;
}

function updateReading(update: JsonObject, seen: Observed | undefined, quotes: string | undefined): Reading {
  const urn = urnOf(update);
  if (urn === undefined) throw new Rejection('no-identity', 'an update that names neither activity nor share');
  const metadata = metadataOf(update);
  const share = urnIn(metadata['shareUrn']);
  const author = authorOf(asObject(update['actor']));
  const commentary = asObject(asObject(update['commentary'])?.['text']);
  const text = asString(commentary?.['text']) ?? '';
  const media = mediaOf(asObject(update['content']));
  const content: Content = {
    type: 'Note',
    visibility: AUDIENCES.get(metadata['shareAudience']) ?? 'unknown',
    ...present({
      attributedTo: author?.actor,
      published: momentOf(urn),
      text,
      quotes: quotes === undefined ? undefined : postOf(quotes),
      attachment: media?.attachment,
      link: media?.link === undefined ? undefined : ([{ url: media.link }] satisfies Link[]),
      tag: tagsOf(commentary, text),
      url: `https://www.linkedin.com/feed/update/${urn}`,
    }),
  };
  const metrics = metricsOf(update);
  return {
    post: postOf(urn),
    outcome: 'present',
    hand: 'first',
    content,
    ...(seen && { observedAt: seen }),
    ...(metrics && { metrics }),
    // The page itself says which share this activity shows.
    ...(share !== undefined &&
      share !== urn && { links: [{ kind: 'sameAs', target: postOf(share), reason: 'the page names both' } as const] }),
    ...(author && { actors: [author] }),
  };
}

const AUDIENCES: ReadonlyMap<unknown, Visibility> = new Map<unknown, Visibility>([
  ['PUBLIC', 'public'],
  ['CONNECTIONS', 'followers'],
  ['GROUP', 'group'],
  ['CONTAINER', 'group'],
]);

const FIRST = Date.UTC(2010, 0, 1);
const LAST = Date.UTC(2100, 0, 1);

/** The page only says “3w”; the number begins with the milliseconds since 1970. */
function momentOf(urn: string): Time | undefined {
  if (!/:(?:activity|share|ugcPost):/.test(urn)) return undefined;
  const ms = Number(BigInt(urn.slice(urn.lastIndexOf(':') + 1)) >> 22n);
  return ms > FIRST && ms < LAST ? timeFromMs(ms, 's') : undefined;
}

function authorOf(actor: JsonObject | undefined): ActorReading | undefined {
  const urn = [actor?.['backendUrn'], actor?.['urn']]
    .map((each) => /urn:li:(?:member|company|organization):\d{1,20}(?!\d)/.exec(asString(each) ?? '')?.[0])
    .find((each) => each !== undefined);
  if (!actor || urn === undefined) return undefined;
  const url = webAddress(asObject(actor['navigationContext'])?.['actionTarget'])?.replace(/[?#].*$/s, '');
  const profile = present({
    type: urn.includes(':member:') ? undefined : 'Organization',
    handle: url === undefined ? undefined : /\/(?:in|company|school|showcase)\/([^/]+)/.exec(url)?.[1],
    name: asString(asObject(actor['name'])?.['text']),
    summary: asString(asObject(actor['description'])?.['text']),
    url,
  });
  return { actor: actorUri(urn), profile };
}

function metricsOf(update: JsonObject): Readonly<Record<string, number>> | undefined {
  const social = inside(update, 'socialDetail');
  const counts = inside(social, 'totalSocialActivityCounts');
  const total = (name: string): unknown => asObject(asObject(social?.[name])?.['paging'])?.['total'];
  return presentOrNothing({
    likes: countOf(counts?.['numLikes'] ?? total('likes')),
    replies: countOf(counts?.['numComments'] ?? total('comments')),
    shares: countOf(counts?.['numShares'] ?? social?.['totalShares']),
  });
}

/** `attributes` of before 2023 name their type; `attributesV2` have it as the key of `detailData`. */
function tagsOf(commentary: JsonObject | undefined, text: string): Tag[] | undefined {
  const lists = [commentary?.['attributesV2'], commentary?.['attributes']].filter(Array.isArray);
  if (lists.length === 0) return undefined;
  return asArray(lists.find((list) => list.length > 0))
    .filter(isObject)
    .flatMap((attribute): Tag[] => {
      const detail = asObject(attribute['detailData']) ?? attribute;
      const words = wordsAt(attribute, text);
      const hashtag = inside(detail, 'hashtag') ?? (attribute['type'] === 'HASHTAG' ? attribute : undefined);
      if (hashtag) {
        const name = /^urn:li:hashtag:(.+)$/.exec(asString(hashtag['trackingUrn']) ?? '')?.[1] ?? words;
        return name === '' ? [] : [{ type: 'Hashtag', name: name.replace(/^#/, '') }];
      }
      const person = inside(detail, 'profileMention') ?? inside(detail, 'miniProfile') ?? inside(detail, 'miniCompany');
      const company = inside(detail, 'companyName');
      if ((!person && !company) || words === '') return [];
      const href = /urn:li:(?:member|company):\d{1,20}/.exec(
        [person?.['objectUrn'], company?.['objectUrn'], person?.['entityUrn'], company?.['entityUrn']].join(' '),
      )?.[0];
      return [{ type: 'Mention', name: words, ...(href !== undefined && { href: actorUri(href) }) }];
    });
}

function wordsAt(attribute: JsonObject, text: string): string {
  const start = countOf(attribute['start']);
  const length = countOf(attribute['length']);
  return start === undefined || length === undefined ? '' : storable(text.slice(start, start + length)).text;
}
