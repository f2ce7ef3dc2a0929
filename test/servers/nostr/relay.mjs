// A relay on loopback, in memory. Prints its port, and ends when its standard input does.
import { NostrRelay } from '@nostr-relay/core';
import { EventRepositorySqlite } from '@nostr-relay/event-repository-sqlite';
import { Validator } from '@nostr-relay/validator';
import { WebSocketServer } from 'ws';

const repository = new EventRepositorySqlite(':memory:', { defaultLimit: Number(process.argv[2] ?? 100) });
await repository.init();
const silent = () => undefined;
const logger = { setLogLevel: silent, debug: silent, info: silent, warn: silent, error: silent };
// Deletions are to show at once.
const relay = new NostrRelay(repository, { logger, filterResultCacheTtl: 0 });
const validator = new Validator();

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('connection', (socket) => {
  relay.handleConnection(socket);
  socket.on('message', async (data) => {
    try {
      await relay.handleMessage(socket, await validator.validateIncomingMessage(data));
    } catch (error) {
      socket.send(JSON.stringify(['NOTICE', error instanceof Error ? error.message : 'unknown error']));
    }
  });
  socket.on('error', silent);
  socket.on('close', () => relay.handleDisconnect(socket));
});
server.on('listening', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.resume().on('end', () => process.exit(0));
