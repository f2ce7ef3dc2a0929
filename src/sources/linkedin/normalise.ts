/** One record to readings: a row, an article, a line of a capture. */
import { Rejection } from '../../core/errors.js';
import { refused, storableItems, type Item } from '../shared/items.js';
import { parseJson } from '../shared/json.js';
import { capturedOf } from '../shared/zeeschuimer.js';
import type { CaptureContext } from '../source.js';
import { readArticle } from './article.js';
import { readUpdate } from './capture.js';
import { cellsOf } from './rows.js';
import { readShare } from './share.js';
import { MEDIA } from './tables.js';
import { readComment, readMessage, readReaction, readRepost } from './words.js';

export function normalise(record: Uint8Array, context: CaptureContext): readonly Item[] {
  switch (context.format) {
    case 'linkedin-zeeschuimer':
      return storableItems(record, readLine(parseJson(record)));
    case 'linkedin-article':
      return [readArticle(record, context)];
    case 'linkedin-media':
      throw new Rejection('lists', MEDIA);
    case 'linkedin-account':
      throw new Rejection('not-a-post', 'the account’s own matter, no posts');
  }
  const cells = cellsOf(record, context.head, context.format);
  switch (context.format) {
    case 'linkedin-shares':
      return [readShare(cells, context)];
    case 'linkedin-comments':
      return [readComment(cells, context)];
    case 'linkedin-reposts':
      return [readRepost(cells, context)];
    case 'linkedin-messages':
      return [readMessage(cells, context)];
    default:
      return [readReaction(cells, context)];
  }
}

function readLine(value: unknown): readonly Item[] {
  const captured = capturedOf(value);
  if (!captured) return [refused('not-a-post', 'a line that Zeeschuimer did not write')];
  if (captured.platform !== 'linkedin.com') {
    return [refused('not-supported', `captured from ${captured.platform}; hand it in as a file of its own`)];
  }
  return readUpdate(captured.data, captured.observedAt);
}
