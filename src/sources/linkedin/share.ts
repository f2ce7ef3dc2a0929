/** A row of Shares.csv. A share with several media takes several rows, one for each: the survey brings them together. */
import type { Attachment, Content, Visibility } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Reading } from '../../core/reading.js';
import { present, webAddress } from '../shared/items.js';
import type { CaptureContext } from '../source.js';
import { factsOf, timeOf, type Cells } from './rows.js';
import { ownerOf, postOf, urnIn } from './uri.js';

export function readShare(cell: Cells, context: CaptureContext): Reading {
  const link = cell('ShareLink');
  const urn = urnIn(link);
  if (urn === undefined) throw new Rejection('no-identity', `${shown(link)} names no share`);
  const media = factsOf(context)?.members[context.path]?.media?.[urn] ?? mediaIn(cell);
  const shared = cell('SharedUrl') ?? cell('SharedURL');
  const audience = cell('Visibility');
  const { account } = context.options;
  const content: Content = {
    type: 'Note',
    visibility: visibilityOf(audience, urn),
    ...present({
      attributedTo: account === undefined ? undefined : ownerOf(account),
      published: timeOf(cell('Date')),
      text: unquoted(cell('ShareCommentary') ?? ''),
      link: shared === undefined ? undefined : [{ url: shared }],
      // A share without an address here may have pictures all the same.
      attachment: media.length === 0 ? undefined : media.map(attachmentOf),
      url: link,
      extra: audience === undefined ? undefined : { audience },
    }),
  };
  return { post: postOf(urn), outcome: 'present', hand: 'first', content };
}

export function mediaIn(cell: Cells): readonly string[] {
  const url = cell('MediaUrl') ?? cell('MediaURL');
  return url === undefined ? [] : [url];
}

/**
 * Between two lines LinkedIn writes a quote, the line break and a quote. Undone only where all line breaks of the text
 * are written so: then it is the writer's doing and not the author's.
 */
export function unquoted(text: string): string {
  const breaks = text.split('\n').length - 1;
  if (breaks === 0) return text;
  const quoted = text.split(/"\r?\n"/);
  return quoted.length - 1 === breaks ? quoted.join('\n') : text;
}

/**
 * MEMBER_NETWORK stands beside everything, posts of closed groups too: it says that members see it, not which ones.
 */
function visibilityOf(audience: string | undefined, urn: string): Visibility {
  if (urn.includes(':groupPost:')) return 'group';
  switch (audience?.toUpperCase()) {
    case 'PUBLIC':
    case 'ANYONE':
      return 'public';
    case 'CONNECTIONS':
    case 'CONNECTIONS_ONLY':
      return 'followers';
    case 'GROUP':
    case 'CONTAINER':
      return 'group';
    default:
      return 'unknown';
  }
}

function attachmentOf(url: string): Attachment {
  const type = /\/(?:playlist|vid)\/|\.(?:mp4|mov|m3u8)(?:$|\?)/.test(url)
    ? 'Video'
    : /\/document\/|\.pdf(?:$|\?)/.test(url)
      ? 'Document'
      : 'Image';
  return { type, ...present({ url: webAddress(url) }) };
}

export function shown(value: string | undefined): string {
  return value === undefined ? 'an empty cell' : JSON.stringify(value.slice(0, 80));
}
