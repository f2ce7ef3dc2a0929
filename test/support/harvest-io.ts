/** The real network of a harvest, for the tests of connectors: loopback is allowed, and nothing is kept but in memory. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256, type Digest } from '../../src/core/digest.js';
import { Rejection } from '../../src/core/errors.js';
import type { Item, RefusedItem } from '../../src/core/reading.js';
import { actorUri } from '../../src/core/uri.js';
import { openAgents, type AgentOptions } from '../../src/network/agent.js';
import { memoryBudgets } from '../../src/network/budgets.js';
import { openIo, type IoDeps } from '../../src/network/io.js';
import type {
  Bookmark,
  Captured,
  CapturedAccount,
  Credential,
  ExchangeRecord,
  HarvestIo,
  HarvestStep,
} from '../../src/sources/harvest.js';
import { HEAD_BYTES, type Source } from '../../src/sources/source.js';

export interface TestIo {
  readonly io: HarvestIo;
  /** Every exchange that has ended, in the order in which they did. */
  readonly exchanges: ExchangeRecord[];
  /** What was kept. Throws where nothing was, under this name. */
  body(digest: Digest): Buffer;
  readonly warnings: string[];
  /** Gives up what is under way, and closes the connections. */
  close(): Promise<void>;
}

export interface TestIoOptions {
  /** Host → where it is reached: `{'www.reddit.com': tape.url}`. */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly credential?: Credential;
  readonly now?: () => number;
  /** For tests of the network itself. */
  readonly agents?: AgentOptions;
  readonly deps?: Partial<IoDeps>;
}

/** Budgets are never spent by the tests themselves, waits between tries are short, and nobody waits for a block. */
export function openTestIo(options: TestIoOptions = {}): TestIo {
  const kept = new Map<Digest, Buffer>();
  const exchanges: ExchangeRecord[] = [];
  const warnings: string[] = [];
  const ending = new AbortController();
  const agents = openAgents(options.agents);
  const now = options.now ?? Date.now;
  const body = (digest: Digest): Buffer => {
    const bytes = kept.get(digest);
    if (!bytes) throw new Error(`nothing was kept as ${digest}`);
    return bytes;
  };
  const io = openIo({
    agents,
    keep: async (chunks) => {
      const whole: Uint8Array[] = [];
      for await (const chunk of chunks) whole.push(chunk);
      const bytes = Buffer.concat(whole);
      const digest = sha256(bytes);
      kept.set(digest, bytes);
      return { digest, bytes: bytes.length };
    },
    read: async (digest) => body(digest),
    keepRequest: async (sent) => {
      const bytes = Buffer.from(sent);
      kept.set(sha256(bytes), bytes);
      return sha256(bytes);
    },
    record: async (exchange) => void exchanges.push(exchange),
    budgets: memoryBudgets(now),
    pace: { requests: 1_000_000, seconds: 1 },
    agent: 'Perdure-test/1.0 (+https://perdure.example)',
    trusted: ['127.0.0.1', 'localhost', '::1'],
    elsewhere: new Map(Object.entries(options.hosts ?? {})),
    ...(options.credential && { credential: options.credential }),
    now,
    sleep: (ms, signal) => sleep(Math.min(ms, 5), undefined, { signal }),
    signal: ending.signal,
    warn: (text) => void warnings.push(text),
    patienceMs: 0,
    ...options.deps,
  });
  return {
    io,
    exchanges,
    body,
    warnings,
    close: async () => {
      ending.abort(new Error('the test is over'));
      await agents.close();
    },
  };
}

/** Everything that a harvest or a look yields, but for the account as it is shown on the way: that is `profilesOf`. */
export async function stepsOf(steps: AsyncIterable<HarvestStep>): Promise<Exclude<HarvestStep, CapturedAccount>[]> {
  const all: Exclude<HarvestStep, CapturedAccount>[] = [];
  for await (const step of steps) if (step.kind !== 'profile') all.push(step);
  return all;
}

/** What the archive would make of the answers about the account that a harvest or a look hands over. */
export async function profilesOf(
  source: Source,
  testIo: Pick<TestIo, 'body'>,
  account: string,
  steps: AsyncIterable<HarvestStep>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const step of steps) {
    if (step.kind !== 'profile') continue;
    const { exchange, format } = step;
    const context = { path: 'account', format, capture: exchange.digest, accession: sha256('a harvest'), offset: 0 };
    const body = testIo.body(exchange.digest);
    const rest = { length: body.length, survey: undefined, address: exchange.url, head: Buffer.alloc(0) };
    const whole = { ...context, ...rest, account: actorUri(account), options: { include: [] } };
    items.push(...source.readAccount!(body, whole));
  }
  return items;
}

/** The answers that hold records, in their order. */
export function captured(steps: readonly HarvestStep[]): Captured[] {
  return steps.filter((step): step is Captured => step.kind === 'captured');
}

/** What a harvest ends with when all is well. Throws where it ends with something else. */
export function bookmark(steps: readonly HarvestStep[]): Bookmark {
  const last = steps.at(-1);
  if (last?.kind !== 'bookmark') throw new Error(`the last step is ${last?.kind ?? 'none'}, no bookmark`);
  return last;
}

/** What the archive would make of a captured body: split and normalised as ingest does it. */
export async function readingsOf(
  source: Source,
  testIo: Pick<TestIo, 'body'>,
  { exchange, format, about }: Captured,
): Promise<Item[]> {
  const bytes = testIo.body(exchange.digest);
  if (bytes.length === 0) return [];
  if (!source.manifest.formats.some(({ id }) => id === format))
    throw new Error(`${source.manifest.id} has no format ${format}`);
  const path = new URL(exchange.url).pathname.replace(/^\/+/, '') || 'index';
  const items: Item[] = [];
  try {
    for await (const { offset, length, name, refused } of source.split(once(bytes), format, path)) {
      if (refused) {
        items.push({ refused: refused.reason, detail: refused.detail });
        continue;
      }
      const context = {
        path,
        format,
        capture: exchange.digest,
        accession: sha256('a harvest'),
        offset,
        length,
        ...(name !== undefined && { name }),
        survey: undefined,
        address: exchange.url,
        ...(about !== undefined && { about }),
        head: source.readsHead ? bytes.subarray(0, HEAD_BYTES) : Buffer.alloc(0),
        options: { include: [] },
      };
      items.push(...normalised(source, bytes.subarray(offset, offset + length), context));
    }
  } catch (error) {
    items.push(asRefused(error));
  }
  return items;
}

function normalised(source: Source, record: Uint8Array, context: Parameters<Source['normalise']>[1]): readonly Item[] {
  try {
    const items = source.normalise(record, context);
    return items.length > 0 ? items : [{ refused: 'not-a-post', detail: 'the record states no post' }];
  } catch (error) {
    return [asRefused(error)];
  }
}

function asRefused(error: unknown): RefusedItem {
  if (error instanceof Rejection) return { refused: error.reason, detail: error.detail };
  throw error;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
