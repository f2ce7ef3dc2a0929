/** Stopping the service while somebody holds a connection. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { serveApi } from '../../src/app/http.js';
import { startApi } from '../support/api.js';

it('ends although a browser holds a connection that it never used', async () => {
  const api = await startApi();
  const { archive } = api;
  const served = await serveApi({ ...archive, config: { ...archive.config, port: 0 } });
  const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const began = Date.now();
  await served.close();
  expect(Date.now() - began).toBeLessThan(10_000);
  socket.destroy();
  await api.close();
}, 30_000);
