/** What a channel says of itself: the header of its page t.me/s/<channel>. */
import type { ProfileReading, RefusedItem } from '../../core/reading.js';
import { accountItems, present, webAddress } from '../shared/items.js';
import { decodeUtf8 } from '../shared/json.js';
import type { CaptureContext } from '../source.js';
import { all, first, labelOf, named, parseHtml, textOf } from './dom.js';
import { count } from './tme.js';

/** `<div class="tgme_channel_info">`, beside the posts of a page `t.me/s/<channel>`. It does not tell the channel's number. */
export function readChannel(page: Uint8Array, { account }: CaptureContext): readonly (ProfileReading | RefusedItem)[] {
  const info = first(parseHtml(decodeUtf8(page)), 'tgme_channel_info');
  if (!info || account === undefined) return accountItems(undefined);
  const about = first(info, 'tgme_channel_info_description');
  const photo = first(info, 'tgme_page_photo_image');
  const subscribers = all(info, 'tgme_channel_info_counter').find((each) =>
    /^subscribers?$/.test(labelOf(first(each, 'counter_type')) ?? ''),
  );
  const followers = subscribers && count(labelOf(first(subscribers, 'counter_value')));
  const verified = first(info, 'verified-icon') !== undefined;
  const profile = present({
    handle: labelOf(first(info, 'tgme_channel_info_header_username'))?.replace(/^@/, ''),
    name: labelOf(first(info, 'tgme_channel_info_header_title')),
    // A channel that says nothing of itself has no such element.
    summary: about === undefined ? '' : textOf(about),
    icon: webAddress(photo && named(photo, 'img')?.attribs['src']),
    verified: verified ? true : undefined,
  });
  return accountItems({ actor: account, profile, ...(followers !== undefined && { metrics: { followers } }) });
}
