import type { Json } from '../../core/canonical.js';
import { Rejection } from '../../core/errors.js';
import { rowReader, splitCsv } from '../shared/csv.js';
import { recordsOf } from '../shared/records.js';
import type { PackageReader, Survey } from '../source.js';
import { timeOf } from './time.js';

export interface Facts {
  /** The name of the account whose data request it is. */
  readonly account?: string;
}

/** statistics.csv: `statistic,value`, with the account's name and when the package was made. */
export async function survey(pack: PackageReader): Promise<Survey> {
  const found = new Map<string, string>();
  for (const { path, role } of pack.members) if (role === 'survey') await readStatistics(pack, path, found);
  const account = found.get('account name');
  const at = timeOf(found.get('export time'), 'export time', []);
  const facts: Facts = account === undefined || account === '' ? {} : { account };
  return { facts: facts as Json, ...(at && { observedAt: { at, basis: 'manifest' } }) };
}

/** Small tables: what is longer holds something else. */
const MAX_ROWS = 1_000;

async function readStatistics(pack: PackageReader, path: string, found: Map<string, string>): Promise<void> {
  try {
    const bytes = await pack.read(path, 1024 * 1024);
    const row = rowReader(bytes);
    let rows = 0;
    for await (const { bytes: record } of recordsOf(once(bytes), (member) => splitCsv(member))) {
      const [name = '', value = ''] = row(record).cells;
      found.set(name.trim().toLowerCase().replaceAll('_', ' '), value);
      if (++rows >= MAX_ROWS) break;
    }
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
