/** A member's records, gathered into ranges: the unit of work. */
import { encodeLayout, type PlacedRecord } from './layout.js';
import type { Key } from '../core/digest.js';
import type { RejectReason } from '../core/errors.js';
import type { RecordRange } from '../sources/source.js';
import type { RangePlan } from './ports.js';

const RANGE_RECORDS = 2_000;
const RANGE_BYTES = 3 * 1024 * 1024;
/** A member's first ranges are small, each as large as all before it: every worker has something to do at once. */
const FIRST_BYTES = 256 * 1024;

/** What is planned for. */
export interface PlannedMember {
  readonly accession: Key;
  readonly member: number;
  /** Records before this offset have their ranges already: a splitter died here, perhaps one that cut them otherwise. */
  readonly splitTo: number;
}

export interface RefusedRange {
  readonly offset: number;
  readonly length: number;
  readonly refused: { readonly reason: RejectReason; readonly detail: string };
}

/** Yields each range as soon as it is full, and what the splitter itself refused, in the order of the bytes. */
export async function* planRanges(
  { accession, member, splitTo }: PlannedMember,
  records: AsyncIterable<RecordRange>,
): AsyncGenerator<RangePlan | RefusedRange> {
  let gathered: PlacedRecord[] = [];
  let start = 0;
  const closed = (): RangePlan => {
    const last = gathered[gathered.length - 1]!;
    const plan = {
      accession,
      member,
      offset: start,
      length: last.offset + last.length,
      records: gathered.length,
      layout: encodeLayout(gathered),
    };
    gathered = [];
    return plan;
  };
  for await (const { offset, length, name, refused } of records) {
    if (offset < splitTo) continue;
    if (refused) {
      if (gathered.length > 0) yield closed();
      yield { offset, length, refused };
      continue;
    }
    const most = Math.min(Math.max(start, FIRST_BYTES), RANGE_BYTES);
    const full = gathered.length >= RANGE_RECORDS || offset + length - start > most;
    if (gathered.length > 0 && full) yield closed();
    if (gathered.length === 0) start = offset;
    gathered.push({ offset: offset - start, length, ...(name !== undefined && { name }) });
  }
  if (gathered.length > 0) yield closed();
}

export function isRefusedRange(plan: RangePlan | RefusedRange): plan is RefusedRange {
  return 'refused' in plan;
}
