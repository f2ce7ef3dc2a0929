/**
 * Earlier versions of edited posts: https://docs.joinmastodon.org/methods/statuses/#history. The answer names no post,
 * so it is handed over together with the post that was asked about.
 */
import type { Json } from '../../core/canonical.js';
import { NetworkError, type Captured, type Exchange, type HarvestIo, type SeedView } from '../harvest.js';
import { asArray, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { isOwn, localIdOf, type AccountSettings } from './harvest-account.js';
import { askApi, isFrom, jsonOf } from './harvest-ask.js';
import { markOf } from './harvest-place.js';
import { kindOf } from './kinds.js';
import { hostOf, tryPostUri } from './uri.js';

/** In one harvest; a look at the post asks for what is left out. */
const MOST = 100;
/** Edits that are remembered, so that the posts below the newest are not asked about every time. */
const REMEMBERED = 24;

export class Histories {
  private readonly marks: string[];
  private left = MOST;
  private failing = false;

  constructor(
    private readonly seed: SeedView,
    private readonly settings: AccountSettings,
    private readonly io: HarvestIo,
    before: Json | undefined,
  ) {
    this.marks = asArray(before)
      .filter((each) => typeof each === 'string')
      .slice(0, REMEMBERED);
  }

  /** Which edits have been asked about, the newest first: for the cursor. */
  done(): string[] {
    return this.marks.slice(0, REMEMBERED);
  }

  /** Once for each edit of each post. A server without histories is no trouble. */
  async *of(statuses: readonly JsonObject[]): AsyncGenerator<Captured> {
    for (const status of statuses) {
      const uri = tryPostUri(status['uri']);
      const id = localIdOf(status['id']);
      const edited = asString(status['edited_at']);
      if (uri === undefined || id === undefined || edited === undefined || edited === '') continue;
      if (isObject(status['reblog']) || hostOf(uri) !== hostOf(this.seed.uri)) continue;
      const mark = markOf(`${uri} ${edited}`);
      if (this.failing || this.marks.includes(mark)) continue;
      if (this.left <= 0) {
        this.io.warn(
          `more than ${MOST} edited posts in one harvest: the earlier versions of the others come with later looks`,
        );
        return;
      }
      this.left--;
      const exchange = await this.ask(id);
      if (!exchange) continue;
      this.marks.unshift(mark);
      if (await this.isHistory(exchange))
        yield { kind: 'captured', exchange, format: 'mastodon-rest', about: uri, posts: [] };
    }
  }

  private async ask(id: string): Promise<Exchange | undefined> {
    this.io.signal.throwIfAborted();
    const address = `${this.settings.origin}/api/v1/statuses/${encodeURIComponent(id)}/history`;
    try {
      return await askApi(this.io, address);
    } catch (error) {
      if (!(error instanceof NetworkError) || error.problem === 'forbidden-address') throw error;
      this.failing = true;
      this.io.warn(`earlier versions of edited posts could not be fetched: ${error.message}`);
      return undefined;
    }
  }

  /** Versions by the account itself, and nothing else. */
  private async isHistory(exchange: Exchange): Promise<boolean> {
    if (exchange.status !== 200 || !isFrom(exchange, this.settings.origin)) return false;
    const versions = asArray(await jsonOf(exchange));
    return (
      versions.length > 0 &&
      versions.every((each) => {
        const version = asObject(each);
        return version !== undefined && kindOf(version) === 'version' && isOwn(version, this.seed, this.settings);
      })
    );
  }
}
