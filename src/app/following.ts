/** Following, for the doors: what somebody typed becomes a seed; a seed is harvested now. */
import type { Key } from '../core/digest.js';
import { UsageError } from '../core/errors.js';
import { connectorsOf, hostsNamedIn, resolveSeed, type FoundSeed } from '../pipeline/follow.js';
import { harvestSeed } from '../pipeline/harvest.js';
import { harvestJob } from '../queue/jobs.js';
import type { Connector, Credential } from '../sources/harvest.js';
import { follow, followedAs, type Followed } from '../store/seeds.js';
import type { Following } from '../api/index.js';
import type { Archive } from './archive.js';
import { findCredential } from './credentials.js';
import { harvestDeps, harvestIdOf } from './harvesting.js';
import type { FindCredential, Network } from './network.js';

export interface FollowRequest {
  /** A handle or an address, as typed. */
  readonly text: string;
  readonly collection: string;
  /** Seconds; absent: every quarter of an hour to begin with, then as lively as the account is. */
  readonly every?: number;
  readonly credential?: string;
  readonly connector?: string;
  readonly backfill?: number;
  readonly authority?: string;
}

export interface FollowAnswer extends Followed {
  readonly found: FoundSeed;
  /** Where it was followed already by another address: what it is known by. */
  readonly as?: string;
}

const DEFAULT_EVERY_SECONDS = 900;
/** Posts that the first harvest goes back at most: what most platforms hand out at all. */
const DEFAULT_BACKFILL = 1_000;

export async function followText(
  archive: Pick<Archive, 'accessions' | 'pool' | 'sources'>,
  network: Network,
  credentials: FindCredential,
  request: FollowRequest,
  options: { readonly signal: AbortSignal; readonly warn: (text: string) => void },
): Promise<FollowAnswer> {
  const { text, credential: name, every, backfill, authority } = request;
  const credential = name === undefined ? undefined : await credentials(name);
  if (name !== undefined && !credential)
    throw new UsageError(`there is no credential ${JSON.stringify(name)}: \`perdure credentials\` lists them`);
  const trusted = hostsNamedIn(text);
  const open = async (connector: Connector) => {
    const usable = fits(connector, credential);
    return Promise.resolve(
      network.openToAsk(connector, { ...options, trusted, ...(usable && { credential: usable }) }),
    );
  };
  const found = await resolveSeed(text, connectorsOf(archive.sources), open, request.connector);
  const { connector, source, seed } = found;
  mustFit(connector, credential);
  const collection = await archive.accessions.ensureCollection(request.collection);
  const wanted = {
    ...seed,
    collection,
    connector: connector.id,
    source: source.manifest.id,
    trusted,
    everySeconds: every ?? DEFAULT_EVERY_SECONDS,
    adaptive: every === undefined,
    backfill: backfill ?? DEFAULT_BACKFILL,
    ...(name !== undefined && { credential: name }),
    ...(authority !== undefined && { authority }),
  };
  const paceSaid = every !== undefined;
  const known = connector.again && (await followedAs(archive.pool, wanted));
  if (!known) return { ...(await follow(archive.pool, wanted, paceSaid)), found };
  const { uri } = known;
  const settings = connector.again!(known, seed);
  const hosts = uri === seed.uri ? trusted : [...new Set([...known.trusted, ...trusted])];
  const followed = await follow(archive.pool, { ...wanted, uri, settings, trusted: hosts }, paceSaid);
  return { ...followed, found, ...(uri !== seed.uri && { as: uri }) };
}

function fits(connector: Connector, credential: Credential | undefined): Credential | undefined {
  return credential && connector.credentials.includes(credential.kind) ? credential : undefined;
}

function mustFit(connector: Connector, credential: Credential | undefined): void {
  const kinds = connector.credentials.join(' or ');
  if (credential && !fits(connector, credential)) {
    const wanted = kinds === '' ? 'none' : `one of kind ${kinds}`;
    throw new UsageError(
      `the credential ${credential.name} is of kind ${credential.kind}; ${connector.id} uses ${wanted}`,
    );
  }
  if (!credential && connector.needsCredential)
    throw new UsageError(
      `${connector.id} can be read only with a credential of kind ${kinds}: perdure credentials add NAME --connector ${connector.id} --kind ${connector.credentials[0]}, then --credential NAME`,
    );
}

/** Harvests here and now, in this process. `ended` says why it did not begin, if it did not. */
export function startHarvest(
  archive: Archive,
  network: Network,
  seed: Key,
  signal: AbortSignal,
): { readonly harvest: Key; readonly ended: Promise<string | undefined> } {
  const dueMs = Date.now();
  const harvest = harvestIdOf(seed, 'asked', dueMs);
  const order = { seed, harvest, kind: 'asked', dueMs } as const;
  return { harvest, ended: harvestSeed(harvestDeps(archive, network), order, signal) };
}

/** Asks a worker to harvest now. @returns the id that the harvest will have */
async function harvestSoon(archive: Archive, seed: Key): Promise<Key> {
  const dueMs = Date.now();
  await archive.queues.add(harvestJob({ seedId: seed, kind: 'asked', dueMs }));
  return harvestIdOf(seed, 'asked', dueMs);
}

/** What the API's doors need. */
export function followingOf(archive: Archive, network: Network): Following {
  const credentials = findCredential(archive);
  return {
    follow: (request, signal) =>
      followText(archive, network, credentials, request, {
        signal,
        warn: (text) => archive.log.info({ text }, 'following'),
      }),
    harvestNow: (seed) => harvestSoon(archive, seed),
    ceilings: (id) =>
      connectorsOf(archive.sources).find(({ connector }) => connector.id === id)?.connector.ceilings ?? [],
  };
}
