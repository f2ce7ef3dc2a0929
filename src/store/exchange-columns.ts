/** What every exchange has, whoever asked: of a harvest, or of a file. */
import type { MediaExchange } from '../pipeline/media-ports.js';
import { storableJson, withoutNul } from './storable.js';

/**
 * Arrays for `unnest`, in this order: seq int, method text, url text, status smallint, request jsonb, response jsonb,
 * redacted jsonb, digest bytea, bytes bigint, started timestamptz, head timestamptz, ended timestamptz, address text,
 * certificate text, redirected int, problem text.
 */
export function exchangeColumns(exchanges: readonly MediaExchange[]): unknown[][] {
  const column = <T>(of: (row: MediaExchange) => T): T[] => exchanges.map(of);
  return [
    column((row) => row.seq),
    column((row) => row.method),
    column((row) => withoutNul(row.url)),
    column((row) => row.status ?? null),
    column((row) => storableJson(row.requestHeaders)),
    column((row) => storableJson(row.responseHeaders)),
    column((row) => storableJson(row.redacted)),
    column((row) => byteaOf(row.digest)),
    column((row) => row.bytes),
    column((row) => row.startedAt),
    column((row) => row.headAt ?? null),
    column((row) => row.endedAt),
    column((row) => row.remoteAddress ?? null),
    column((row) => row.certificate ?? null),
    column((row) => row.redirectedFrom ?? null),
    column((row) => (row.problem === undefined ? null : withoutNul(row.problem))),
  ];
}

export function byteaOf(digest: string | undefined): string | null {
  return digest === undefined ? null : `\\x${digest}`;
}
