/** From an address to a person or a community, and what is needed to ask for their posts. */
import type { HarvestIo, ResolvedSeed } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import { tryActorUri } from './uri.js';

export interface LemmyPlace {
  readonly origin: string;
  readonly kind: 'person' | 'community';
  /** As the asked server knows it: `nour`, `nour@other.example`. */
  readonly name: string;
}

export interface Claimed extends LemmyPlace {
  readonly sure: number;
}

const NAME = '[A-Za-z0-9_.-]{1,64}(?:@[A-Za-z0-9.-]+(?::\\d+)?)?';
const PAGE = new RegExp(`^(https?)://([^/?#@\\s]+)/(u|c)/(${NAME})/?$`);
const COMMUNITY = /^!([A-Za-z0-9_.-]{1,64})@([^/\s@]+)$/;
const PERSON = /^@?([A-Za-z0-9_.-]{1,64})@([^/\s@]+)$/;

export function placeIn(text: string): Claimed | undefined {
  const page = PAGE.exec(text);
  if (page) {
    const [, scheme, host, kind, name] = page;
    return { origin: `${scheme}://${host}`, kind: kind === 'u' ? 'person' : 'community', name: name!, sure: 0.8 };
  }
  const community = COMMUNITY.exec(text);
  if (community) return { origin: `https://${community[2]}`, kind: 'community', name: community[1]!, sure: 1 };
  // The handle of the whole fediverse: others are asked first.
  const person = PERSON.exec(text);
  return person ? { origin: `https://${person[2]}`, kind: 'person', name: person[1]!, sure: 0.3 } : undefined;
}

export function settingsOf(settings: unknown): LemmyPlace | undefined {
  const place = asObject(settings);
  const [origin, kind, name] = [asString(place?.['origin']), place?.['kind'], asString(place?.['name'])];
  if (origin === undefined || name === undefined || (kind !== 'person' && kind !== 'community')) return undefined;
  return { origin, kind, name };
}

/** The server that an account of another one was named on is asked: it may know it under that name only. */
export async function resolvePlace(text: string, io: HarvestIo): Promise<ResolvedSeed | undefined> {
  const place = placeIn(text);
  if (!place) return undefined;
  const { origin, kind, name } = place;
  const query =
    kind === 'person'
      ? `user?username=${encodeURIComponent(name)}&limit=1`
      : `community?name=${encodeURIComponent(name)}`;
  const exchange = await io.request(`${origin}/api/v3/${query}`, { headers: { accept: 'application/json' } });
  if (exchange.status !== 200) return undefined;
  const body = asObject(await exchange.json().catch(notJson));
  const view = asObject(body?.[kind === 'person' ? 'person_view' : 'community_view']);
  const who: JsonObject | undefined = asObject(view?.[kind]);
  const uri = tryActorUri(who?.['actor_id'] ?? who?.['ap_id']);
  if (uri === undefined) return undefined;
  const mark = kind === 'person' ? '@' : '!';
  const shown = name.includes('@') ? name : `${name}@${new URL(origin).host}`;
  return { uri, name: `${mark}${shown}`, settings: { origin, kind, name } };
}

function notJson(error: unknown): undefined {
  if (error instanceof NetworkError && error.problem === 'not-json') return undefined;
  throw error;
}
