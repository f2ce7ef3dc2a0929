/** A message of a data package: only the account's own words, with a list of addresses. */
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { msOf, parseIso, timeFromMs, type Time } from '../../core/time.js';
import { present } from '../shared/items.js';
import { typeOf, withoutQuery } from './message.js';
import type { Place } from './place.js';
import type { Owner } from './survey.js';
import { isId, messageOf, pageOf, personOf, timeOfId } from './uri.js';

export interface OwnMessage {
  readonly id: unknown;
  readonly time: unknown;
  readonly text: unknown;
  readonly attachments: unknown;
}

export function readOwn({ id, time, text, attachments }: OwnMessage, place: Place, owner: Owner | undefined): Reading {
  if (!isId(id))
    throw new Rejection('no-identity', 'a message without its ID, or with one that lost its digits in a spreadsheet');
  const addresses = typeof attachments === 'string' ? attachments.split(/\s+/).filter(Boolean) : [];
  const author = owner && personOf(owner.id);
  return {
    post: messageOf(id),
    outcome: 'present',
    hand: 'first',
    content: {
      type: 'Note',
      visibility: place.visibility,
      ...present({
        attributedTo: author,
        published: published(time, id),
        text: typeof text === 'string' ? text : undefined,
        context: place.channel === undefined ? undefined : `perdure:discord:channel:${place.channel}`,
        attachment:
          typeof attachments === 'string'
            ? addresses.map((url) => ({ type: typeOf(withoutQuery(url)), ...attachmentAt(withoutQuery(url)) }))
            : undefined,
        url: pageOf(place.guild, place.channel, id),
      }),
    },
    ...(author &&
      owner && { actors: [{ actor: author, profile: present({ handle: owner.handle, name: owner.name }) }] }),
  };
}

/** `https://cdn.discordapp.com/attachments/<channel>/<attachment>/<name>` */
function attachmentAt(url: string): { url?: string; key?: string } {
  if (!/^https?:/.test(url)) return {};
  const key = /\/attachments\/\d+\/(\d+)\//.exec(url)?.[1];
  return present({ url, key });
}

/** Written without a zone. The id holds the same moment in UTC: where they agree, that is the zone. */
function published(time: unknown, id: string): Time | undefined {
  const said = typeof time === 'string' ? parseIso(time) : undefined;
  if (said?.zone !== 'unknown') return said;
  const given = timeOfId(id);
  return given && Math.abs(msOf(given) - msOf(said)) < 2_000 ? timeFromMs(msOf(said), said.precision) : said;
}
