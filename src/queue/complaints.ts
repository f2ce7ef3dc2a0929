import type { Log } from './log.js';

/** A connection that is away complains with every try. The log hears each complaint once, and then how often it came. */
export class Complaints {
  readonly #log: Log;
  readonly #every: number;
  readonly #heard = new Map<string, { since: number; times: number }>();

  constructor(log: Log, everyMs = 10_000) {
    this.#log = log;
    this.#every = everyMs;
  }

  hear(where: string, error: Error & { code?: string }): void {
    const problem = error.message || error.code || error.name;
    const key = `${where}\n${error.code ?? problem}`;
    const now = Date.now();
    const known = this.#heard.get(key);
    if (known && now - known.since < this.#every) {
      known.times += 1;
      return;
    }
    // As many kinds as there are places and error codes; a message that carries a counter must not fill the memory.
    if (this.#heard.size > 200) this.#heard.clear();
    this.#heard.set(key, { since: now, times: 0 });
    this.#log.warn(
      { where, problem, ...(known?.times ? { timesSince: known.times } : {}) },
      'the queue has trouble with its store',
    );
  }
}
