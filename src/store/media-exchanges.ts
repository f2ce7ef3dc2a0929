/** What was asked for files by their address, and what came. */
import type { ClientBase } from 'pg';
import type { Key } from '../core/digest.js';
import type { MediaExchange } from '../pipeline/media-ports.js';
import { exchangeColumns } from './exchange-columns.js';

/** After those of earlier tries. Whoever calls has changed the row of the file, so nobody else counts on meanwhile. */
export async function insertMediaExchanges(
  client: ClientBase,
  media: Key,
  exchanges: readonly MediaExchange[],
): Promise<void> {
  if (exchanges.length === 0) return;
  await client.query(
    `WITH before AS (SELECT coalesce(max(seq) + 1, 0) AS seqs FROM media_exchange WHERE media_id = $1)
     INSERT INTO media_exchange (media_id, seq, method, url, status, request_headers, response_headers, redacted, digest,
       bytes, started_at, head_at, ended_at, remote_address, certificate, redirected_from, problem)
     SELECT $1, seqs + n.seq, n.method, n.url, n.status, n.request, n.response,
       ARRAY(SELECT jsonb_array_elements_text(n.redacted)), n.digest, n.bytes, n.started, n.head, n.ended, n.address,
       n.certificate, seqs + n.redirected, n.problem
     FROM before, unnest($2::int[], $3::text[], $4::text[], $5::smallint[], $6::jsonb[], $7::jsonb[], $8::jsonb[],
       $9::bytea[], $10::bigint[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::text[],
       $16::int[], $17::text[])
       AS n(seq, method, url, status, request, response, redacted, digest, bytes, started, head, ended, address,
         certificate, redirected, problem)`,
    [media, ...exchangeColumns(exchanges)],
  );
}
