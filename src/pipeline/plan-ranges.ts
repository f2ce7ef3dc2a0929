/** A member's records, gathered into ranges: the unit of work. */
import { encodeLayout, type PlacedRecord } from './layout.js';
import type { Key } from '../core/digest.js';
import type { RejectReason } from '../core/errors.js';
import type { RecordRange } from '../sources/source.js';
import type { RangePlan } from './ports.js';

/** A COPY of a thousand rows or more costs Postgres a millisecond whatever its length (ADR 5), so few and large ones. */
const RANGE_RECORDS = 4_000;
const RANGE_BYTES = 6 * 1024 * 1024;
/** A member's first ranges are small, each as large as all before it: every worker has something to do at once. */
const FIRST_BYTES = 256 * 1024;
/** The last ones are small again, each this part of what is left: all workers come to the end at about the same time. */
const LAST_PART = 4;
const LAST_BYTES = 1024 * 1024;

/** What is planned for. */
export interface PlannedMember {
  readonly accession: Key;
  readonly member: number;
  readonly bytes: number;
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
  { accession, member, bytes, splitTo }: PlannedMember,
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
    const full = gathered.length >= RANGE_RECORDS || offset + length - start > mostAt(start, bytes);
    if (gathered.length > 0 && full) yield closed();
    if (gathered.length === 0) start = offset;
    gathered.push({ offset: offset - start, length, ...(name !== undefined && { name }) });
  }
  if (gathered.length > 0) yield closed();
}

function mostAt(start: number, bytes: number): number {
  const asFirst = Math.max(start, FIRST_BYTES);
  const asLast = Math.max((bytes - start) / LAST_PART, LAST_BYTES);
  return Math.min(asFirst, asLast, RANGE_BYTES);
}

export function isRefusedRange(plan: RangePlan | RefusedRange): plan is RefusedRange {
  return 'refused' in plan;
}
