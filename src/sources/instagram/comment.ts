/** Comments that the account wrote. Of what they stand under, an export names the owner at most. */
import type { Content } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { assumeZone, parseIso, type Time } from '../../core/time.js';
import { postUri } from '../../core/uri.js';
import { present, presentOrNothing } from '../shared/items.js';
import { isObject } from '../shared/json.js';
import { entriesOf, isHandle, secondsOf } from '../shared/meta-maps.js';
import { attached, filesUnder } from '../shared/meta-media.js';
import { accountOf, brief, itemOf, metaTime, type Owner } from '../shared/meta.js';
import { isRow } from './kinds.js';

interface Comment {
  readonly published: Time;
  readonly text: string;
  /** Under whose post. */
  readonly under?: string | undefined;
}

/** `{"string_map_data":…}`, `{"title","string_list_data":…}`, `{"label_values":…}`, or `["2018-…","words","name"]`. */
function commentOf(item: unknown): Comment | undefined {
  if (isRow(item)) {
    const published = parseIso(item[0]!);
    return published && { published, text: item[1]!, under: item[2] };
  }
  if (!isObject(item)) return undefined;
  const published = metaTime(secondsOf(item));
  const [first, ...others] = entriesOf(item).filter(({ value }) => value !== undefined && value !== '');
  if (!published || first?.value === undefined) return undefined;
  const title = item['title'];
  const named = typeof title === 'string' && title !== '' ? title : undefined;
  return { published, text: first.value, under: others.map(({ value }) => value!).find(isHandle) ?? named };
}

export function commentKey(item: unknown): string | undefined {
  const comment = commentOf(item);
  return comment && `${comment.published.at.replaceAll(':', '')}:${brief(comment.text)}`;
}

export function readComment(
  item: unknown,
  owner: Owner,
  ordinal: number,
  path: string,
  timezone: string | undefined,
): Reading {
  const comment = commentOf(item);
  if (!comment)
    throw new Rejection('no-identity', 'a comment without words or without a time: nothing tells it from others');
  const { text, under } = comment;
  const published = timezone === undefined ? comment.published : assumeZone(comment.published, timezone);
  const files = isObject(item) ? filesUnder(item, { media_list_data: undefined }, path) : [];
  const { attachment, files: lying } = attached(files);
  const content: Content = {
    type: 'Note',
    attributedTo: accountOf(owner),
    visibility: 'unknown',
    published,
    text,
    ...present({ attachment, extra: presentOrNothing({ under }) }),
  };
  const at = comment.published.at.replaceAll(':', '').replace(/Z$/, '');
  const target = postUri(`perdure:${owner.platform}:said:${at}:${brief(text.trim())}`);
  return {
    post: itemOf(owner, `comment:${commentKey(item)!}`, ordinal),
    outcome: 'present',
    hand: 'first',
    content,
    claimedFrom: published,
    ...(lying && { files: lying }),
    ...(text.trim().length > 3 && {
      links: [{ kind: 'probablySame', target, reason: 'the same words at the same second, in another export' }],
    }),
  };
}
