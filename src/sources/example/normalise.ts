import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, Observed, Reading } from '../../core/reading.js';
import { msOf, parseIso } from '../../core/time.js';
import { actorUri, postUri, type ActorUri, type PostUri } from '../../core/uri.js';
import { asId, asObject, asString, parseObject, type JsonObject } from '../shared/json.js';

function noteUri(id: string): PostUri {
  return postUri(`https://notes.example/n/${id}`);
}

function personUri(id: string): ActorUri {
  return actorUri(`https://notes.example/people/${id}`);
}

/** One line, one reading. Throws a Rejection where the line has no id. */
export function normaliseNote(record: Uint8Array): Reading {
  const note = parseObject(record);
  const id = asId(note['note']);
  if (id === undefined) throw new Rejection('no-identity', 'the line has no `note` id of digits');

  const author = authorOf(note);
  const seen = parseIso(asString(note['seen']) ?? '');
  const common = {
    post: noteUri(id),
    hand: 'first',
    ...(seen && { observedAt: { at: seen, basis: 'record' } satisfies Observed }),
    ...(author && { actors: [author] }),
  } as const;

  if (note['gone'] === true) return { ...common, outcome: 'deleted' };
  const content = contentOf(note, author?.actor);
  const stands = content.updated ?? content.published;
  return {
    ...common,
    outcome: 'present',
    content,
    ...(stands && { claimedFrom: stands, edition: Math.floor(msOf(stands) / 1000) }),
  };
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
