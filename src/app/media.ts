/** Fetching media, composed: what is due goes into the queue, and is fetched over this network. */
import { join } from 'node:path';
import { download } from '../network/download.js';
import { connectorsOf } from '../pipeline/follow.js';
import type { MediaDeps } from '../pipeline/media.js';
import { mediaJob } from '../queue/jobs.js';
import { SOURCES } from '../sources/index.js';
import { dueMedia, PgMediaStore } from '../store/media.js';
import type { Archive } from './archive.js';
import { incomingOf } from './blobs.js';
import { credentialOf } from './media-credentials.js';
import type { FindCredential, Network } from './network.js';

const DUE_AT_ONCE = 500;

/** Puts what is due into the queue. A file that is in it already is not put in again. */
export async function queueDueMedia({ pool, queues }: Archive): Promise<number> {
  const due = await dueMedia(pool, DUE_AT_ONCE);
  await queues.addBulk(due.map(mediaJob));
  return due.length;
}

/** So many files of one host in so much time: pictures come by the dozen with one page of posts. */
const MEDIA_PACE = { requests: 10, seconds: 2 };
const MEDIA_PATIENCE_MS = 20_000;

export interface MediaParts extends Pick<Archive, 'pool' | 'blobs'> {
  readonly config: Pick<Archive['config'], 'blobs' | 'privateHosts' | 'hostOrigins'>;
}

export function mediaDeps(
  archive: MediaParts,
  { agents, budgets, userAgent }: Network,
  find: FindCredential,
  signal: AbortSignal,
): MediaDeps {
  const { pool, blobs, config } = archive;
  const connectors = connectorsOf(SOURCES).map(({ connector }) => connector);
  const ways = { agents, trusted: config.privateHosts, agent: userAgent, elsewhere: config.hostOrigins };
  return {
    store: new PgMediaStore(pool),
    blobs,
    download: (request) => download(ways, request),
    credentialOf: (task) => credentialOf(pool, connectors, find, task),
    partials: join(incomingOf(config.blobs), 'media'),
    pace: {
      take: (host, stop) => budgets.take(`media ${host}`, MEDIA_PACE, { patienceMs: MEDIA_PATIENCE_MS, signal: stop }),
      block: (host, ms) => budgets.block(`media ${host}`, Date.now() + ms, 'the host asked for patience'),
    },
    signal,
    now: Date.now,
  };
}
