/**
 * An accession's progress as server-sent events (WHATWG HTML, 9.2): `progress` while it changes, and at the end one of
 * `complete`, `sealed`, `refused`, `failed`, after which the stream ends.
 *
 * A browser connects again after every end. It then sends the id of the last event it saw; that of the closing event
 * is `end`, and who has seen it is told to stay away (204).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded, type AccessionState } from '../../read/index.js';

const LOOK_EVERY_MS = 500;
const HEARTBEAT_MS = 15_000;
export const LAST_ID = 'end';

/** What the stream needs to know of the thing it follows. */
export interface Followed {
  readonly status: AccessionState;
}

export interface FollowOptions<P extends Followed> {
  readonly progress: () => Promise<P | undefined>;
  /** What the closing event carries. */
  readonly summary: () => Promise<unknown>;
  /** The client left, or the service stops. */
  readonly signal: AbortSignal;
}

export async function* progressEvents<P extends Followed>(options: FollowOptions<P>): AsyncGenerator<string> {
  const { progress, summary, signal } = options;
  let shown: string | undefined;
  let spokenAt = Date.now();
  // In how many milliseconds to connect again, where the connection breaks in between.
  yield 'retry: 2000\n\n';
  for (let id = 1; !signal.aborted;) {
    const state = await progress();
    if (!state) return;
    if (hasEnded(state.status)) {
      yield event(LAST_ID, state.status, await summary());
      return;
    }
    const data = JSON.stringify(state);
    if (data !== shown) {
      yield event(String(id++), 'progress', state);
      [shown, spokenAt] = [data, Date.now()];
    } else if (Date.now() - spokenAt >= HEARTBEAT_MS) {
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

/** JSON has no line breaks of its own, so one `data` line is enough. */
function event(id: string, name: string, data: unknown): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
