/** Reads one record of whatever an API of X answered. A file may mix kinds, so each record says what it is. */
import { Rejection } from '../../core/errors.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import { capturedOf } from '../shared/zeeschuimer.js';
import { classicAuthor } from './actors.js';
import { readCompliance, readNotice } from './compliance.js';
import type { Env, Item } from './draft.js';
import { readActivity } from './gnip.js';
import { readAdaptive, readGraphAnswer, readResult } from './graphql.js';
import { holdsIncludes, kindOf } from './kinds.js';
import { readScraped } from './scraped.js';
import { idOf } from './uri.js';
import { readFlat, readPage } from './v2-page.js';
import { readStatus, readStatuses } from './v1.js';

export function readAnswer(record: JsonObject, env: Env, path: string): Item[] {
  switch (kindOf(record)) {
    case 'status':
      return readStatus(record, env);
    case 'archive':
      return readStatus(asObject(record['tweet'])!, env);
    case 'statuses':
      return listed(readStatuses(record['statuses'] ?? record['results'], env));
    case 'tweet':
      return readFlat(record, env);
    case 'page':
      return readPageOrNotice(record, env);
    case 'activity':
      return readActivity(record, env);
    case 'compliance':
      return readCompliance(record, env, path);
    case 'notice':
      return readNotice(record, env);
    case 'captured':
      return readCaptured(record, env, path);
    case 'result':
      return readResult(record, env);
    case 'graph':
      return readGraphAnswer(record, env);
    case 'adaptive':
      return readAdaptive(record, env);
    case 'scraped':
      return readScraped(record, env);
    case 'users':
      return readUsers(record, env);
    case 'counts':
      throw new Rejection('counts', 'counts of posts, no posts');
    case 'lists':
      throw new Rejection('lists', 'lists of accounts, no posts');
    case 'trends':
      throw new Rejection('not-a-post', 'trends, no posts');
    case 'error':
      throw new Rejection('error-body', `the platform answered with an error: ${errorText(record)}`);
    case undefined:
      return readUnknown(record, env);
  }
}

/** A line of Zeeschuimer holds one result, seen when the page loaded it; in its first versions a v1.1 post. */
function readCaptured(record: JsonObject, env: Env, path: string): Item[] {
  const { data, observedAt, itemId } = capturedOf(record)!;
  const seen = observedAt ? { ...env, observedAt } : env;
  if (kindOf(data) === 'result' || '__typename' in data) return readResult(data, seen, idOf(itemId));
  return readAnswer(data, seen, path);
}

function listed(items: Item[]): Item[] {
  if (items.length === 0) throw new Rejection('empty', 'a page without results');
  return items;
}

/** v2's compliance stream wraps its notices as `{data: {delete: …}}`. */
function readPageOrNotice(page: JsonObject, env: Env): Item[] {
  const data = asObject(page['data']);
  return data && asObject(data['delete']) ? readNotice(data, env) : readPage(page, env);
}

/** Accounts are no posts, but v1.1 gives with each its latest post. */
function readUsers(record: JsonObject, env: Env): Item[] {
  const users = Array.isArray(record['users']) ? asArray(record['users']) : [record];
  if (holdsIncludes(record)) return readPage(record, env);
  const items = users.flatMap((value) => {
    const user = asObject(value);
    const status = asObject(user?.['status']);
    return user && status ? readStatus(status, env, 'second', classicAuthor(user)) : [];
  });
  const detail = `${users.length} ${users.length === 1 ? 'account' : 'accounts'}: profiles, no posts`;
  if (items.length === 0) throw new Rejection('users', detail);
  return [...items, { refused: 'users', detail }];
}

/** A shape that recognition would not trust, inside a file that is X's: still read if it states an id and a text. */
function readUnknown(record: JsonObject, env: Env): Item[] {
  if (typeof record['full_text'] === 'string' || (typeof record['text'] === 'string' && 'id_str' in record))
    return readStatus(record, env);
  if (typeof record['text'] === 'string' && typeof record['id'] === 'string') return readFlat(record, env);
  if (typeof record['text'] === 'string' && 'id' in record) return readStatus(record, env);
  if (typeof record['created_at'] === 'string' && ('id_str' in record || 'user' in record))
    return readStatus(record, env);
  if (Array.isArray(record['tweets']) && holdsIncludes(record)) return readPage(record, env);
  const keys = Object.keys(record).slice(0, 6).join(', ').slice(0, 120);
  throw new Rejection(
    'not-a-post',
    `an object with ${keys === '' ? 'no fields' : `the fields ${keys}`}: no post of X is shaped so`,
  );
}

function errorText(record: JsonObject): string {
  const first = asObject(asArray(record['errors'])[0]);
  return (
    asString(record['error']) ??
    asString(first?.['message']) ??
    asString(record['detail']) ??
    asString(record['title']) ??
    'no detail'
  ).slice(0, 160);
}
