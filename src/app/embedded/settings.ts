/**
 * How the embedded Postgres is set, as command-line settings: they hold for this start, whatever an earlier version of
 * ours wrote, and leave postgresql.conf to whoever must change something by hand (the command line wins).
 * For one machine shared with Node, a few gigabytes of memory, bulk loads and short queries.
 */

const COMMON: Readonly<Record<string, string>> = {
  // Reached from this machine only, by TCP: the one way that every client, driver and tool speaks. No socket files that
  // need a folder of their own and outlive a crash.
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // Times are UTC everywhere; the machine's zone must not change what a query prints.
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Some ten processes of ours with pools of four to eight, and room for psql.
  max_connections: '100',
  // Twice the default: the working set is the indexes' upper levels and the pending lists of GIN. More would be taken
  // from the page cache, which Node reads blobs through.
  shared_buffers: '256MB',
  // Sorts and hashes of one query over some hundred thousand rows stay in memory; times many connections it is bounded.
  work_mem: '16MB',
  // Index builds and vacuum of the big tables.
  maintenance_work_mem: '128MB',
  // The words of new posts wait in a list, which whoever fills it up merges into the index of words. Four times the default:
  // fewer visits to each of its pages, a thirtieth of a million posts' time. A search reads the list through, 2 ms for 4 MB.
  gin_pending_list_limit: '16MB',
  // Half of it is between two checkpoints: some ten seconds of an import. After each one a page is logged whole when it
  // is met first, which is cheap since keys are neighbours (ADR 12); and files that are used again cost less than new
  // ones, each filled with zeros and synced while everybody waits. Of 4 GB, a million tweets took 3 s longer (ADR 5).
  max_wal_size: '1GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '15min',
  // Those whole pages as they are. Most are of indexes over hashes, and pglz, the only method that these builds have, made
  // 3.01 GB of 3.04 of them for an eighth of Postgres's time (ADR 5).
  wal_compression: 'off',
  // Node has the other cores; and parallel queries need /dev/shm, of which a container has 64 MB.
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '1',
  max_parallel_workers: '2',
  max_worker_processes: '4',
  // Short queries: compiling them costs more than it saves.
  jit: 'off',
  // The queue's table lives on rows that come and go; vacuum must look more often than once a minute.
  autovacuum_naptime: '15s',
  // With so short a nap the tables of an import that runs would be analysed and vacuumed every time, each visit writing
  // pages that were on the disk already. After a large accession the archive analyses them by itself.
  autovacuum_analyze_scale_factor: '0.5',
  autovacuum_vacuum_insert_scale_factor: '0.5',
  // A client that has gone leaves a transaction open: it would hold back vacuum for ever.
  idle_in_transaction_session_timeout: '10min',
  // The file is ours (see reaper.mjs). No statements and no key values in it: they hold people's posts.
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '%m [%p] ',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  lc_messages: 'C',
};

const DURABLE: Readonly<Record<string, string>> = {
  // What is acknowledged is on the disk: the archive's promise. Said here, so that no postgresql.conf can unsay it.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
};

const FOR_TESTS: Readonly<Record<string, string>> = {
  // The data live as long as the test run. A crash of the machine may take them all, a kill of Postgres the last second:
  // a test of what survives such a kill asks for a durable one.
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // No standby and no backup will ever read this WAL.
  wal_level: 'minimal',
  max_wal_senders: '0',
  // Several test runs may share a small machine.
  shared_buffers: '128MB',
};

/** @returns arguments for `postgres`, after `-D` */
export function settingsFor(durable: boolean, port: number): string[] {
  const settings = { ...COMMON, ...(durable ? DURABLE : FOR_TESTS), port: String(port) };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
