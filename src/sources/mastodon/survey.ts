/**
 * What a package says as a whole: whose archive it is, which post a history belongs to, which status a local reply id
 * means. Statuses and histories are read in whole small members only; a long file of lines is a stream, not a page.
 */
import type { ActorReading } from '../../core/reading.js';
import { msOf, parseIso } from '../../core/time.js';
import { asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import type { PackageReader, Survey, SurveyMember } from '../source.js';
import { accountUri, actorReading } from './actor.js';
import { baseOf, folderOf, historyOf, type Facts, type HistoryOf } from './env.js';
import { kindOf } from './kinds.js';
import { count } from './ld.js';

/** A page of an API is far below; and the whole survey is bounded too. */
const MAX_PAGE = 8 * 1024 * 1024;
const MAX_PAGES = 10_000;
const MAX_BYTES = 512 * 1024 * 1024;
const HEAD_BYTES = 64 * 1024;
const MAX_PARENTS = 50_000;

export async function survey(pack: PackageReader): Promise<Survey> {
  const owners: Record<string, ActorReading> = {};
  const declared: Record<string, number> = {};
  const warnings: string[] = [];
  for (const member of pack.members) {
    if (member.format !== 'mastodon-archive') continue;
    if (member.role === 'survey' && member.size > MAX_PAGE) {
      warnings.push(`${member.path}: ${member.size} bytes are too many for a profile; it was not read`);
    } else if (member.role === 'survey') {
      const owner = actorReading(parse(await pack.read(member.path))[0]);
      if (owner) define(owners, folderOf(member.path), owner);
      else warnings.push(`${member.path}: names no actor; likes and bookmarks stand without their owner`);
    } else if (baseOf(member.path) === 'outbox.json') {
      const total = await totalItems(pack, member.path);
      if (total !== undefined) define(declared, member.path, total);
    }
  }
  const { histories, parents } = await joins(pack, warnings);
  const facts: Facts = { owners, histories, parents };
  return {
    facts: facts as unknown as Survey['facts'],
    ...(Object.keys(declared).length > 0 && { declared }),
    ...(warnings.length > 0 && { warnings }),
  };
}

async function totalItems(pack: PackageReader, path: string): Promise<number | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of pack.open(path)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= HEAD_BYTES) break;
  }
  const head = Buffer.concat(chunks).subarray(0, HEAD_BYTES);
  return count(asObject(peekJson(head)?.values[0])?.['totalItems']);
}

// ── histories and replies ───────────────────────────────────────────────────────────────────────────────────────────

interface Page {
  readonly statuses: readonly JsonObject[];
  readonly versions: readonly JsonObject[];
}

async function joins(pack: PackageReader, warnings: string[]): Promise<Pick<Facts, 'histories' | 'parents'>> {
  const pages = pack.members.filter(isPage);
  const parents: Record<string, Record<string, string>> = {};
  const versions = new Map<string, readonly JsonObject[]>();
  const posts = new Map<string, Map<string, HistoryOf>>();
  let room = MAX_PARENTS;
  let bytes = 0;
  let searched = 0;
  for (const { path, size } of pages) {
    bytes += size;
    if (searched === MAX_PAGES || bytes > MAX_BYTES) break;
    searched++;
    const page = pageOf(parse(await pack.read(path, MAX_PAGE)));
    if (page.versions.length > 0) versions.set(path, page.versions);
    for (const status of page.statuses) notePost(posts, status);
    const found = Object.entries(parentsIn(page.statuses));
    if (found.length > 0 && found.length <= room) {
      define(parents, path, Object.fromEntries(found));
      room -= found.length;
    }
  }
  if (searched < pages.length)
    warnings.push(`of ${pages.length} answers, ${searched} were searched for histories and replies`);
  const histories: Record<string, HistoryOf> = {};
  for (const [path, list] of versions) {
    const of = postOf(list, posts);
    if (of) define(histories, path, of);
    else warnings.push(`${path}: versions without the status that they belong to`);
  }
  return { histories, parents };
}

function isPage({ format, role, size }: SurveyMember): boolean {
  return format === 'mastodon-rest' && role === 'records' && size <= MAX_PAGE;
}

/** JSON, or JSON Lines; what does not parse is left to normalise, which says so. */
function parse(bytes: Buffer): unknown[] {
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  try {
    return [JSON.parse(text)];
  } catch {
    return text.split('\n').flatMap((line) => {
      try {
        return line.trim() === '' ? [] : [JSON.parse(line) as unknown];
      } catch {
        return [];
      }
    });
  }
}

function pageOf(values: readonly unknown[]): Page {
  const statuses: JsonObject[] = [];
  const versions: JsonObject[] = [];
  const visit = (value: unknown, depth: number): void => {
    if (Array.isArray(value)) {
      if (depth < 4) for (const each of value as unknown[]) visit(each, depth + 1);
    } else if (isObject(value)) {
      const kind = kindOf(value);
      if (kind === 'status') statuses.push(value);
      else if (kind === 'version') versions.push(value);
      else if (kind === 'answers') visit([value['status'], value['context']], depth);
      else if (kind === 'context' || kind === 'search') visit(Object.values(value), depth);
    }
  };
  visit(values, 0);
  return { statuses, versions };
}

/** Account and time of first publication: no two posts of one account have the same, to the millisecond. */
function keyOf(account: unknown, createdAt: unknown, post?: string): string | undefined {
  const actor = asObject(account) && accountUri(asObject(account)!, post);
  const time = parseIso(asString(createdAt) ?? '');
  return actor && time ? `${actor} ${msOf(time)}` : undefined;
}

function notePost(posts: Map<string, Map<string, HistoryOf>>, status: JsonObject): void {
  const of = historyOf(status);
  if (!of || isObject(status['reblog'])) return;
  // A version knows no URI to take the actor from, so the account is noted under each name that it may have there.
  for (const key of [keyOf(status['account'], of.published, of.post), keyOf(status['account'], status['created_at'])]) {
    if (key === undefined) continue;
    const known = posts.get(key);
    if (known) known.set(of.post, of);
    else posts.set(key, new Map([[of.post, of]]));
  }
}

/** Servers differ in the order of versions, so the earliest is the publication. */
function postOf(
  versions: readonly JsonObject[],
  posts: ReadonlyMap<string, ReadonlyMap<string, HistoryOf>>,
): HistoryOf | undefined {
  const dated = versions.flatMap((version) => {
    const time = parseIso(asString(version['created_at']) ?? '');
    return time ? [{ version, time }] : [];
  });
  const first = dated.sort((a, b) => msOf(a.time) - msOf(b.time))[0];
  const key = first && keyOf(first.version['account'], first.version['created_at']);
  const found = key === undefined ? undefined : posts.get(key);
  return found?.size === 1 ? [...found.values()][0] : undefined;
}

/** A local id is taken for a status of the same page only when the account that it answers is that status's too. */
function parentsIn(statuses: readonly JsonObject[]): Record<string, string> {
  const byId = new Map(statuses.map((status) => [localId(status['id']), status]));
  const out: Record<string, string> = {};
  for (const status of statuses) {
    const id = localId(status['in_reply_to_id']);
    const parent = id === undefined ? undefined : byId.get(id);
    const uri = asString(parent?.['uri']);
    const account = localId(asObject(parent?.['account'])?.['id']);
    if (uri === undefined || account === undefined || account !== localId(status['in_reply_to_account_id'])) continue;
    define(out, id!, uri);
  }
  return out;
}

/** A string; a number in the answers of 2017. */
function localId(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : asString(value);
}

function define<T>(table: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(table, key, { value, enumerable: true, configurable: true, writable: true });
}
