import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Observed, ProfileReading, Reading } from '../../core/reading.js';
import { msOf, parseIso, type Time } from '../../core/time.js';
import { actorUri, postUri, type ActorUri, type PostUri } from '../../core/uri.js';
import { asId, asObject, asString, parseObject, type JsonObject } from '../shared/json.js';

function noteUri(id: string): PostUri {
  return postUri(`https://notes.example/n/${id}`);
}

function personUri(id: string): ActorUri {
  return actorUri(`https://notes.example/people/${id}`);
}

/** One line, one reading. Throws a Rejection where the line has no id. */
export function normaliseLine(record: Uint8Array): Reading | ProfileReading {
  const line = parseObject(record);
  return 'note' in line || !('since' in line) ? readNote(line) : readProfile(line);
}

/** What somebody changed about themselves: no note, and told of nobody else. */
function readProfile(line: JsonObject): ProfileReading {
  const author = authorOf(line);
  if (!author || Object.keys(author.profile).length === 0)
    throw new Rejection('no-identity', 'the line has no `by.id` of digits, or no `by.name`');
  const since = parseIso(asString(line['since']) ?? '');
  return { ...author, hand: 'first', ...seenIn(line), ...(since && editionOf(since)) };
}

function readNote(note: JsonObject): Reading {
  const id = asId(note['note']);
  if (id === undefined) throw new Rejection('no-identity', 'the line has no `note` id of digits');

  const author = authorOf(note);
  const common = {
    post: noteUri(id),
    hand: 'first',
    ...seenIn(note),
    ...(author && { actors: [author] }),
  } as const;

  if (note['gone'] === true) return { ...common, outcome: 'deleted' };
  const content = contentOf(note, author?.actor);
  const stands = content.updated ?? content.published;
  return {
    ...common,
    outcome: 'present',
    content,
    ...(stands && editionOf(stands)),
  };
}

function seenIn(line: JsonObject): { readonly observedAt?: Observed } {
  const seen = parseIso(asString(line['seen']) ?? '');
  return seen ? { observedAt: { at: seen, basis: 'record' } } : {};
}

function editionOf(stands: Time): { readonly claimedFrom: Time; readonly edition: number } {
  return { claimedFrom: stands, edition: Math.floor(msOf(stands) / 1000) };
}

function contentOf(note: JsonObject, author: ActorUri | undefined): Content {
  const published = parseIso(asString(note['at']) ?? '');
  const updated = parseIso(asString(note['edited']) ?? '');
  const text = asString(note['body']);
  const parent = asId(note['re']);
  return {
    type: 'Note',
    visibility: note['to'] === 'everyone' ? 'public' : note['to'] === 'friends' ? 'followers' : 'unknown',
    ...(author && { attributedTo: author }),
    ...(published && { published }),
    ...(updated && { updated }),
    ...(text !== undefined && { text }),
    ...(parent !== undefined && { inReplyTo: noteUri(parent) }),
  };
}

function authorOf(note: JsonObject): ActorReading | undefined {
  const by = asObject(note['by']);
  const id = asId(by?.['id']);
  if (id === undefined) return undefined;
  const name = asString(by?.['name']);
  return { actor: personUri(id), profile: { ...(name !== undefined && { name }) } };
}
