/** RFC 6721: a feed's own word that an entry is gone. */
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { msOf } from '../../core/time.js';
import type { Place } from './build.js';
import { parseDate } from './date.js';
import type { Losses } from './losses.js';
import { itemUri } from './uri.js';
import type { Element } from './xml.js';

/** `<at:deleted-entry ref="tag:…" when="2016-12-14T08:00:00Z"/>` */
export function deletedEntry({ attributes }: Element, { feed, accession }: Place, losses: Losses): Reading {
  const ref = attributes.get('ref')?.trim();
  if (!ref) throw new Rejection('no-identity', 'a deleted entry without `ref`: it names no entry');
  const when = attributes.get('when');
  const time = when === undefined ? undefined : parseDate(when);
  if (when !== undefined && !time)
    losses.add(`when: ${JSON.stringify(when.slice(0, 60))} is no date that is known here`);
  return {
    post: itemUri(feed, ref, accession),
    outcome: 'deleted',
    hand: 'first',
    ...(time && { claimedFrom: time, edition: Math.floor(msOf(time) / 1000) }),
    ...(losses.list.length > 0 && { losses: losses.list }),
  };
}
