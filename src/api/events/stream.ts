/**
 * Events of posts as a stream that never ends by itself. The id of each is that of the event, so that a browser, which
 * connects again after every break and says which one it saw last, misses none.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventView } from '../../read/index.js';

const LOOK_EVERY_MS = 1_000;
const HEARTBEAT_MS = 15_000;
const BATCH = 200;

export interface StreamOptions {
  /** The id of the last event that is known. */
  readonly after: string;
  readonly read: (after: string, limit: number) => Promise<readonly EventView[]>;
  /** The client left, or the service stops. */
  readonly signal: AbortSignal;
}

export async function* eventStream({ after, read, signal }: StreamOptions): AsyncGenerator<string> {
  let seen = after;
  let spokenAt = Date.now();
  // In how many milliseconds to connect again. The id makes a browser that has seen no event yet come back to this place.
  yield `retry: 2000\nid: ${seen}\n\n`;
  while (!signal.aborted) {
    const events = await read(seen, BATCH);
    for (const event of events) {
      yield `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
      seen = event.id;
    }
    if (events.length > 0) spokenAt = Date.now();
    if (events.length === BATCH) continue;
    if (Date.now() - spokenAt >= HEARTBEAT_MS) {
      // A comment: nobody's event, but proxies see that the connection lives, and we that nobody is there any more.
      yield ': still here\n\n';
      spokenAt = Date.now();
    }
    try {
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    } catch {
      return; // aborted
    }
  }
}
