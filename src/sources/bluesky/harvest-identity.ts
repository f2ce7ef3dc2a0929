/** DID documents (https://atproto.com/specs/did): what an account is called now, where its records are, which key signs them. */
import type { AccountNote, Exchange, HarvestIo } from '../harvest.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { documentOf, type Key } from './commit.js';
import { errorIn } from './harvest-ask.js';

export interface Identity {
  readonly exchange: Exchange;
  /** The directory's own word that the DID has been given up for good. */
  readonly gone?: true;
  /** The origin of the account's server. */
  readonly pds?: string;
  readonly handle?: string;
  readonly key?: Key;
}

/** What `resolve` finds, and every harvest needs. */
export interface RepoSettings {
  readonly did: string;
  readonly pds: string;
  readonly handle?: string;
}

export function settingsOf(settings: unknown): RepoSettings | undefined {
  const found = asObject(settings);
  const [did, pds, handle] = ['did', 'pds', 'handle'].map((key) => asString(found?.[key]));
  return did === undefined || pds === undefined ? undefined : { did, pds, ...(handle !== undefined && { handle }) };
}

const DIRECTORY = 'https://plc.directory';
const MOST_BYTES = 256 * 1024;

/**
 * `did:plc` at the directory, `did:web` at its own host.
 * @returns undefined where there is no document of that DID
 */
export async function identityOf(did: string, io: HarvestIo): Promise<Identity | undefined> {
  const url = documentAddress(did);
  if (url === undefined) return undefined;
  const exchange = await io.request(url, {
    headers: { accept: 'application/did+ld+json, application/json' },
    maxBytes: MOST_BYTES,
  });
  // https://web.plc.directory/api/redoc: a tombstone is 410, and a DID that never was is 404.
  if (exchange.status === 410 && url.startsWith(DIRECTORY) && (await errorIn(exchange)) !== undefined)
    return { exchange, gone: true };
  if (exchange.status !== 200) return undefined;
  const document = asObject(await exchange.json());
  return document?.['id'] === did ? { exchange, ...readDocument(document) } : undefined;
}

function documentAddress(did: string): string | undefined {
  if (/^did:plc:[a-z2-7]+$/.test(did)) return `${DIRECTORY}/${did}`;
  const web = /^did:web:([A-Za-z0-9.-]+(?:%3A\d+)?)$/i.exec(did)?.[1];
  return web === undefined ? undefined : `https://${decodeURIComponent(web)}/.well-known/did.json`;
}

export function readDocument(document: JsonObject): Omit<Identity, 'exchange' | 'gone'> {
  const service = asArray(document['service'])
    .filter(isObject)
    .find(({ id }) => (asString(id) ?? '').endsWith('#atproto_pds'));
  const pds = originOf(asString(service?.['serviceEndpoint']));
  const handle = asArray(document['alsoKnownAs'])
    .map(asString)
    .find((name) => name?.startsWith('at://'))
    ?.slice('at://'.length);
  const key = documentOf(document)?.key;
  return {
    ...(pds !== undefined && { pds }),
    ...(handle !== undefined && handle.length <= 253 && { handle }),
    ...(key && { key }),
  };
}

export function originOf(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : undefined;
}

/** What has changed since the account was found: its name, its server; or that it has been given up. */
export function identityNotes(settings: RepoSettings, identity: Identity): readonly AccountNote[] {
  const { did, pds, handle } = settings;
  const { exchange } = identity;
  if (identity.gone)
    return [{ kind: 'account', exchange, state: 'deleted', detail: `the directory says that ${did} was given up` }];
  const now: RepoSettings = { ...settings, ...identityPart(identity) };
  const notes: AccountNote[] = [];
  const note = (state: 'renamed' | 'moved', detail: string, name?: string): void => {
    const more = name === undefined ? {} : { name };
    notes.push({ kind: 'account', exchange, state, detail, settings: { ...now }, ...more });
  };
  if (now.pds !== pds) note('moved', `its records are at ${now.pds} now, at ${pds} before`);
  if (now.handle !== undefined && now.handle !== handle) note('renamed', `was ${handle ?? did}, is ${now.handle}`, now.handle);
  return notes;
}

function identityPart({ pds, handle }: Identity): Partial<RepoSettings> {
  return { ...(pds !== undefined && { pds }), ...(handle !== undefined && { handle }) };
}
