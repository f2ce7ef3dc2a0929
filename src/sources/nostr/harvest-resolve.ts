/**
 * From what people type to a key and its relays. A domain says which key a name stands for (NIP-05); the relays say what
 * the account calls itself, and where else it writes (NIP-65).
 */
import { UsageError } from '../../core/errors.js';
import { NetworkError, RateLimited, type HarvestIo, type ResolvedSeed } from '../harvest.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import { tagsNamed, type NostrEvent } from './event.js';
import type { NostrSettings } from './harvest-events.js';
import { MOST_RELAYS, named, relaysOf, relayUrl, type Named } from './harvest-name.js';
import { profileName } from './harvest-profile.js';
import { Relay } from './harvest-relay.js';
import { encodeName } from './nip19.js';
import { HEX_64, keyUri } from './uri.js';

const PROFILE = 0;
const RELAY_LIST = 10_002;

/** Undefined where the text names no key, or its domain knows no such name. */
export async function resolveKey(text: string, io: HarvestIo, patienceMs?: number): Promise<ResolvedSeed | undefined> {
  const name = named(text);
  if (!name) return undefined;
  if (name.wrong !== undefined)
    throw new UsageError(`${JSON.stringify(name.wrong)} is no relay's address: it begins with wss://`);
  const known = await keyOf(name, io);
  if (!known) return undefined;
  const { pubkey } = known;
  const relays = relaysOf([...name.relays, ...known.relays]);
  if (relays.length === 0) throw new UsageError(noRelay(text, pubkey));
  const about = await aboutAccount(pubkey, relays, io, patienceMs);
  const settings: NostrSettings = { pubkey, relays: relaysOf([...relays, ...about.relays]) };
  const stated = 'user' in name.who ? nip05Text(name.who) : about.name;
  return {
    uri: keyUri(pubkey),
    name: stated ?? encodeName('npub', pubkey),
    settings: { pubkey, relays: [...settings.relays] },
  };
}

function noRelay(text: string, pubkey: string): string {
  const npub = encodeName('npub', pubkey);
  return `${JSON.stringify(text)} does not say where to find it: name a relay, ${npub}?relay=wss://relay.example`;
}

/** `_` stands for the domain itself. */
function nip05Text({ user, domain }: { readonly user: string; readonly domain: string }): string {
  return `${user}@${domain}`;
}

async function keyOf({ who }: Named, io: HarvestIo): Promise<NostrSettings | undefined> {
  if ('key' in who) return { pubkey: who.key, relays: [] };
  const address = `https://${who.domain}/.well-known/nostr.json?name=${encodeURIComponent(who.user)}`;
  const stated = await namesAt(address, io);
  const pubkey = asString(asObject(stated?.['names'])?.[who.user]);
  if (!stated || pubkey === undefined || !HEX_64.test(pubkey)) return undefined;
  const relays = asArray(asObject(stated['relays'])?.[pubkey]);
  return { pubkey, relays: relays.flatMap((each) => relayUrl(asString(each) ?? '') ?? []) };
}

/** A redirect is no answer, says NIP-05: who can plant one on a domain would own its names. */
async function namesAt(address: string, io: HarvestIo): Promise<JsonObject | undefined> {
  try {
    const exchange = await io.request(address, { headers: { accept: 'application/json' }, maxBytes: 1024 * 1024 });
    if (exchange.status !== 200 || exchange.url !== address) return undefined;
    return asObject(await exchange.json());
  } catch (error) {
    if (error instanceof NetworkError && error.problem === 'not-json') return undefined;
    throw error;
  }
}

interface About {
  readonly name?: string;
  readonly relays: readonly string[];
}

/** @throws NetworkError, RateLimited where no relay can be asked */
async function aboutAccount(
  pubkey: string,
  relays: readonly string[],
  io: HarvestIo,
  patienceMs: number | undefined,
): Promise<About> {
  const found = new Map<number, NostrEvent>();
  let answered = 0;
  let trouble: Error | undefined;
  for (const url of relays) {
    try {
      for (const event of await latest(pubkey, url, io, patienceMs)) {
        const before = found.get(event.kind);
        if (!before || before.createdAt < event.createdAt) found.set(event.kind, event);
      }
      answered += 1;
    } catch (error) {
      io.signal.throwIfAborted();
      if (!(error instanceof NetworkError || error instanceof RateLimited)) throw error;
      io.warn(error.message);
      trouble ??= error;
    }
  }
  if (answered === 0 && trouble) throw trouble;
  const profile = found.get(PROFILE);
  const name = profile && profileName(profile);
  return { ...(name !== undefined && { name }), relays: writtenTo(found.get(RELAY_LIST)) };
}

async function latest(
  pubkey: string,
  url: string,
  io: HarvestIo,
  patienceMs: number | undefined,
): Promise<NostrEvent[]> {
  const relay = await Relay.open(url, io, patienceMs);
  try {
    const kinds = [PROFILE, RELAY_LIST];
    const isAsked = (event: JsonObject): boolean =>
      event['pubkey'] === pubkey && kinds.includes(event['kind'] as number);
    const answer = await relay.ask([{ authors: [pubkey], kinds, limit: 10 }], isAsked);
    const text = answer.frames.map(({ line }) => `${line}\n`).join('') + answer.transcript;
    if (text !== '') await relay.keep(text);
    if (answer.end !== 'whole') throw answer.error ?? new NetworkError('broken', `${url}: ${answer.said}`);
    return answer.frames.flatMap(({ event }) => event ?? []);
  } finally {
    relay.close();
  }
}

/** An `r` tag without a word is for both. */
function writtenTo(list: NostrEvent | undefined): string[] {
  if (!list) return [];
  return tagsNamed(list, 'r')
    .filter(([, , mode]) => mode === undefined || mode === '' || mode === 'write')
    .flatMap(([, url]) => relayUrl(url ?? '') ?? [])
    .slice(0, MOST_RELAYS);
}
