/**
 * generic: any table or JSON Lines, by a mapping that a person writes. README.md beside this file has it in full.
 *
 *   {"platform":"gab","id":"post_id","text":"body","author":{"handle":"user"},
 *    "published":{"field":"date","format":"dd/MM/yyyy HH:mm","zone":"Asia/Damascus"}}
 */
import { HEAD_BYTES, type PackageReader, type Source, type Survey } from '../source.js';
import type { Json } from '../../core/canonical.js';
import { splitCsv } from '../shared/csv.js';
import { peekAhead } from '../shared/ahead.js';
import { repeatsIn, type Met } from '../shared/repeats.js';
import { splitRecords } from '../shared/split-records.js';
import { checkMapping } from './mapping.js';
import { mappingOf, normalise, sameness } from './normalise.js';
import { recognise } from './recognise.js';

export const generic: Source = {
  manifest: {
    id: 'generic',
    name: 'Tables and JSON of any origin',
    reader: 1,
    formats: [
      { id: 'table', about: 'CSV and its relatives, read with --mapping' },
      { id: 'json', about: 'JSON Lines, or a list of objects, read with --mapping' },
    ],
    ceilings: ['what the mapping does not name stays in the original and is not searched'],
  },
  readsHead: true,
  recognise,
  survey,
  split: (member, format) => (format === 'table' ? splitCsv(member) : splitRecords(member)),
  normalise,
  checkMapping,
};

/** Where records have no ids: which of them say the same as an earlier one. */
async function survey(pack: PackageReader): Promise<Survey> {
  const mapping = mappingOf(pack.options);
  const facts: Record<string, Json> = {};
  if (mapping.id !== undefined) return { facts };
  const met: Met = new Map();
  for (const { path, format } of pack.members) {
    const { head, all } = await peekAhead(pack.open(path), HEAD_BYTES);
    const keyOf = (record: Buffer): string => sameness(record, format, head, mapping);
    facts[path] = await repeatsIn(all, (member) => generic.split(member, format, path), keyOf, met);
  }
  return { facts };
}
