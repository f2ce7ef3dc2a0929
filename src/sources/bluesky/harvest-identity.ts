/** DID documents (https://atproto.com/specs/did): where an account's records are, what it is called, which key signs. */
import type { Exchange, HarvestIo, HarvestStep } from '../harvest.js';
import { NetworkError, RateLimited } from '../harvest.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import { documentOf, type Key } from './commit.js';
import { readDocument } from './did-document.js';
import { objectOf } from './harvest-ask.js';

/** What `harvest` needs of a seed. */
export interface RepoSettings {
  readonly did: string;
  /** The origin of the account's own server. */
  readonly pds: string;
  readonly handle: string | undefined;
}

export function settingsOf(settings: unknown): RepoSettings | undefined {
  const found = asObject(settings);
  const [did, pds, handle] = ['did', 'pds', 'handle'].map((key) => asString(found?.[key]));
  return did === undefined || pds === undefined ? undefined : { did, pds, handle };
}

export function storedSettings({ did, pds, handle }: RepoSettings): { did: string; pds: string; handle?: string } {
  return { did, pds, ...(handle !== undefined && { handle }) };
}

export interface Identity {
  readonly exchange: Exchange;
  readonly pds: string | undefined;
  readonly handle: string | undefined;
  /** Signs the account's commits. */
  readonly key: Key | undefined;
  /** The DID itself was given up: the directory has it, and hands out no document (a tombstone). */
  readonly isGone: boolean;
}

/** `did:plc` at the directory, `did:web` at its own host. Undefined where there is no such document. */
export async function identityOf(did: string, io: HarvestIo): Promise<Identity | undefined> {
  const url = documentUrl(did);
  if (url === undefined) return undefined;
  const exchange = await io.request(url, {
    headers: { accept: 'application/did+ld+json, application/json' },
    maxBytes: 1024 * 1024,
  });
  const document = await objectOf(exchange);
  if (isTombstone(exchange, document))
    return { exchange, pds: undefined, handle: undefined, key: undefined, isGone: true };
  if (exchange.status !== 200) return undefined;
  if (document?.['id'] !== did) return undefined;
  return { exchange, ...readDocument(document), key: documentOf(document)?.key, isGone: false };
}

/** As `identityOf`; undefined, too, where it cannot be asked after now. Posts do not wait for the directory. */
export async function tryIdentityOf(did: string, io: HarvestIo): Promise<Identity | undefined> {
  try {
    return await identityOf(did, io);
  } catch (error) {
    if (!(error instanceof NetworkError || error instanceof RateLimited)) throw error;
    io.warn(`the DID document of ${did} could not be read: ${error.message}`);
    return undefined;
  }
}

/** https://web.plc.directory/api/redoc: `DID not available`, 410; earlier versions of the directory say it with 404. */
function isTombstone({ status, url }: Exchange, body: JsonObject | undefined): boolean {
  const said =
    status === 410 || (status === 404 && asString(body?.['message'])?.startsWith('DID not available') === true);
  return said && url.startsWith('https://plc.directory/');
}

function documentUrl(did: string): string | undefined {
  if (did.startsWith('did:plc:')) return `https://plc.directory/${did}`;
  // By the protocol a did:web is a host alone, with a port for tests.
  const host = /^did:web:([a-z0-9.-]+(?:%3A\d{1,5})?)$/i.exec(did)?.[1];
  return host && `https://${decodeURIComponent(host)}/.well-known/did.json`;
}

/** What the document says otherwise than the seed. @returns what is to be asked from now on */
export function* notesOn(
  { exchange, pds, handle, isGone }: Identity,
  before: RepoSettings,
): Generator<HarvestStep, RepoSettings> {
  const now = { did: before.did, pds: pds ?? before.pds, handle: handle ?? before.handle };
  const settings = storedSettings(now);
  if (handle !== undefined) yield { kind: 'profile', exchange, format: 'bluesky-api' };
  if (isGone) {
    const detail = `${before.did} was given up (410)`;
    yield { kind: 'account', exchange, state: 'deleted', detail };
  }
  if (now.pds !== before.pds) {
    const detail = `its records are at ${now.pds} now`;
    yield { kind: 'account', exchange, state: 'moved', settings, detail };
  }
  if (now.handle !== undefined && now.handle !== before.handle) {
    const detail = `${before.handle ?? before.did} is now ${now.handle}`;
    yield { kind: 'account', exchange, state: 'renamed', name: now.handle, settings, detail };
  }
  return now;
}
