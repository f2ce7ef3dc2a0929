/** What a harvest brought: its exchanges, and the captures among them as members of the accession of the same id. */
import type { ClientBase } from 'pg';
import { sha256, type Key } from '../core/digest.js';
import type { Claim, HarvestCapture } from '../pipeline/harvest-ports.js';
import type { ExchangeRecord } from '../sources/harvest.js';
import { byteaOf, exchangeColumns } from './exchange-columns.js';
import { addRanges } from './ingest/ranges.js';
import { storableJson, withoutNul } from './storable.js';

export async function insertExchanges(
  client: ClientBase,
  harvest: Key,
  exchanges: readonly ExchangeRecord[],
): Promise<void> {
  await client.query(
    `INSERT INTO exchange (harvest_id, seq, method, url, status, request_headers, response_headers, redacted, digest,
         request_digest, bytes, started_at, head_at, ended_at, remote_address, certificate, redirected_from, budget, problem)
       SELECT $1, n.seq, n.method, n.url, n.status, n.request, n.response,
         ARRAY(SELECT jsonb_array_elements_text(n.redacted)), n.digest, n.sent, n.bytes, n.started, n.head, n.ended, n.address,
         n.certificate, n.redirected, n.budget, n.problem
       FROM unnest($2::int[], $3::text[], $4::text[], $5::smallint[], $6::jsonb[], $7::jsonb[], $8::jsonb[], $9::bytea[],
         $10::bigint[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::text[],
         $16::int[], $17::text[], $18::text[], $19::bytea[])
         AS n(seq, method, url, status, request, response, redacted, digest, bytes, started, head, ended, address,
           certificate, redirected, problem, budget, sent)
       ON CONFLICT DO NOTHING`,
    [
      harvest,
      ...exchangeColumns(exchanges),
      exchanges.map((row) => row.budget),
      exchanges.map((row) => byteaOf(row.requestDigest)),
    ],
  );
  await client.query(`UPDATE harvest SET requests = requests + $2, bytes = bytes + $3 WHERE harvest_id = $1`, [
    harvest,
    exchanges.length,
    exchanges.reduce((sum, row) => sum + row.bytes, 0),
  ]);
}

/** Repeating it changes nothing. */
export async function insertCapture(
  client: ClientBase,
  { seed, harvest }: Claim,
  capture: HarvestCapture,
): Promise<void> {
  const { member, path, source, format, digest, bytes, exchange, plans } = capture;
  const hex = `\\x${digest}`;
  await client.query(
    `INSERT INTO accession (accession_id, collection_id, path, packing, digest, bytes, source, format, status, options, custody, started_at)
       VALUES ($1, $2, $3, 'harvest', $4, 0, $5, $6, 'ingesting', '{}', $7, now()) ON CONFLICT DO NOTHING`,
    [
      harvest,
      seed.collection,
      seed.uri,
      `\\x${sha256(`seed ${seed.uri}`)}`,
      source,
      format,
      JSON.stringify(seed.authority === undefined ? {} : { authority: seed.authority }),
    ],
  );
  await client.query(
    `INSERT INTO member (accession_id, member, path, bytes, digest, role, source, format, confidence, why, exchange, split, split_offset)
       VALUES ($1, $2, $3, $4, $5, 'records', $6, $7, 1, 'the connector said so', $8, true, $4) ON CONFLICT DO NOTHING`,
    [harvest, member, withoutNul(path), bytes, hex, source, format, storableJson(exchange)],
  );
  await client.query(
    `INSERT INTO capture (digest, bytes, sealed) VALUES ($1, $2, false)
       ON CONFLICT (digest) DO UPDATE SET sealed = false WHERE capture.sealed`,
    [hex, bytes],
  );
  await client.query(
    `INSERT INTO receipt (collection_id, digest, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [seed.collection, hex, exchange.at],
  );
  await addRanges(client, plans);
  await client.query(`UPDATE accession SET bytes = bytes + $2 WHERE accession_id = $1`, [harvest, bytes]);
  await client.query(`UPDATE harvest SET captures = captures + 1 WHERE harvest_id = $1`, [harvest]);
}
