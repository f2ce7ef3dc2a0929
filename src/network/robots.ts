/** What a host's robots.txt says (RFC 9309). It is recorded with a harvest, and left to people. */
import robotsParserModule from 'robots-parser';
import { NetworkError, type HarvestIo } from '../sources/harvest.js';

// What Node imports is the function itself; its types speak of a module with a default.
const robotsParser = robotsParserModule as unknown as (typeof robotsParserModule)['default'];

export interface RobotsAnswer {
  /** Where it was asked for. */
  readonly url: string;
  /** 0: there was no answer. */
  readonly status: number;
  /** Whether the address may be asked by its rules; undefined where it could not be learnt. */
  readonly allowed: boolean | undefined;
}

/** Readers need not go further than 500 KiB (RFC 9309, 2.5). */
const MAX_BYTES = 1024 * 1024;

/**
 * @param url the address that is to be asked
 * @param agent the User-Agent, or its first word
 * @throws RateLimited
 */
export async function robotsAnswer(io: HarvestIo, url: string, agent: string): Promise<RobotsAnswer> {
  const asked = new URL('/robots.txt', url);
  // A WebSocket's host answers for it over HTTP.
  asked.protocol = asked.protocol.replace(/^ws/, 'http');
  try {
    const exchange = await io.request(asked.href, { maxBytes: MAX_BYTES });
    const { status } = exchange;
    if (status >= 400 && status < 500) return { url: asked.href, status, allowed: true };
    if (status !== 200) return { url: asked.href, status, allowed: undefined };
    const rules = robotsParser(asked.href, (await exchange.body()).toString('utf8'));
    const path = new URL(url);
    path.protocol = asked.protocol;
    return { url: asked.href, status, allowed: rules.isAllowed(path.href, agent) };
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return { url: asked.href, status: error.exchange?.status ?? 0, allowed: undefined };
  }
}
