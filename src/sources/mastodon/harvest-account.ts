/** The account behind a seed: how it is asked about, and what is noted of it. */
import type {
  AccountNote,
  AccountState,
  CapturedAccount,
  Exchange,
  HarvestIo,
  HarvestStep,
  SeedView,
} from '../harvest.js';
import type { Json } from '../../core/canonical.js';
import { SourceError } from '../../core/errors.js';
import { asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { accountUri } from './actor.js';
import { askActivity, askApi, isFrom, isRefusal, jsonOf, saidOf } from './harvest-ask.js';
import { ACTORS } from './kinds.js';
import { count, listOf, typesOf } from './ld.js';

/** What `resolve` finds, and every harvest needs. */
export interface AccountSettings {
  /** Where the client API is: `https://social.example`. */
  readonly origin: string;
  /** The server's own id of the account: a number, a ULID, a flake id. */
  readonly accountId: string;
  /** `user@domain`. */
  readonly acct: string;
}

export function settingsOf({ uri, settings }: SeedView): AccountSettings {
  const value = asObject(settings);
  const [origin, accountId, acct] = ['origin', 'accountId', 'acct'].map((key) => asString(value?.[key]));
  if (origin !== undefined && accountId !== undefined && acct !== undefined) return { origin, accountId, acct };
  throw new SourceError('defect', `the settings of ${uri} lack origin, accountId or acct; follow it once more`);
}

export function accountAddress({ origin, accountId }: AccountSettings): string {
  return `${origin}/api/v1/accounts/${encodeURIComponent(accountId)}`;
}

/** The id as a string: numbers in answers of 2017. */
export function localIdOf(value: unknown): string | undefined {
  const id = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : asString(value);
  return id !== undefined && id !== '' && id.length <= 200 ? id : undefined;
}

/** Whether the status is the seed's own: by the actor's URI where it is given, else by the server's id. */
export function isOwn(status: JsonObject, seed: SeedView, { accountId }: AccountSettings): boolean {
  const account = asObject(status['account']);
  if (!account) return false;
  const stated = asString(account['uri']);
  if (stated !== undefined) return stated === seed.uri;
  return localIdOf(account['id']) === accountId || accountUri(account, asString(status['uri'])) === seed.uri;
}

export interface AccountLook {
  readonly state: AccountState;
  readonly exchange: Exchange;
  readonly detail: string;
  /** How many posts it has, by its own count. */
  readonly total?: number;
  readonly settings?: AccountSettings;
  /** The answer shows the account. */
  readonly profile?: CapturedAccount;
}

/** Asks after the account itself: once where its list or several of its posts cannot be seen. */
export async function lookAtAccount(seed: SeedView, settings: AccountSettings, io: HarvestIo): Promise<AccountLook> {
  const exchange = await askApi(io, accountAddress(settings));
  const said = await saidOf(exchange);
  if (exchange.status === 200) {
    const account = asObject(await exchange.json()) ?? {};
    const shown =
      isFrom(exchange, settings.origin) && isOwn({ account }, seed, settings) && shownIn(exchange, 'mastodon-rest');
    if (account['suspended'] === true)
      return { state: 'suspended', exchange, detail: 'the server says that the account is suspended', ...shown };
    const total = count(account['statuses_count']);
    return { state: 'active', exchange, detail: said, ...(total !== undefined && { total }), ...shown };
  }
  if (exchange.status === 410)
    return { state: 'suspended', exchange, detail: `${said}: suspended for good, or deleted` };
  if (isRefusal(exchange.status)) return { state: 'forbidden', exchange, detail: refusalAdvice(said, io) };
  if (exchange.status === 404) return (await underAnotherId(seed, settings, io)) ?? (await lookAtActor(seed.uri, io));
  return { state: 'active', exchange, detail: said };
}

function shownIn(exchange: Exchange, format: string): Pick<AccountLook, 'profile'> {
  return { profile: { kind: 'profile', exchange, format } };
}

/** A server that was set up anew counts anew; the actor's URI says whether it is the same account. */
async function underAnotherId(
  seed: SeedView,
  settings: AccountSettings,
  io: HarvestIo,
): Promise<AccountLook | undefined> {
  const user = settings.acct.slice(0, settings.acct.lastIndexOf('@'));
  const address = `${settings.origin}/api/v1/accounts/lookup?acct=${encodeURIComponent(user)}`;
  const exchange = await askApi(io, address);
  const account = exchange.status === 200 ? asObject(await jsonOf(exchange)) : undefined;
  const accountId = localIdOf(account?.['id']);
  if (account?.['uri'] !== seed.uri || accountId === undefined || accountId === settings.accountId) return undefined;
  const detail = `the server knows the account as ${accountId} now, as ${settings.accountId} before`;
  return {
    state: 'active',
    exchange,
    detail,
    settings: { ...settings, accountId },
    ...shownIn(exchange, 'mastodon-rest'),
  };
}

/** The actor itself, as ActivityPub has it. */
export async function lookAtActor(uri: string, io: HarvestIo): Promise<AccountLook & { readonly actor?: JsonObject }> {
  const exchange = await askActivity(io, uri);
  const said = await saidOf(exchange);
  const { status } = exchange;
  const body = asObject(await jsonOf(exchange));
  const tombstone = isFrom(exchange, uri) && body?.['id'] === uri && typesOf(body).includes('Tombstone');
  if (tombstone) return { state: 'deleted', exchange, detail: `${status}, a Tombstone of the account` };
  if (status === 410) return { state: 'suspended', exchange, detail: `${said}: suspended for good, or deleted` };
  if (status === 404) return { state: 'notFound', exchange, detail: said };
  if (isRefusal(status)) return { state: 'forbidden', exchange, detail: signatureAdvice(said, io) };
  const isActor = status === 200 && isFrom(exchange, uri) && body?.['id'] === uri && isActorObject(body);
  if (!isActor) return { state: 'active', exchange, detail: `${said}, no actor of that name` };
  const shown = shownIn(exchange, 'activitypub');
  if (body['suspended'] === true)
    return { state: 'suspended', exchange, detail: 'the actor is marked as suspended', actor: body, ...shown };
  return { state: 'active', exchange, detail: said, actor: body, ...shown };
}

export function isActorObject(body: JsonObject): boolean {
  return typesOf(body).some((type) => ACTORS.has(type));
}

/** What is to be told of a look: the account as it is shown, and its state where that is news. */
export function* toldOf(look: AccountLook): Generator<HarvestStep> {
  if (look.profile) yield look.profile;
  if (look.state !== 'active' || look.settings) yield noteOf(look);
}

export function noteOf(look: AccountLook): AccountNote {
  const { exchange, state, detail, settings } = look;
  return { kind: 'account', exchange, state, detail, ...(settings && { settings: settings as unknown as Json }) };
}

export function refusalAdvice(said: string, { credential }: HarvestIo): string {
  if (credential?.kind === 'bearer') return `${said} (the access token ${credential.name} does not open it)`;
  return `${said}: the server shows it to nobody who is not signed in; give the seed an access token (Preferences → Development → New application, scope read)`;
}

export function signatureAdvice(said: string, { credential }: HarvestIo): string {
  if (credential?.kind === 'key') return `${said} (the key ${credential.user ?? credential.name} does not open it)`;
  return `${said}: the server answers signed requests only; give the seed a credential of kind key (an actor’s private key in PEM, its user the key’s address)`;
}

/** What a list says of its account beside the posts: told once, when it has changed. */
export interface Noticed {
  readonly notes: readonly AccountNote[];
  /** To be compared with next time. */
  readonly memo: { readonly moved?: string; readonly limited?: true };
}

export function notice(
  account: JsonObject,
  exchange: Exchange,
  seed: SeedView,
  before: { readonly [key: string]: unknown },
): Noticed {
  const settings = settingsOf(seed);
  const notes: AccountNote[] = [];
  const note = (state: AccountState, detail: string, more: Partial<AccountNote> = {}): void => {
    notes.push({ kind: 'account', exchange, state, detail, ...more });
  };
  const split = settings.acct.lastIndexOf('@');
  const [user, domain] = [settings.acct.slice(0, split), settings.acct.slice(split + 1)];
  const now = asString(account['acct']);
  if (now !== undefined && /^[^@\s]{1,100}$/u.test(now) && now.toLowerCase() !== user.toLowerCase()) {
    const acct = `${now}@${domain}`;
    note('renamed', `was ${settings.acct}, is ${acct}`, { name: `@${acct}`, settings: { ...settings, acct } });
  }
  const target = listOf(account['moved']).find(isObject);
  const moved = target && (asString(target['uri']) ?? asString(target['url']) ?? asString(target['acct']));
  const limited = account['limited'] === true;
  if (moved !== undefined && moved !== before['moved'])
    note('moved', `the account says that it has moved to ${moved}; follow that one too`);
  if (limited && before['limited'] !== true)
    note('active', 'the server has limited the account: shown to its followers only');
  return {
    notes,
    memo: { ...(moved !== undefined && moved.length <= 300 && { moved }), ...(limited && { limited: true as const }) },
  };
}
