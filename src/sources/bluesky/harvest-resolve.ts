/** From a handle to the account's DID, and to the server where its records are. */
import { UsageError } from '../../core/errors.js';
import type { HarvestIo, NetworkProblem, ResolvedSeed } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import { asObject, asString } from '../shared/json.js';
import { ask } from './harvest-ask.js';
import { APP_VIEW } from './harvest-feed.js';
import { readDocument } from './did-document.js';
import { identityOf, storedSettings } from './harvest-identity.js';
import { accountIn, type AccountName } from './harvest-name.js';
import { isDid, tryActor } from './uri.js';

export async function resolveAccount(text: string, io: HarvestIo): Promise<ResolvedSeed | undefined> {
  const account = accountIn(text);
  if (!account) return undefined;
  if (account.pds !== undefined) return fromServer(account.pds, account.name, io);
  const did = isDid(account.name) ? account.name : await didOf(account, io);
  if (did === undefined) return undefined;
  const identity = await identityOf(did, io);
  const uri = tryActor(did);
  if (identity?.isGone) throw new UsageError(`${did} was given up by its owner: its directory hands out no document`);
  if (!identity || uri === undefined)
    throw new UsageError(`${did} has no DID document that says where its records are`);
  if (identity.pds === undefined) throw new UsageError(`the DID document of ${did} names no server for its records`);
  const handle = identity.handle ?? (isDid(account.name) ? undefined : account.name);
  return { uri, name: handle ?? did, settings: storedSettings({ did, pds: identity.pds, handle }) };
}

/** The server itself says whom it has. */
async function fromServer(pds: string, name: string, io: HarvestIo): Promise<ResolvedSeed | undefined> {
  const body = await said('not-json', async () => {
    const answer = await ask(io, pds, 'com.atproto.repo.describeRepo', { repo: name });
    return answer.body;
  });
  const did = asString(body?.['did']);
  const uri = tryActor(did);
  if (did === undefined || uri === undefined || (isDid(name) && did !== name)) return undefined;
  const handle = asString(body?.['handle']) ?? readDocument(asObject(body?.['didDoc']) ?? {}).handle;
  return { uri, name: handle ?? did, settings: storedSettings({ did, pds, handle }) };
}

/** https://atproto.com/specs/handle#handle-resolution, by HTTPS; then by asking who may know. */
async function didOf({ name }: AccountName, io: HarvestIo): Promise<string | undefined> {
  // Most hosts of a handle have nothing to say, or are none.
  const own = await said('any', async () => {
    const exchange = await io.request(`https://${name}/.well-known/atproto-did`, { maxBytes: 64 * 1024 });
    const text = exchange.status === 200 ? (await exchange.body()).toString('utf8').trim() : '';
    return isDid(text) ? text : undefined;
  });
  if (own !== undefined) return own;
  const { body } = await ask(io, APP_VIEW, 'com.atproto.identity.resolveHandle', { handle: name });
  const did = body?.['did'];
  return isDid(did) ? did : undefined;
}

/** Undefined where there was trouble of that kind. */
async function said<T>(trouble: NetworkProblem | 'any', question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof NetworkError && (trouble === 'any' || error.problem === trouble)) return undefined;
    throw error;
  }
}
