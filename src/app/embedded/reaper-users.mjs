// @ts-check
/**
 * Who uses what the reaper runs, beside the process that began it. Each user holds a connection: however it ends, the
 * kernel closes that, and no list of process ids has to be believed.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** Whoever connects says the token within this time: any process of the machine may knock at a port. */
const KNOCK_MS = 5_000;
/** A token and a word are shorter. */
const KNOCK_BYTES = 1_000;
/** What a user has not read yet. Above it, it is told nothing more: one that hangs must not fill our memory. */
const UNREAD_BYTES = 1 << 20;

/**
 * @typedef {import('node:net').Socket} User
 * @param {string} token
 * @param {{ joined(user: User): boolean, left(user: User | null): void }} hooks `joined`: whether it may stay; `left`:
 *   with the user if it has asked, and waits to hear
 */
export function openDoor(token, hooks) {
  /** @type {Set<User>} */
  const users = new Set();
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    const patience = setTimeout(() => socket.destroy(), KNOCK_MS);
    socket.once('close', () => {
      clearTimeout(patience);
      if (users.delete(socket)) hooks.left(null);
    });
    let heard = 0;
    socket.on('data', (chunk) => {
      if ((heard += chunk.length) > KNOCK_BYTES) socket.destroy();
    });
    const lines = createInterface({ input: socket });
    // It passes the socket's on, which is heard above.
    lines.on('error', () => {});
    lines.on('line', (line) => {
      if (socket.destroyed) return;
      if (users.has(socket)) {
        // It says one word only.
        users.delete(socket);
        hooks.left(socket);
      } else if (isToken(line, token) && hooks.joined(socket)) {
        clearTimeout(patience);
        users.add(socket);
      } else socket.destroy();
    });
  });
  return {
    get count() {
      return users.size;
    },
    /** @param {object} event */
    tell(event) {
      for (const user of users) tellUser(user, event);
    },
    /** @returns {Promise<number>} the port */
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          if (typeof address === 'object' && address) resolve(address.port);
          else reject(new Error('the system names no port'));
        });
      }),
    /** Nobody comes in any more; who waits for the end stays connected until it. */
    close: () => void server.close(),
  };
}

/**
 * @param {User} user
 * @param {object} event
 */
export function tellUser(user, event) {
  if (!user.destroyed && user.writableLength < UNREAD_BYTES) user.write(`${JSON.stringify(event)}\n`);
}

/**
 * @param {string} line
 * @param {string} token
 */
function isToken(line, token) {
  const [said, known] = [Buffer.from(line), Buffer.from(token)];
  return said.length === known.length && timingSafeEqual(said, known);
}
