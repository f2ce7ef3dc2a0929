/** From what somebody typed to a seed: the connectors are asked, the surest first. */
import { messageOf, SourceError, UsageError } from '../core/errors.js';
import type { Connector, HarvestIo, ResolvedSeed } from '../sources/harvest.js';
import type { Source } from '../sources/source.js';

export interface Pair {
  readonly connector: Connector;
  readonly source: Source;
}

export interface FoundSeed extends Pair {
  readonly seed: ResolvedSeed;
}

export function connectorsOf(sources: readonly Source[]): readonly Pair[] {
  return sources.flatMap((source) => (source.connectors ?? []).map((connector) => ({ connector, source })));
}

/** Surer than this, nobody else is asked: it is that, or an error. */
const CERTAIN = 0.99;

/**
 * @param named only this connector is asked
 * @param open the network, for one connector; nothing of it is archived
 * @throws UsageError that says what was tried and what to do
 */
export async function resolveSeed(
  text: string,
  pairs: readonly Pair[],
  open: (connector: Connector) => Promise<HarvestIo>,
  named?: string,
): Promise<FoundSeed> {
  const typed = text.trim();
  const asked = candidates(typed, pairs, named);
  if (asked.length === 0)
    throw new UsageError(`${JSON.stringify(text)} is nothing that can be followed. ${examplesOf(pairs)}`);
  const failed: string[] = [];
  for (const { connector, source, sure } of asked) {
    try {
      const seed = await connector.resolve(typed, await open(connector));
      if (seed) return { connector, source, seed };
      failed.push(`${connector.id}: nothing of its kind is there`);
    } catch (error) {
      if (!(error instanceof SourceError || error instanceof UsageError)) throw error;
      if (sure >= CERTAIN) throw new UsageError(`${typed}: ${messageOf(error)}`);
      failed.push(`${connector.id}: ${messageOf(error)}`);
    }
  }
  throw new UsageError(`${JSON.stringify(typed)} could not be followed:\n  ${failed.join('\n  ')}`);
}

function candidates(text: string, pairs: readonly Pair[], named: string | undefined): (Pair & { sure: number })[] {
  if (named !== undefined) {
    const pair = pairs.find(({ connector }) => connector.id === named);
    if (pair) return [{ ...pair, sure: 1 }];
    const known = pairs.map(({ connector }) => connector.id).join(', ');
    throw new UsageError(`there is no connector ${JSON.stringify(named)}; there are: ${known}`);
  }
  return pairs
    .map((pair) => ({ ...pair, sure: pair.connector.claims(text) }))
    .filter(({ sure }) => sure > 0)
    .sort((a, b) => b.sure - a.sure);
}

function examplesOf(pairs: readonly Pair[]): string {
  const lines = pairs.map(
    ({ connector }) => `  ${connector.id.padEnd(12)} ${connector.examples.slice(0, 3).join('  ')}`,
  );
  return `What can be:\n${lines.join('\n')}`;
}

/** Hosts, or host:port, that the text itself names: who follows a server of their own network has named it. */
export function hostsNamedIn(text: string): readonly string[] {
  const urls = [...text.matchAll(/[a-z][a-z0-9+.-]*:\/\/(?:[^/@\s]*@)?(\[[^\]]+\](?::\d+)?|[^/?#&,\s]+)/gi)];
  const handle = /^[^:/]*@(\[[^\]]+\](?::\d+)?|[^@/\s]+)$/.exec(text);
  return [...urls, ...(handle ? [handle] : [])].map(([, host]) => host!.toLowerCase());
}
