/**
 * The places of a range's records, small enough to stand in its row: for each record the gap since the last one's end
 * and its length, as unsigned LEB128. About three bytes a record.
 *
 * Where the splitter named records, the layout begins with NAMED, and behind each record's length stands its name:
 * how many bytes it has in common with the beginning of the last one, how many follow, and these (UTF-8). Names of one
 * member mostly begin alike (`did:plc:…/app.bsky.feed.post/3k…`): about ten bytes more a record.
 */
export interface PlacedRecord {
  /** From the beginning of the range. */
  readonly offset: number;
  readonly length: number;
  readonly name?: string;
}

/** Zero, spelled in two bytes as no number here is: what begins otherwise has no names. */
const NAMED = [0x80, 0x00] as const;
const NOTHING = new Uint8Array(0);

export function encodeLayout(records: readonly PlacedRecord[]): Uint8Array {
  const named = records.some(({ name }) => name !== undefined);
  const out: number[] = named ? [...NAMED] : [];
  let end = 0;
  let last: Uint8Array = NOTHING;
  for (const { offset, length, name } of records) {
    if (offset < end) throw new RangeError('records overlap or are out of order');
    leb128(offset - end, out);
    leb128(length, out);
    end = offset + length;
    if (!named) continue;
    const bytes = name === undefined ? NOTHING : Buffer.from(name);
    const shared = sharedLength(last, bytes);
    leb128(shared, out);
    leb128(bytes.length - shared, out);
    for (let i = shared; i < bytes.length; i++) out.push(bytes[i]!);
    last = bytes;
  }
  return Uint8Array.from(out);
}

export function decodeLayout(bytes: Uint8Array): PlacedRecord[] {
  const records: PlacedRecord[] = [];
  const named = bytes[0] === NAMED[0] && bytes[1] === NAMED[1];
  let end = 0;
  let at = named ? NAMED.length : 0;
  let last: Uint8Array = NOTHING;
  const next = (): number => {
    let value = 0;
    // Multiplication, not shifts: offsets pass 2^32.
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('a layout ends in the middle of a number');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const nextName = (): string | undefined => {
    const shared = next();
    const rest = next();
    if (shared > last.length || at + rest > bytes.length) throw new RangeError('a layout ends in the middle of a name');
    last = Buffer.concat([last.subarray(0, shared), bytes.subarray(at, at + rest)]);
    at += rest;
    return last.length === 0 ? undefined : Buffer.from(last).toString('utf8');
  };
  while (at < bytes.length) {
    const offset = end + next();
    const length = next();
    const name = named ? nextName() : undefined;
    records.push({ offset, length, ...(name !== undefined && { name }) });
    end = offset + length;
  }
  return records;
}

function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let i = 0;
  while (i < most && a[i] === b[i]) i++;
  return i;
}

function leb128(value: number, out: number[]): void {
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}
