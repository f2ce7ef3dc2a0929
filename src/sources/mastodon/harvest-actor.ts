/** From a handle or an address to the actor and its outbox. */
import type { Json } from '../../core/canonical.js';
import { SourceError, UsageError } from '../../core/errors.js';
import type { HarvestIo, ResolvedSeed, SeedView } from '../harvest.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import { isActorObject, refusalAdvice, signatureAdvice } from './harvest-account.js';
import { askActivity, finger, isFrom, isRefusal, jsonOf, saidOf } from './harvest-ask.js';
import { accountName, webAddress } from './harvest-name.js';
import { idOf } from './ld.js';
import { hostOf, tryActorUri } from './uri.js';

export interface ActorSettings {
  readonly outbox: string;
  /** `user@domain`. */
  readonly acct: string;
}

export function actorSettingsOf({ uri, settings }: SeedView): ActorSettings {
  const value = asObject(settings);
  const [outbox, acct] = [asString(value?.['outbox']), asString(value?.['acct'])];
  if (outbox !== undefined && acct !== undefined) return { outbox, acct };
  throw new SourceError('defect', `the settings of ${uri} lack outbox or acct; follow it once more`);
}

/** Undefined where there is no actor. Throws a UsageError where there is one and it cannot be followed. */
export async function resolveActor(text: string, io: HarvestIo): Promise<ResolvedSeed | undefined> {
  const name = accountName(text);
  const pointed = name && (await finger(name, io));
  const address = pointed?.actor ?? name?.url ?? (name ? undefined : webAddress(text)?.href);
  if (address === undefined) return undefined;
  const actor = await fetchActor(address, io);
  const uri = tryActorUri(actor?.['id']);
  if (!actor || uri === undefined) return undefined;
  const outbox = idOf(actor['outbox']);
  if (outbox === undefined || !/^https?:/.test(outbox))
    throw new UsageError(`${uri} has no outbox: there is nothing to follow`);
  if (hostOf(outbox) !== hostOf(uri))
    throw new UsageError(
      `the outbox of ${uri} is on another server (${hostOf(outbox) ?? outbox}), which cannot speak for it`,
    );
  const acct = acctOf(actor, uri, name?.domain);
  await assertReadable(outbox, uri, io);
  const settings: ActorSettings = { outbox, acct };
  return { uri, name: `@${acct}`, settings: settings as unknown as Json };
}

/** An address may be another than the actor's URI: then that is asked, and says the same. */
async function fetchActor(address: string, io: HarvestIo, again = true): Promise<JsonObject | undefined> {
  const exchange = await askActivity(io, address);
  const said = await saidOf(exchange);
  if (isRefusal(exchange.status)) throw new UsageError(`${address}: ${bothAdvice(said, io)}`);
  if (exchange.status === 410) throw new UsageError(`${address} is gone (410): suspended for good, or deleted`);
  if (exchange.status !== 200) return undefined;
  const body = asObject(await jsonOf(exchange));
  const id = body && tryActorUri(body['id']);
  if (!body || id === undefined || !isActorObject(body)) return undefined;
  if (id === exchange.url || (id === address && isFrom(exchange, address))) return body;
  return again && /^https?:/.test(id) ? fetchActor(id, io, false) : undefined;
}

async function assertReadable(outbox: string, uri: string, io: HarvestIo): Promise<void> {
  const exchange = await askActivity(io, outbox);
  if (isRefusal(exchange.status))
    throw new UsageError(`the outbox of ${uri}: ${bothAdvice(await saidOf(exchange), io)}`);
}

/** Servers that close their outbox mostly have a client API, which a token opens. */
function bothAdvice(said: string, io: HarvestIo): string {
  if (io.credential) return signatureAdvice(said, io);
  return `${signatureAdvice(said, io)}; or, where it is Mastodon or alike, ${refusalAdvice('', io).replace(/^: /, '')}`;
}

function acctOf(actor: JsonObject, uri: string, domain: string | undefined): string {
  const user = asString(actor['preferredUsername']);
  const host = domain ?? hostOf(uri) ?? '';
  if (user === undefined || !/^[^@\s]{1,100}$/u.test(user)) return `${uri.split('/').at(-1) ?? ''}@${host}`;
  return `${user}@${host}`;
}
