/** Tables: of BigQuery's `hacker_news`, of ClickHouse's `hackernews`, of Algolia's hits. */
import { Rejection } from '../../core/errors.js';
import { headerOf, requireWidth, rowReader } from '../shared/csv.js';
import { present, type Item } from '../shared/items.js';
import type { CaptureContext } from '../source.js';
import { plainOfItem, readPlain } from './item.js';

/** Columns of items; and of tables made of Algolia's hits, which call the same things otherwise. */
export function isTable(head: Uint8Array): boolean {
  const columns = new Set(headerOf(head).names.map((name) => name.trim().toLowerCase()));
  const has = (...names: string[]): boolean => names.every((name) => columns.has(name));
  const gone = has('deleted') || has('dead') || has('descendants') || has('ranking');
  const items = has('id', 'by') && (has('time') || has('timestamp')) && gone && (has('text') || has('title'));
  return items || has('id', 'title', 'url', 'num_points', 'num_comments', 'author', 'created_at') || isHits(has);
}

function isHits(has: (...names: string[]) => boolean): boolean {
  return has('objectid', 'created_at', 'author', 'points') || has('objectid', 'comment_text', 'story_id');
}

export function readRow(record: Uint8Array, context: CaptureContext): readonly Item[] {
  const row = rowReader(context.head)(record);
  requireWidth(row);
  const cells: Record<string, string | undefined> = {};
  for (const name of row.columns) {
    const cell = row.of[name];
    // What tables write where there is nothing; ClickHouse writes \N.
    if (cell !== '' && cell !== 'null' && cell !== 'NULL' && cell !== '\\N') cells[name.trim().toLowerCase()] = cell;
  }
  if (Object.values(cells).every((cell) => cell === undefined)) throw new Rejection('empty', 'a row without anything');
  const item = present({
    ...cells,
    id: cells['id'] ?? cells['objectid'],
    time:
      cells['time'] ?? cells['created_at_i'] ?? (cells['timestamp'] === undefined ? cells['created_at'] : undefined),
    text: cells['text'] ?? cells['comment_text'] ?? cells['story_text'],
    score: cells['score'] ?? cells['points'] ?? cells['num_points'],
    descendants: cells['descendants'] ?? cells['num_comments'],
    parent: cells['parent'] ?? cells['parent_id'],
  });
  return readPlain(plainOfItem(item, context.options.timezone));
}
