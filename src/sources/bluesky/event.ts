/**
 * Jetstream: what happens in the network, one event a line.
 *
 *   {"did":"did:plc:…","time_us":1725911162329308,"kind":"commit","commit":{"rev":"3l3…","operation":"create",
 *    "collection":"app.bsky.feed.post","rkey":"3l3…","record":{…},"cid":"bafyrei…"}}
 *
 * In its first weeks `kind` was `type`, of three letters, and an operation one letter.
 */
import type { AccountStatus } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { Observed, Reading } from '../../core/reading.js';
import { msOf } from '../../core/time.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import { present, presentOrNothing, refused, type Item } from '../shared/items.js';
import { handleOf } from './actor.js';
import { readDeletion, readRecord, type Env } from './record.js';
import { timeOfMicros, timeOfTid } from './time.js';
import { isDid, placeOf, tryActor } from './uri.js';

const KINDS: Readonly<Record<string, string>> = { com: 'commit', id: 'identity', acc: 'account' };
const OPERATIONS: Readonly<Record<string, string>> = { c: 'create', u: 'update', d: 'delete' };

export function isEvent(value: JsonObject): boolean {
  return 'time_us' in value && isDid(value['did']) && kindOf(value) !== undefined;
}

function kindOf({ kind, type }: JsonObject): string | undefined {
  const name = asString(kind) ?? asString(type);
  return name === undefined ? undefined : (KINDS[name] ?? name);
}

export function readEvent(event: JsonObject, env: Env): Item {
  const at = timeOfMicros(event['time_us']);
  const observedAt: Observed | undefined = at && { at, basis: 'record' };
  const kind = kindOf(event);
  if (kind === 'commit') return readOperation(event, asObject(event['commit']) ?? {}, observedAt, env);
  if (kind === 'account' || kind === 'identity') {
    return readAccount(event['did'], asObject(event[kind]) ?? {}, kind, observedAt);
  }
  return refused('service-message', `an event of the kind ${JSON.stringify(kind).slice(0, 60)}, which states no post`);
}

function readOperation(event: JsonObject, commit: JsonObject, observedAt: Observed | undefined, env: Env): Item {
  const place = placeOf(event['did'], commit['collection'], commit['rkey']);
  if (!place) throw new Rejection('no-identity', 'a commit’s event without `did`, `collection` and `rkey`');
  const said = asString(commit['operation']) ?? asString(commit['type']) ?? '';
  const operation = OPERATIONS[said] ?? said;
  const rev = timeOfTid(commit['rev']);
  if (operation === 'delete') return readDeletion(place, { observedAt, claimedFrom: rev });
  const record = asObject(commit['record']);
  if (!record || (operation !== 'create' && operation !== 'update')) {
    throw new Rejection('malformed', `a commit’s event (${JSON.stringify(said).slice(0, 40)}) without its record`);
  }
  const cid = asString(commit['cid']);
  return readRecord(place, record, { hand: 'first', cid, observedAt, ...writtenAt(commit['rev']) }, env);
}

/** The account’s server numbers an account’s commits by their time: the order of a record’s versions. */
export function writtenAt(rev: unknown): Pick<Reading, 'claimedFrom' | 'edition'> {
  const claimedFrom = timeOfTid(rev);
  return claimedFrom ? { claimedFrom, edition: Math.floor(msOf(claimedFrom) / 1000) } : {};
}

/**
 * What became of an account concerns the account: its posts may be back tomorrow, and nobody says that they were
 * deleted. So it is read as what is known of the actor.
 */
export function readAccount(
  did: unknown,
  body: JsonObject,
  kind: 'account' | 'identity',
  observedAt: Observed | undefined,
): Item {
  const actor = tryActor(did);
  if (!actor || !isDid(did)) throw new Rejection('no-identity', `an event about an account (${kind}) that names none`);
  const handle = handleOf(body['handle']);
  const said =
    kind === 'account' ? (asString(body['status']) ?? (body['active'] === true ? 'active' : undefined)) : undefined;
  const status = said === undefined ? undefined : STATUSES.get(said);
  // `throttled`, `desynchronized`: words about a server, which nothing else has.
  const extra = said === undefined || said === status ? undefined : { status: said };
  const profile = presentOrNothing({ handle, status, extra });
  if (!profile)
    return refused('service-message', `an event about ${did} (${kind}) that says neither handle nor status`);
  return { actor, profile, hand: 'first', ...present({ observedAt }) };
}

const STATUSES: ReadonlyMap<string, AccountStatus> = new Map([
  ['active', 'active'],
  ['takendown', 'suspended'],
  ['suspended', 'suspended'],
  ['deactivated', 'deactivated'],
  ['deleted', 'deleted'],
]);
