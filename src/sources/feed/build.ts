/** A reading of what an item says. */
import type { Content } from '../../core/content.js';
import type { Digest } from '../../core/digest.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Reading } from '../../core/reading.js';
import { assumeZone, msOf, type Time } from '../../core/time.js';
import type { PostUri } from '../../core/uri.js';
import { present } from '../shared/items.js';
import type { ImportOptions } from '../source.js';
import { shown } from './address.js';
import type { Draft } from './draft.js';
import type { Feed } from './feed.js';
import { addressKey, contentKey } from './keys.js';
import type { Losses } from './losses.js';
import type { Person } from './people.js';
import { repeatOf, type Facts } from './survey.js';
import { contentUri, feedActor, itemUri, personUri } from './uri.js';

export interface Place {
  readonly feed: Feed;
  readonly accession: Digest;
  readonly path: string;
  readonly offset: number;
  readonly facts: Facts | undefined;
  readonly options: ImportOptions;
}

function postOf(draft: Draft, { feed, accession, facts, path, offset }: Place): PostUri {
  if (draft.id !== undefined) return itemUri(feed, draft.id, accession);
  const { shared, ordinal } = repeatOf(facts, path, offset);
  const address = shared ? undefined : addressKey(draft, feed);
  if (address !== undefined) return itemUri(feed, address, accession);
  const { title, words, attachments, url, links } = draft;
  if ([title, words, attachments, url, links].every((each) => each === undefined)) {
    throw new Rejection('empty', 'the item says nothing: no name, no title, no text, no address');
  }
  return contentUri(feed, contentKey(draft), ordinal, accession);
}

export function build(draft: Draft, place: Place, losses: Losses): Reading {
  const { feed, accession, options } = place;
  const post = postOf(draft, place);
  const zoned = (time: Time | undefined): Time | undefined =>
    time && options.timezone !== undefined ? assumeZone(time, options.timezone) : time;
  const published = zoned(draft.published);
  const changed = zoned(draft.updated);
  const later = changed !== undefined && (published === undefined || msOf(changed) >= msOf(published));
  if (changed && !later) losses.add(`updated: ${changed.at} lies before the publication and is left out`);
  const updated = later && (published === undefined || msOf(changed) > msOf(published)) ? changed : undefined;
  const stands = later ? changed : undefined;

  const people = draft.people.length > 0 ? draft.people : feed.authors;
  const actors = people.length > 0 ? people.map((each) => actorOf(each, place)) : [actorOfFeed(place)];
  const authors = people.length > 1 ? people.flatMap(({ name }) => (name !== undefined ? [name] : [])) : [];
  const aliases = [...new Set([draft.url, ...draft.aliases])].filter((alias) => alias !== undefined);
  const extra = { ...draft.extra, ...(authors.length > 1 && { authors }) };
  const visibility = feed.keyed && draft.visibility === undefined ? 'unknown' : (draft.visibility ?? 'public');
  const content = present({
    type: draft.type,
    attributedTo: actors[0]!.actor,
    published,
    updated,
    text: draft.words?.text,
    html: draft.words?.html,
    name: draft.title,
    inReplyTo: draft.answers !== undefined ? itemUri(feed, draft.answers, accession) : undefined,
    attachment: draft.attachments,
    tag: draft.tags,
    link: draft.links,
    language: draft.language ?? feed.language,
    sensitive: draft.sensitive,
    visibility,
    url: shown(draft.url, undefined),
    cut: draft.cut.length > 0 ? draft.cut : undefined,
    extra: Object.keys(extra).length > 0 ? extra : undefined,
  }) as Content;
  return {
    post,
    outcome: 'present',
    content,
    hand: 'first',
    // Without a date of the change nothing says that this is how it was published.
    ...(stands && { claimedFrom: stands, edition: Math.floor(msOf(stands) / 1000) }),
    ...(draft.metrics && Object.keys(draft.metrics).length > 0 && { metrics: draft.metrics }),
    ...(aliases.length > 0 && { aliases: aliases.map((alias) => shown(alias, undefined) ?? alias) }),
    actors,
    ...(losses.list.length > 0 && { losses: losses.list }),
  };
}

function actorOf(person: Person, { feed, accession }: Place): ActorReading {
  const url = shown(person.uri, feed.base);
  return {
    actor: personUri(feed, person, accession),
    profile: { ...(person.name !== undefined && { name: person.name }), ...(url !== undefined && { url }) },
  };
}

/** Where nobody is named, the feed itself speaks. */
function actorOfFeed({ feed, accession }: Place): ActorReading {
  const { title, home } = feed;
  return {
    actor: feedActor(feed, accession),
    profile: { type: 'Service', ...(title !== undefined && { name: title }), ...(home !== undefined && { url: home }) },
  };
}
