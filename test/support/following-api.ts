/** The API of an archive that follows one played account: real HTTP on both sides, real Postgres between. */
import { followText } from '../../src/app/following.js';
import { harvestDeps, harvestIdOf } from '../../src/app/harvesting.js';
import { openNetwork } from '../../src/app/network.js';
import { createApi, type Following } from '../../src/api/index.js';
import { newMasterKey, open as unseal, seal } from '../../src/core/envelope.js';
import type { Key } from '../../src/core/digest.js';
import { connectorsOf } from '../../src/pipeline/follow.js';
import { harvestSeed } from '../../src/pipeline/harvest.js';
import type { HarvestKind } from '../../src/pipeline/harvest-ports.js';
import type { SecretBox } from '../../src/pipeline/webhooks.js';
import { startApi, type TestApi } from './api.js';
import { startMastodon, type MastodonTape } from './mastodon-tape.js';

export interface FollowingApi {
  readonly url: string;
  readonly api: TestApi;
  readonly server: MastodonTape;
  readonly secrets: SecretBox;
  send(method: string, path: string, body?: object): Promise<{ status: number; body: any; location: string | null }>; // eslint-disable-line @typescript-eslint/no-explicit-any -- judged by what is asserted of it
  get<T = any>(path: string): Promise<T>; // eslint-disable-line @typescript-eslint/no-explicit-any -- likewise
  rows<T>(sql: string, ...values: unknown[]): Promise<T[]>;
  harvest(seed: Key, kind?: HarvestKind): Promise<Key>;
  /** Looks at all its posts again, whenever that would have been. */
  look(seed: Key): Promise<Key>;
  close(): Promise<void>;
}

export async function startFollowingApi(): Promise<FollowingApi> {
  const server = await startMastodon();
  const api = await startApi();
  const { archive } = api;
  const { pool, blobs } = archive;
  const hosts = { privateHosts: ['127.0.0.1', 'localhost'], hostOrigins: new Map([[server.host, server.tape.url]]) };
  const find = () => Promise.resolve(undefined);
  const network = openNetwork({ config: { ...archive.config, ...hosts }, pool, blobs }, find);
  const deps = harvestDeps(archive, network);
  let count = 0;
  const harvest = async (seed: Key, kind: HarvestKind = 'asked'): Promise<Key> => {
    const id = harvestIdOf(seed, kind, Date.now() + count++);
    const refused = await harvestSeed(
      deps,
      { seed, harvest: id, kind, dueMs: Date.now() },
      new AbortController().signal,
    );
    if (refused !== undefined) throw new Error(refused);
    return id;
  };
  const following: Following = {
    follow: (request, signal) => followText(archive, network, find, request, { signal, warn: () => undefined }),
    harvestNow: (seed) => harvest(seed),
    ceilings: (id) =>
      connectorsOf(archive.sources).find(({ connector }) => connector.id === id)?.connector.ceilings ?? [],
  };
  const key = newMasterKey();
  const secrets: SecretBox = {
    seal: (name, secret) => Promise.resolve(seal(secret, [name], key)),
    open: (name, sealed) => Promise.resolve().then(() => unseal(sealed, [name], key)),
  };
  const app = await createApi({ ...archive, following, secrets });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    url,
    api,
    server,
    secrets,
    async send(method, path, body) {
      const sent =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      const answer = await fetch(url + path, { method, ...sent });
      const text = await answer.text();
      return {
        status: answer.status,
        body: text === '' ? undefined : JSON.parse(text),
        location: answer.headers.get('location'),
      };
    },
    async get(path) {
      const answer = await fetch(url + path);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${text}`);
      return JSON.parse(text) as never;
    },
    rows: async <T>(sql: string, ...values: unknown[]) => (await pool.query(sql, values)).rows as T[],
    harvest,
    async look(seed) {
      await pool.query('UPDATE revisit SET due_at = now() WHERE seed_id = $1', [seed]);
      return harvest(seed, 'revisit');
    },
    async close() {
      await app.close();
      await network.close();
      await api.close();
      await server.close();
    },
  };
}
