/** One message of a chat. */
import type { Attachment, Content } from '../../core/content.js';
import { sha256 } from '../../core/digest.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { assumeZone, type Time } from '../../core/time.js';
import { actorUri, postUri, segment } from '../../core/uri.js';
import type { CaptureContext } from '../source.js';
import { dayOf, isPlainDate, type Head } from './head.js';
import { lineOf, type Line } from './line.js';
import { filesIn, isDeleted, isNotice, isOmitted, withoutEdited } from './marks.js';
import { saidOf, type ChatFacts, type Facts } from './survey.js';

const UNKNOWN: ChatFacts = { order: 'dmy', certain: false, senders: 0, repeats: {} };

export function readMessage(record: Uint8Array, context: CaptureContext): Reading {
  const line = lineOf(record);
  if (line.sender === undefined || isNotice(line.text)) {
    throw new Rejection('service-message', 'WhatsApp tells it; nobody wrote that');
  }
  const chats = (context.survey?.facts as unknown as Facts | undefined)?.chats;
  const facts = chats && Object.hasOwn(chats, context.path) ? chats[context.path]! : UNKNOWN;
  const ordinal = Object.hasOwn(facts.repeats, context.offset) ? facts.repeats[context.offset]! : 0;
  const losses: string[] = [];
  const published = timeOf(line.head, facts, context.options.timezone, losses);
  const post = postUri(
    `perdure:whatsapp:${context.accession}:${segment(context.path)}:${wallOf(line.head)}:${saidOf(line)}:${ordinal}`,
  );
  const author = actorUri(`perdure:whatsapp:${context.accession}:sender:${segment(line.sender)}`);
  const actors = [{ actor: author, profile: { name: line.sender } }];
  if (isDeleted(line.text)) {
    return { post, outcome: 'deleted', hand: 'first', actors };
  }
  const edited = withoutEdited(line.text);
  const text = edited ?? line.text;
  const files = filesIn(text);
  if (files.length === 0 && isOmitted(text)) losses.push('attachment: left out when the chat was exported');
  const content: Content = {
    type: 'Note',
    attributedTo: author,
    visibility: facts.senders > 2 ? 'group' : 'direct',
    ...(published && { published }),
    text,
    ...(files.length > 0 ? { attachment: files.map(attachmentOf) } : {}),
    ...(edited !== undefined && { extra: { edited: true } }),
  };
  return {
    post,
    outcome: 'present',
    hand: 'first',
    content,
    actors,
    ...(published && { claimedFrom: published }),
    ...(files.length > 0 && { files: files.map((name) => besides(context.path, name)) }),
    ...(published &&
      text.length > 3 && {
        links: [{ kind: 'probablySame', target: twin(line, published, text, ordinal), reason: TWIN }],
      }),
    ...(losses.length > 0 && { losses }),
  };
}

const TWIN = 'the same words in the same minute, in another export of a chat';

/**
 * What another export of the same chat, from another phone with other names for the same people and another way of
 * writing dates, would give this message as well. Offered to people, never merged.
 */
function twin({ head }: Line, published: Time, text: string, ordinal: number) {
  const minute = published.zone === 'unknown' ? published.at.slice(0, 16) : `${head.hour}-${head.minute}`;
  return postUri(`perdure:whatsapp:said:${segment(minute)}:${sha256(text.trim()).slice(0, 24)}:${ordinal}`);
}

/** The digits of date and time as they stand: part of the name, whatever order they are read in. */
function wallOf({ date, hour, minute }: Head): string {
  return `${date.join('-')}T${hour}-${minute}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

function timeOf(head: Head, facts: ChatFacts, timezone: string | undefined, losses: string[]): Time | undefined {
  const day = dayOf(head.date, facts.order);
  if (!day) {
    losses.push(`published: no date in this chat’s order (${facts.order})`);
    return undefined;
  }
  // Thailand counts 543 years more; the Persian calendar has other months as well, and is not converted.
  const year = day.year >= 2400 ? day.year - 543 : day.year;
  if (year < 2009) {
    losses.push(`published: the year ${day.year} is before WhatsApp, or of another calendar`);
    return undefined;
  }
  if (!facts.certain && !isPlainDate(head.date) && day.month !== day.day && day.day <= 12) {
    losses.push('published: day and month may be the other way round');
  }
  const clock = `${two(head.hour)}:${two(head.minute)}`;
  const at = `${year}-${two(day.month)}-${two(day.day)}T${clock}${head.second === undefined ? '' : ':' + two(head.second)}`;
  if (Number.isNaN(Date.parse(`${at.slice(0, 10)}`))) return undefined;
  const time: Time = { at, precision: head.second === undefined ? 'min' : 's', zone: 'unknown' };
  return timezone === undefined ? time : assumeZone(time, timezone);
}

const TYPES: Readonly<Record<string, Attachment['type']>> = {
  ...Object.fromEntries(['jpg', 'jpeg', 'png', 'webp', 'gif', 'heic'].map((ending) => [ending, 'Image'] as const)),
  ...Object.fromEntries(['mp4', '3gp', 'mov', 'mkv'].map((ending) => [ending, 'Video'] as const)),
  ...Object.fromEntries(['opus', 'ogg', 'm4a', 'mp3', 'aac', 'amr', 'wav'].map((ending) => [ending, 'Audio'] as const)),
};

function attachmentOf(name: string): Attachment {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return { type: TYPES[ending] ?? 'Document', name };
}

function besides(path: string, name: string): string {
  const folder = path.lastIndexOf('/');
  return folder < 0 ? name : path.slice(0, folder + 1) + name;
}
