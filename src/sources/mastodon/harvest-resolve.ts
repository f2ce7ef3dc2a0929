/**
 * From a name that people type to the account behind it: the handle's own domain says which actor it is (WebFinger),
 * the actor's server which account (client API). The seed is named after the actor's URI, never after the handle.
 */
import type { Json } from '../../core/canonical.js';
import { UsageError } from '../../core/errors.js';
import { NetworkError, type Exchange, type HarvestIo, type ResolvedSeed } from '../harvest.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { localIdOf, refusalAdvice, type AccountSettings } from './harvest-account.js';
import { askApi, finger, isFrom, isRefusal, jsonOf, saidOf, type Finger } from './harvest-ask.js';
import { accountName, type AccountName } from './harvest-name.js';
import { hostOf, tryActorUri } from './uri.js';

/** Undefined where the server has no such account in Mastodon's client API, or shows it to nobody. */
export async function resolveAccount(text: string, io: HarvestIo): Promise<ResolvedSeed | undefined> {
  const name = accountName(text);
  if (!name) return undefined;
  const pointed = await finger(name, io);
  if (pointed.exchange.status === 410)
    throw new UsageError(`${name.domain} says that ${name.user} is gone (410): suspended for good, or deleted`);
  const actor = pointed.actor ?? (name.url !== undefined && /\/users\/[^/]+$/.test(name.url) ? name.url : undefined);
  const origin = actor === undefined ? `${pointed.scheme}://${name.domain}` : new URL(actor).origin;
  const account = await findAccount(origin, name, pointed, actor, io);
  if (!account) return undefined;
  const uri = tryActorUri(account['uri']) ?? tryActorUri(pointed.actor);
  const accountId = localIdOf(account['id']);
  if (uri === undefined || accountId === undefined) return undefined;
  const acct = handleOf(name, pointed, account, uri);
  tellState(account, acct, io);
  const settings: AccountSettings = { origin, accountId, acct };
  return { uri, name: `@${acct}`, settings: settings as unknown as Json };
}

/**
 * `lookup` came with Mastodon 3.4 and is refused or missing elsewhere; searching finds local accounts too. Pleroma and
 * its relatives also take a name where the id stands.
 */
async function findAccount(
  origin: string,
  name: AccountName,
  pointed: Finger,
  actor: string | undefined,
  io: HarvestIo,
): Promise<JsonObject | undefined> {
  const user = encodeURIComponent(userOf(name, pointed));
  let refused: string | undefined;
  const ways = [
    `/api/v1/accounts/lookup?acct=${user}`,
    `/api/v1/accounts/search?q=${user}&limit=10&resolve=false`,
    `/api/v1/accounts/${user}`,
    `/api/v2/search?q=${user}&type=accounts&limit=10&resolve=false`,
  ];
  for (const way of ways) {
    const exchange = await tryApi(io, origin + way);
    if (!exchange || !isFrom(exchange, origin)) continue;
    if (isRefusal(exchange.status)) refused ??= await saidOf(exchange);
    if (exchange.status !== 200) continue;
    const found = accountsIn(await jsonOf(exchange)).find((each) => isTheOne(each, origin, name, pointed, actor));
    if (found) return found;
  }
  if (refused !== undefined) io.warn(`${hostOf(origin) ?? origin}: ${refusalAdvice(refused, io)}`);
  return undefined;
}

/** A server that stumbles over one way of asking may know another. */
async function tryApi(io: HarvestIo, address: string): Promise<Exchange | undefined> {
  try {
    return await askApi(io, address);
  } catch (error) {
    if (error instanceof NetworkError && (error.problem === 'server-error' || error.problem === 'too-large'))
      return undefined;
    throw error;
  }
}

function accountsIn(body: unknown): JsonObject[] {
  const list = Array.isArray(body) ? (body as unknown[]) : (asObject(body)?.['accounts'] ?? [body]);
  return asArray(list).filter(isObject);
}

/** The actor that the handle's domain named; before Mastodon 4.2, a local account of that name. */
function isTheOne(
  account: JsonObject,
  origin: string,
  name: AccountName,
  pointed: Finger,
  actor: string | undefined,
): boolean {
  if (localIdOf(account['id']) === undefined) return false;
  const acct = asString(account['acct']) ?? '';
  const isNamed = acct.toLowerCase() === userOf(name, pointed).toLowerCase();
  const uri = asString(account['uri']);
  if (uri === undefined) return isNamed && pointed.actor !== undefined;
  if (hostOf(uri) !== hostOf(origin)) return false;
  return actor === undefined ? isNamed : uri === actor;
}

function userOf(name: AccountName, { acct }: Finger): string {
  return acct?.slice(0, acct.lastIndexOf('@')) ?? name.user;
}

/** The server's own writing of the handle, where it is its to say: the domain that was asked, or the actor's. */
function handleOf(name: AccountName, { acct }: Finger, account: JsonObject, uri: string): string {
  const domain = acct?.slice(acct.lastIndexOf('@') + 1).toLowerCase();
  const known = domain === name.domain || domain === hostOf(uri);
  const user = asString(account['username']) ?? name.user;
  return `${user}@${known ? domain : name.domain}`;
}

function tellState(account: JsonObject, acct: string, io: HarvestIo): void {
  const moved = asObject(account['moved']);
  if (moved) io.warn(`${acct} says that it has moved to ${String(moved['uri'] ?? moved['acct']).slice(0, 300)}`);
  if (account['suspended'] === true) io.warn(`${acct} is suspended by its server: it lists no posts now`);
  if (account['limited'] === true) io.warn(`${acct} is limited by its server`);
}
