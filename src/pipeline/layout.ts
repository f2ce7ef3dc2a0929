/**
 * The places of a range's records, small enough to stand in its row: for each record the gap since the last one's end
 * and its length, as unsigned LEB128. About three bytes a record.
 */
export interface PlacedRecord {
  /** From the beginning of the range. */
  readonly offset: number;
  readonly length: number;
}

export function encodeLayout(records: readonly PlacedRecord[]): Uint8Array {
  const out: number[] = [];
  let end = 0;
  for (const { offset, length } of records) {
    if (offset < end) throw new RangeError('records overlap or are out of order');
    leb128(offset - end, out);
    leb128(length, out);
    end = offset + length;
  }
  return Uint8Array.from(out);
}

export function decodeLayout(bytes: Uint8Array): PlacedRecord[] {
  const records: PlacedRecord[] = [];
  let end = 0;
  let at = 0;
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
  while (at < bytes.length) {
    const offset = end + next();
    const length = next();
    records.push({ offset, length });
    end = offset + length;
  }
  return records;
}

function leb128(value: number, out: number[]): void {
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}
