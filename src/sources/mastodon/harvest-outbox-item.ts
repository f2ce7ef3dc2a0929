/** What one entry of an outbox is about, and whether this server may say it. */
import type { PostUri } from '../../core/uri.js';
import { asObject, asString, isObject } from '../shared/json.js';
import { authorOf } from './actor.js';
import { kindOf } from './kinds.js';
import { idOf, listOf, typesOf } from './ld.js';
import { hostOf, tryPostUri } from './uri.js';

export interface OutboxItem {
  /** The entry as it stands: an activity, an object, an address. */
  readonly value: unknown;
  /** What it is known by, of whatever kind. */
  readonly id: string;
  /** Whose act it says it is. */
  readonly by?: string;
  /** The post to look at: the object of a Create, the Announce itself, what a relay passes on. */
  readonly post?: PostUri;
  readonly published?: string;
}

export function itemOf(value: unknown, actor: string): OutboxItem {
  const object = asObject(value);
  if (!object) {
    const post = typeof value === 'string' ? tryPostUri(value) : undefined;
    return { value, id: String(value).slice(0, 2_000), ...(post && { post }) };
  }
  const inner = listOf(object['object'])[0];
  const type = typesOf(object)[0];
  const isActivity = kindOf(object) === 'activity';
  const about = isActivity && !(type === 'Announce' && !isRelayed(inner)) ? deepest(inner) : object;
  const post = tryPostUri(idOf(about));
  const by = idOf(authorOf(object)) ?? (isActivity ? actor : undefined);
  const published = asString(object['published']) ?? asString(asObject(about)?.['published']);
  const id = idOf(object) ?? post ?? JSON.stringify(object).slice(0, 2_000);
  return {
    value,
    id,
    ...(by !== undefined && { by }),
    ...(post && { post }),
    ...(published !== undefined && { published }),
  };
}

function isRelayed(inner: unknown): boolean {
  return isObject(inner) && kindOf(inner) === 'activity';
}

/** Relays nest activities; what they carry at last is the post, or its address. */
function deepest(value: unknown, depth = 0): unknown {
  if (!isObject(value) || depth > 4 || kindOf(value) !== 'activity' || typesOf(value)[0] === 'Announce') return value;
  return deepest(listOf(value['object'])[0], depth + 1);
}

/**
 * Whether all that an entry says first-hand is of the actor's own server. What a relay passes on of other servers is
 * hearsay, a deletion above all: it is asked for where it belongs.
 */
export function isOfOneHost(value: unknown, actor: string, depth = 0): boolean {
  if (!isObject(value)) return true;
  const own = (id: string | undefined): boolean =>
    id === undefined || hostOf(id) === undefined || hostOf(id) === hostOf(actor);
  if (depth > 4 || !own(idOf(value)) || !own(idOf(authorOf(value)))) return false;
  if (kindOf(value) !== 'activity') return true;
  const isBoost = typesOf(value)[0] === 'Announce';
  // A boosted post is second-hand, and read as that.
  return listOf(value['object']).every((each) => {
    if (isBoost && !isRelayed(each)) return true;
    return isObject(each) ? isOfOneHost(each, actor, depth + 1) : own(idOf(each));
  });
}
