/** The API as a part of a process: created, listening, closed. */
import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { createApi } from '../api/index.js';
import { UsageError } from '../core/errors.js';
import { isLoopback } from '../core/loopback.js';
import { listApiKeys } from '../store/api-keys.js';
import type { Archive } from './archive.js';
import { findCredential } from './credentials.js';
import { followingOf } from './following.js';
import { openNetwork } from './network.js';
import { secretBox } from './secrets.js';

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on the configured address. `anyPort`: on a free port where that one is taken. */
export async function serveApi(archive: Archive, anyPort = false): Promise<Served> {
  const { host, port } = archive.config;
  if (!isLoopback(host) && !(await hasKey(archive))) {
    throw new UsageError(
      `HOST=${host}: without an API key the service answers only on this machine. Make one: perdure keys add NAME --role administrator; or set PERDURE_API_KEY; or use HOST=127.0.0.1`,
    );
  }
  const network = openNetwork(archive, findCredential(archive));
  const app = await createApi({
    ...archive,
    following: followingOf(archive, network),
    secrets: secretBox(archive.config),
  });
  try {
    await listen(app, port, host, anyPort);
  } catch (error) {
    await app.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new UsageError(`port ${port} is taken by another program: choose one with PORT=…`);
  }
  const url = (await app.getUrl()).replace('[::1]', 'localhost').replace(/\/$/, '');
  return {
    url,
    async close() {
      await closeSoon(app);
      await network.close();
    },
  };
}

/** One that opens. */
async function hasKey({ config, pool }: Pick<Archive, 'config' | 'pool'>): Promise<boolean> {
  return config.apiKey !== undefined || (await listApiKeys(pool)).some(({ state }) => state === 'active');
}

/** Answers on their way may end; a connection that never asked anything (a browser opens some ahead) would keep us for ever. */
const CLOSE_MS = 2_000;

async function closeSoon(app: INestApplication): Promise<void> {
  const late = setTimeout(() => (app.getHttpServer() as Server).closeAllConnections(), CLOSE_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(late);
  }
}

async function listen(app: INestApplication, port: number, host: string, anyPort: boolean): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    if (!anyPort || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    await app.listen(0, host);
  }
}
